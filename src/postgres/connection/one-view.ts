import type { Queryable, Sql, Transaction } from "./connect.ts";
import { openDatabase } from "./open.ts";
import { settleTransaction } from "./settings.ts";

/** Does work on the next connection that is free, of those that all see one and the same state of the database. */
export type Reader = <Result>(work: (sql: Queryable) => Promise<Result>) => Promise<Result>;

/** A reader of what these connections see: on each, one thing after the other. */
export function readerOf(...connections: Queryable[]): Reader {
  const idle = connections;
  const waiting: ((connection: Queryable) => void)[] = [];
  return async (work) => {
    const connection = idle.pop() ?? (await new Promise<Queryable>((resolve) => waiting.push(resolve)));
    try {
      return await work(connection);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(connection);
      else next(connection);
    }
  };
}

const isolation = "isolation level repeatable read read only";

/** Milliseconds that the second connection may take to begin: a pooler may have none to give, and a role may have no more. */
const patienceMs = 1_000;

/**
 * Read in one view of the database, two queries at a time (PostgreSQL manual, "Snapshot Synchronization Functions"): most
 * servers have two processors at least, and a query of ours keeps one or two of them busy. With one connection alone it is
 * one at a time.
 */
export async function inOneView<Result>(url: string, work: (read: Reader) => Promise<Result>): Promise<Result> {
  const sql = await openDatabase(url, { max: 2 });
  try {
    const { value } = await sql.begin(isolation, async (first) => {
      const [exported] = await first<{ name: string }[]>`select pg_export_snapshot() as name`;
      await settleTransaction(first);
      const over = Promise.withResolvers<void>();
      const second = await joining(sql, exported?.name ?? "", over.promise);
      try {
        return { value: await work(second === null ? readerOf(first) : readerOf(first, second)) };
      } finally {
        over.resolve();
      }
    });
    return value;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Another connection that sees what this snapshot does, until it is over; null where there is none in time. */
async function joining(sql: Sql, snapshot: string, over: Promise<void>): Promise<Transaction | null> {
  const joined = Promise.withResolvers<Transaction>();
  const lasting = sql.begin(isolation, async (second) => {
    await second`set transaction snapshot ${second.unsafe(`'${snapshot}'`)}`;
    await settleTransaction(second);
    joined.resolve(second);
    await over;
  });
  // What fails in it later is told by its queries.
  const failed = lasting.then(() => null).catch(() => null);
  return Promise.race([joined.promise, failed, Bun.sleep(patienceMs).then(() => null)]);
}
