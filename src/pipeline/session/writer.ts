import { ConsoleError, metLater } from "../../core/errors.ts";
import { formatMoment } from "../../core/format.ts";
import { openDatabase, type Sql } from "../../postgres/connection/connect.ts";
import { lockHolder, tryLock, unlock } from "../../postgres/connection/lock.ts";
import { holderRun } from "../../postgres/ledger/queries.ts";
import { markCrashed } from "../../postgres/ledger/records.ts";
import type { Session } from "./session.ts";

/**
 * Begin to connect, to be the dataset's one writer: a connection of its own, which is closed when it is disposed of.
 * Whatever is looked at meanwhile is looked at without the lock.
 */
export function openWriter({ url }: Pick<Session, "url">) {
  const connecting = metLater(openDatabase(url, { max: 1 }));
  let locked: string | null = null;
  return {
    /** Take the dataset's lock, which is held for as long as the connection lasts. Throws when somebody else is at work. */
    async lock({ sql: other, dataset }: Session): Promise<Sql> {
      const sql = await connecting;
      if (!(await tryLock(sql, dataset.name))) throw await heldBySomebody(other, dataset.name);
      locked = dataset.name;
      await markCrashed(sql, dataset.name);
      return sql;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const sql = await connecting.catch(() => null);
      const isFree = sql === null || locked === null || (await unlock(sql, locked).catch(() => false));
      const ended = sql?.end({ timeout: 1 });
      // Who takes the lock next must find it free; for no more than that the server is waited for.
      if (!isFree) await ended;
    },
  };
}

/** Work as the dataset's one writer. Throws when somebody else is at work. */
export async function asWriter<Result>(session: Session, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  await using writer = openWriter(session);
  return await work(await writer.lock(session));
}

/** The lock is taken: by whom, on which month, since when. */
async function heldBySomebody(sql: Sql, dataset: string): Promise<ConsoleError> {
  const holder = await lockHolder(sql, dataset);
  const run = holder === null ? null : await holderRun(sql, dataset, holder);
  const who =
    run === null
      ? "Another console is at work on this dataset."
      : `${run.operator} on ${run.host} (process ${run.process}) is running ${run.month} since ${formatMoment(run.started_at)}.`;
  return new ConsoleError("locked", who, {
    hint: "A dataset has one writer at a time: wait until that run is done, then try again.",
  });
}
