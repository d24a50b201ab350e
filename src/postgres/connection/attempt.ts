import postgres from "postgres";
import { metLater } from "../../core/errors.ts";
import type { Queryable, Transaction } from "./connect.ts";

/** What a statement gave, or why it failed: `state` is the SQLSTATE. */
export type Attempt<Result> = { value: Result } | { exception: string; state?: string };

type Work<Result> = (tx: Transaction) => Promise<Result>;

/**
 * Run a statement that the data may make fail, such as one that divides: a failure of the statement itself is rolled
 * back to where it began, and told. A lost connection, a cancelled query and the like are thrown.
 */
export function attempt<Result>(tx: Transaction, work: Work<Result>): Promise<Attempt<Result>> {
  // Wrapped, or an array would be taken for a list of queries to await.
  return told(() => tx.savepoint(async (inner) => ({ value: await work(inner) })));
}

/** The same for a statement that somebody else wrote: it can write nothing, and what it does beside is undone. */
export function attemptReading<Result>(tx: Transaction, work: Work<Result>): Promise<Attempt<Result>> {
  const reading = async () => ({
    value: await rolledBack(tx, async (inner) => {
      await inner`set transaction read only`;
      return work(inner);
    }),
  });
  return told(reading, internal);
}

async function told<Result>(work: () => Promise<{ value: Result }>, alsoState?: string): Promise<Attempt<Result>> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof postgres.PostgresError)) throw thrown;
    const { remedyOf, wordsOf } = await import("../remedies/remedies.ts");
    const isOfStatement = ofStatement.has(thrown.code.slice(0, 2)) || thrown.code === alsoState;
    // A node of a cluster that is lost is no matter of the statement's.
    if (!isOfStatement || remedyOf(thrown).passes) throw thrown;
    return { exception: wordsOf(thrown), state: thrown.code };
  }
}

/** SQLSTATE internal_error, by which Citus refuses some of the joins that somebody may write. */
const internal = "XX000";

/** SQLSTATE classes of errors that lie in the statement or in the data it met. */
const ofStatement = new Set(["0A", "21", "22", "25", "38", "39", "42", "54", "P0"]);

/** In a transaction of its own; where one is open already, in a part of it that is rolled back alone should it fail. */
export async function transact(sql: Queryable, work: Work<void>): Promise<void> {
  if ("savepoint" in sql) await sql.savepoint(work);
  else await sql.begin("isolation level read committed", work);
}

/** In a transaction, or a part of one, of which nothing stays, whatever was done in it. */
export async function rolledBack<Result>(sql: Queryable, work: Work<Result>): Promise<Result> {
  let working: Promise<Result> | undefined;
  try {
    await transact(sql, async (tx) => {
      working = metLater(work(tx));
      await working;
      throw new Error("what went well is rolled back, too");
    });
  } catch (thrown) {
    // A connection that is lost ends its transaction at once, and not the work in it, which has an end of its own.
    if (working === undefined) throw thrown;
  }
  if (working === undefined) throw new Error("a transaction that was to be rolled back had no work");
  return await working;
}
