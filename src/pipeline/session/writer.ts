import { ConsoleError } from "../../core/errors.ts";
import { formatMoment } from "../../core/format.ts";
import { openDatabase, type Sql } from "../../postgres/connection/connect.ts";
import { lockHolder, tryLock } from "../../postgres/connection/lock.ts";
import { holderRun } from "../../postgres/ledger/queries.ts";
import { markCrashed } from "../../postgres/ledger/records.ts";
import type { Session } from "./session.ts";

/** A connection of its own, on its way to be the dataset's one writer. */
export interface Writer {
  /** Take the dataset's lock, which is held for as long as the connection lasts. Throws when somebody else is at work. */
  lock(): Promise<Sql>;
  close(): Promise<void>;
}

/** Begin to connect; whatever is looked at meanwhile is looked at without the lock. */
export function openWriter({ sql: other, dataset, url }: Session): Writer {
  const connecting = openDatabase(url, { max: 1 });
  // Told by `lock`.
  connecting.catch(() => {});
  return {
    async lock() {
      const sql = await connecting;
      if (!(await tryLock(sql, dataset.name))) {
        throw await heldBySomebody(other, dataset.name, await lockHolder(other, dataset.name));
      }
      await markCrashed(sql, dataset.name);
      return sql;
    },
    async close() {
      const sql = await connecting.catch(() => null);
      await sql?.end({ timeout: 1 });
    },
  };
}

/** Work as the dataset's one writer. Throws when somebody else is at work. */
export async function asWriter<Result>(session: Session, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const writer = openWriter(session);
  try {
    return await work(await writer.lock());
  } finally {
    await writer.close();
  }
}

/** The lock is taken: by whom, on which month, since when. */
async function heldBySomebody(sql: Sql, dataset: string, holder: number | null): Promise<ConsoleError> {
  const run = holder === null ? null : await holderRun(sql, dataset, holder);
  const who =
    run === null
      ? "Another console is at work on this dataset."
      : `${run.operator} on ${run.host} (process ${run.process}) is running ${run.month} since ${formatMoment(run.started_at)}.`;
  return new ConsoleError("locked", who, {
    hint: "A dataset has one writer at a time: wait until that run is done, then try again.",
  });
}
