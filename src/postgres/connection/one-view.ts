import { connect, type Queryable } from "./connect.ts";
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

/**
 * Read in one view of the database, two queries at a time (PostgreSQL manual, "Snapshot Synchronization Functions"): most
 * servers have two processors at least, and a query of ours keeps one or two of them busy.
 */
export async function inOneView<Result>(url: string, work: (read: Reader) => Promise<Result>): Promise<Result> {
  const sql = connect(url, { max: 2 });
  try {
    const { value } = await sql.begin(isolation, (first) =>
      sql.begin(isolation, async (second) => {
        const [exported] = await first<{ name: string }[]>`select pg_export_snapshot() as name`;
        await second`set transaction snapshot ${second.unsafe(`'${exported?.name}'`)}`;
        for (const one of [first, second]) await settleTransaction(one);
        return { value: await work(readerOf(first, second)) };
      }),
    );
    return value;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
