import { connect, type Sql, type Transaction } from "./connect.ts";

/** Most servers have two processors at least, and a query of ours keeps one or two of them busy. */
const lanes = 2;

/**
 * List items, then do something for each: two at a time, each on a connection of its own, and yet all in one and the
 * same view of the database (PostgreSQL manual, "Snapshot Synchronization Functions"). Results are in the items' order.
 */
export async function inOneView<Item, Result>(
  url: string,
  listItems: (tx: Transaction) => Promise<readonly Item[]>,
  work: (tx: Transaction, item: Item) => Promise<Result>,
): Promise<Result[]> {
  const sql = connect(url, { max: lanes });
  try {
    return await reading(sql, async (first) => {
      const items = await listItems(first);
      const results = new Array<Result>(items.length);
      const waiting = [...items.entries()];
      const lane = async (tx: Transaction) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [index, item] = next;
          results[index] = await work(tx, item);
        }
      };
      await shared(sql, first, lane);
      return results;
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Run `lane` in the first transaction, and at the same time in others that see what it sees. */
async function shared(sql: Sql, first: Transaction, lane: (tx: Transaction) => Promise<void>): Promise<void> {
  const [view] = await first<{ name: string }[]>`select pg_export_snapshot() as name`;
  const others = Array.from({ length: lanes - 1 }, () =>
    reading(sql, async (other) => {
      await other`set transaction snapshot ${other.unsafe(`'${view?.name}'`)}`;
      await lane(other);
    }),
  );
  // Should one fail, the others still come to their end before their connections are let go.
  const ended = await Promise.allSettled([lane(first), ...others]);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function reading<Result>(sql: Sql, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    result = { value: await work(tx) };
  });
  if (result === undefined) throw new Error("a transaction ended without its work");
  return result.value;
}
