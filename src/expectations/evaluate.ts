import type { TableShape } from "../core/columns.ts";
import type { Verdict } from "../core/messages/events.ts";
import type { Suite } from "../core/suites/suite.ts";
import type { TableName } from "../postgres/catalog/introspect.ts";
import type { Queryable, Transaction } from "../postgres/connection/connect.ts";
import { compileSuite } from "./compile.ts";
import type { Compiled, Unsound } from "./plan/plan.ts";
import type { GivenFormat } from "./plan/result-format.ts";
import { quoteName } from "./plan/sql.ts";
import { scanTable } from "./results/count.ts";
import { exceptional, outcomeOf } from "./results/outcome.ts";
import { expectationResult, validationResult, verdictOf } from "./results/report.ts";
import type { ExpectationResult, ValidationResult } from "./results/result.ts";

/** Verdict of one expectation, with the Great Expectations result it comes from. */
export type EvaluatedVerdict = Verdict & { result: ExpectationResult };

export interface Evaluation {
  /** The table that is read. */
  relation: TableName;
  /** Its columns and key; that of the live table when a stage that is like it is read. */
  shape: TableShape;
  suite: Suite;
  /** How much each result holds, unless an expectation says otherwise; by default a summary with query. */
  resultFormat?: GivenFormat;
  /** Where another table of this name is. */
  resolveTable(name: string): TableName;
  /** What results, and the queries they show, call the table; by default the relation's own name. */
  displayName?: string;
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
export async function evaluateSuite(sql: Queryable, evaluation: Evaluation): Promise<ValidationResult> {
  const began = new Date();
  const results = await inTransaction(sql, (tx) => evaluateAll(tx, evaluation));
  return validationResult(evaluation, results, began);
}

function inTransaction<Result>(sql: Queryable, work: (tx: Transaction) => Promise<Result[]>): Promise<Result[]> {
  if ("savepoint" in sql) return work(sql);
  // All statements see the same rows; inside a run's transaction they do anyway.
  const inside = sql.begin("isolation level repeatable read read only", async (tx) => ({ done: await work(tx) }));
  return inside.then(({ done }) => done);
}

async function evaluateAll(tx: Transaction, evaluation: Evaluation): Promise<ExpectationResult[]> {
  const { relation, shape, suite, signal } = evaluation;
  const resultFormat = evaluation.resultFormat ?? { result_format: "SUMMARY", return_unexpected_index_query: true };
  const displayName = evaluation.displayName ?? relation.name;
  const shownAs = [...(evaluation.displaySchema === undefined ? [] : [evaluation.displaySchema]), displayName];
  const place = { under: relation, shownAs: shownAs.map(quoteName).join("."), shape };
  const serverVersion = await prepare(tx);
  const compiled = compileSuite(suite, { ...evaluation, resultFormat, serverVersion });
  const scanned = await scanTable(tx, relation, shape, compiled.filter(isCompiled));
  const results: ExpectationResult[] = [];
  for (const one of compiled) {
    signal?.throwIfAborted();
    const outcome = isCompiled(one) ? await outcomeOf(tx, place, one, scanned.get(one)) : exceptional(one.error.title);
    const result = expectationResult(one.expectation, outcome);
    results.push(result);
    evaluation.onVerdict?.({ ...verdictOf(displayName, one.expectation, result), result });
  }
  return results;
}

/** Tells the server's release, and keeps it from compiling many small expressions: that takes longer than running them. */
async function prepare(tx: Transaction): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    select current_setting('server_version_num')::int as version, set_config('jit', 'off', true)`;
  return row?.version ?? 0;
}

function isCompiled(one: Compiled | Unsound): one is Compiled {
  return "plan" in one;
}
