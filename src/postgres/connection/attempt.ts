import type { Queryable, Sql, Transaction } from "./connect.ts";

export type Attempt<Result> = { value: Result } | { exception: string };

/**
 * Run a statement that the data may make fail, such as one that divides: a failure of the statement itself is rolled
 * back to where it began, and told. A lost connection, a cancelled query and the like are thrown.
 */
export async function attempt<Result>(
  tx: Transaction,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Attempt<Result>> {
  try {
    // Wrapped, or an array would be taken for a list of queries to await.
    const { value } = await tx.savepoint(async (inner) => ({ value: await work(inner) }));
    return { value };
  } catch (thrown) {
    if (thrown instanceof Error && isOfStatement(thrown)) return { exception: thrown.message };
    throw thrown;
  }
}

/** The same for a statement that somebody else wrote: it can write nothing, and what it does beside is undone. */
export async function attemptReading<Result>(
  tx: Transaction,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Attempt<Result>> {
  let found: { value: Result } | undefined;
  const done = await attempt(tx, async (inner) => {
    await inner`set transaction read only`;
    found = { value: await work(inner) };
    throw undone;
  }).catch((thrown) => {
    if (thrown === undone) return undefined;
    throw thrown;
  });
  return done ?? found ?? { exception: "the query gave no answer" };
}

/** Thrown to roll back what went well. */
const undone = new Error("undone");

/** SQLSTATE classes of errors that lie in the statement or in the data it met. */
const ofStatement = ["0A", "21", "22", "25", "38", "39", "42", "54", "P0"];

function isOfStatement(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && ofStatement.includes(error.code.slice(0, 2));
}

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
