import { openDatabase, type Sql } from "../postgres/connect.ts";
import { markCrashed } from "../postgres/ledger.ts";
import { lockHolder, tryLock } from "../postgres/lock.ts";
import { heldBySomebody } from "./refusals.ts";
import type { Session } from "./session.ts";

/**
 * Work as the dataset's one writer: on one connection, which holds the lock for as long as it lasts. Throws when
 * somebody else is at work.
 */
export async function asWriter<Result>(session: Session, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const { dataset, url } = session;
  const sql = await openDatabase(url, { max: 1 });
  try {
    if (!(await tryLock(sql, dataset.name))) {
      throw await heldBySomebody(session.sql, dataset.name, await lockHolder(session.sql, dataset.name));
    }
    await markCrashed(sql, dataset.name);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
