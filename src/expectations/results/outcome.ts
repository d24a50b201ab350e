import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { Attempt } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import type { Answer, Compiled, Place, Plan, Query, RowCheck } from "../plan/plan.ts";
import { measure, rowTerms, type Scanned, select, selectForeign, unexpectedTerm } from "./count.ts";
import type { ResultFields } from "./result.ts";
import { isSuccess, type RowCounts, rowResult } from "./row-result.ts";
import { sampleRows } from "./samples.ts";

/** What became of an expectation. */
export interface Outcome {
  success: boolean;
  result: ResultFields;
  /** Why it could not be evaluated. */
  exception: string | null;
}

export function exceptional(exception: string): Outcome {
  return { success: false, result: {}, exception };
}

/** Answer one expectation, from what the scan found and, where that is not enough, statements of its own. */
export async function outcomeOf(
  tx: Transaction,
  place: Place,
  compiled: Compiled,
  scanned: Scanned | undefined,
): Promise<Outcome> {
  const { plan, format } = compiled;
  if (plan.kind === "rows") return rowOutcome(tx, place, { ...compiled, plan }, scanned);
  const answer = await answerOf(tx, place, plan, scanned);
  if ("exception" in answer) return exceptional(answer.exception);
  const { success, observed, details, exception } = answer.value;
  if (exception !== undefined) return exceptional(exception);
  if (format.level === "BOOLEAN_ONLY") return { success, result: {}, exception: null };
  const result = {
    ...(observed === undefined ? {} : { observed_value: observed }),
    ...(details === undefined ? {} : { details }),
  };
  return { success, result, exception: null };
}

async function answerOf(
  tx: Transaction,
  { under }: Place,
  plan: Exclude<Plan, RowCheck>,
  scanned: Scanned | undefined,
): Promise<Attempt<Answer>> {
  if (plan.kind === "known") return { value: plan.answer };
  if (plan.kind === "query") return queryAnswer(tx, under, plan);
  const values = scanned ?? (await valuesOf(measure(tx, under, plan.terms)));
  return "exception" in values ? values : { value: plan.answer(values.value) };
}

async function queryAnswer(tx: Transaction, under: TableName, query: Query): Promise<Attempt<Answer>> {
  const rows = await (query.foreign ? selectForeign : select)(tx, under, query.statement);
  if ("exception" in rows) return rows;
  const answer = query.answer(rows.value);
  return "statement" in answer ? queryAnswer(tx, under, answer) : { value: answer };
}

async function rowOutcome(
  tx: Transaction,
  place: Place,
  compiled: Compiled & { plan: RowCheck },
  scanned: Scanned | undefined,
): Promise<Outcome> {
  const found = scanned ?? (await countAlone(tx, place.under, compiled));
  if ("exception" in found) return exceptional(found.exception);
  const [elements = 0, judged = 0, unexpected = 0, obstacle] = found.value.map(Number);
  if (obstacle) return exceptional(compiled.plan.obstacle?.exception ?? "");
  const counts: RowCounts = { elements, judged, unexpected };
  const samples = await sampleRows(tx, place, compiled, unexpected);
  if ("exception" in samples) return exceptional(samples.exception);
  const success = isSuccess(compiled.plan, counts);
  return { success, result: rowResult(compiled.plan, counts, samples.value, compiled.format), exception: null };
}

async function countAlone(
  tx: Transaction,
  under: TableName,
  compiled: Compiled & { plan: RowCheck },
): Promise<Attempt<readonly unknown[]>> {
  const { counts, obstacle, from } = compiled.plan;
  if (counts !== undefined) {
    const rows = await select(tx, under, counts);
    return "exception" in rows ? rows : { value: rows.value[0] ?? [] };
  }
  const terms = [
    ...rowTerms(compiled, [], unexpectedTerm(compiled)),
    ...(obstacle === undefined ? [] : [obstacle.rows]),
  ];
  return valuesOf(measure(tx, under, terms, from));
}

/** Values that are only of use together. */
async function valuesOf(measured: Promise<Attempt<unknown>[]>): Promise<Attempt<readonly unknown[]>> {
  const values = await measured;
  const failed = values.find((one) => "exception" in one);
  return failed ?? { value: values.map((one) => ("value" in one ? one.value : null)) };
}
