import type { Verdict } from "../core/messages/verdicts.ts";
import type { Suite } from "../core/suites/suite.ts";
import type { TableName } from "../postgres/catalog/introspect.ts";
import type { Queryable, Transaction } from "../postgres/connection/connect.ts";
import { settleTransaction } from "../postgres/connection/settings.ts";
import { compileSuite, type Target } from "./compile.ts";
import { authored } from "./kinds/custom-queries.ts";
import { quoteName } from "./plan/sql.ts";
import { outcomeOf } from "./results/outcome.ts";
import { expectationResult, validationResult, verdictOf } from "./results/report.ts";
import type { ExpectationValidationResult, SuiteValidationResult } from "./results/result.ts";
import { scanTable } from "./results/scan.ts";

/** Verdict of one expectation, with the Great Expectations result it comes from. */
export type EvaluatedVerdict = Verdict & { result: ExpectationValidationResult };

/** The target's shape is that of the live table when a stage that is like it is read; results call the table by its name. */
interface Evaluation extends Target {
  suite: Suite;
  /** The table that is read. */
  relation: TableName;
  /** Schema in the queries that are shown, where the search path does not lead to the table. */
  displaySchema?: string;
  /** Told of each verdict as soon as it is known. */
  onVerdict?(verdict: EvaluatedVerdict): void;
  signal?: AbortSignal;
}

/**
 * Evaluate a suite inside PostgreSQL. Everything that can be told by one scan is; then each expectation is answered in
 * turn. An expectation that cannot be evaluated fails with exception_info; `requireSound` tells beforehand.
 */
export async function evaluateSuite(sql: Queryable, evaluation: Evaluation): Promise<SuiteValidationResult> {
  const began = new Date();
  const { suite, relation, shape } = evaluation;
  const results = await inTransaction(sql, (tx) => evaluateAll(tx, evaluation));
  return validationResult(suite, relation, shape.name, results, began);
}

/** Whether a suite reads nothing but its table and those that are called so: then it does not matter which session evaluates it. */
export function readsOnly({ expectations }: Suite, tables: ReadonlySet<string>): boolean {
  return expectations.every(({ type, kwargs: { other_table_name: other } }) => {
    const isAmong = typeof other !== "string" || tables.has(other);
    return isAmong && !authored.has(type);
  });
}

function inTransaction<Result>(sql: Queryable, work: (tx: Transaction) => Promise<Result[]>): Promise<Result[]> {
  if ("savepoint" in sql) return work(sql);
  // All statements see the same rows; inside a run's transaction they do anyway.
  const inside = sql.begin("isolation level repeatable read read only", async (tx) => {
    await settleTransaction(tx);
    return { done: await work(tx) };
  });
  return inside.then(({ done }) => done);
}

async function evaluateAll(tx: Transaction, evaluation: Evaluation): Promise<ExpectationValidationResult[]> {
  const { relation, shape, suite, signal, displaySchema } = evaluation;
  const path = displaySchema === undefined ? [shape.name] : [displaySchema, shape.name];
  const place = { tx, under: relation, shownAs: path.map(quoteName).join("."), shape };
  const serverVersion = evaluation.serverVersion ?? (await prepare(tx));
  const compiled = compileSuite(suite, { ...evaluation, serverVersion });
  const scanned = await scanTable(
    place,
    compiled.filter((one) => "plan" in one),
  );
  const results: ExpectationValidationResult[] = [];
  for (const one of compiled) {
    signal?.throwIfAborted();
    const outcome = "plan" in one ? await outcomeOf(place, one, scanned.get(one)) : { exception: one.error.title };
    const result = expectationResult(one.expectation, outcome);
    results.push(result);
    evaluation.onVerdict?.({ ...verdictOf(shape.name, one.expectation, result), result });
  }
  return results;
}

/** Tells the server's release, and keeps it from compiling many small expressions: that takes longer than running them. */
async function prepare(tx: Transaction): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    select current_setting('server_version_num')::int as version, set_config('jit', 'off', true)`;
  return row?.version ?? 0;
}
