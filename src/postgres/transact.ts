import type { Queryable, Sql, Transaction } from "./connect.ts";

/** In a transaction of its own; where one is open already, in a part of it that is rolled back alone should it fail. */
export async function transact(sql: Queryable, work: (tx: Transaction) => Promise<void>): Promise<void> {
  if ("savepoint" in sql) await sql.savepoint(work);
  else await sql.begin("isolation level read committed", work);
}

/** In one transaction, of which nothing stays, whatever was done in it. */
export async function rolledBack<Result>(sql: Sql, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  try {
    await transact(sql, async (tx) => {
      result = { value: await work(tx) };
      throw new Error("what went well is rolled back, too");
    });
  } catch (thrown) {
    // A connection that is lost by now takes its transaction with it.
    if (result === undefined) throw thrown;
  }
  if (result === undefined) throw new Error("a transaction that was to be rolled back had no work");
  return result.value;
}
