import type { Attempt } from "../../postgres/connection/attempt.ts";
import type { Answer, Compiled, Finding, Match, Plan, Query, RowCheck } from "../plan/plan.ts";
import type { FormatOptions } from "../plan/result-format.ts";
import { matchOutcome } from "./match.ts";
import type { ResultFields, Shown } from "./result.ts";
import { rowResult } from "./row-result.ts";
import { sampleRows } from "./samples.ts";
import { rowTerms, unexpectedTerm } from "./scan.ts";
import { type Measured, measure, type Place, select } from "./select.ts";

/** What became of an expectation, or why it could not be evaluated. */
export type Outcome = Attempt<{ success: boolean; result: ResultFields }>;

/** Answer one expectation, from what the scan found and, where that is not enough, statements of its own. */
export async function outcomeOf(place: Place, compiled: Compiled, scanned: Measured | undefined): Promise<Outcome> {
  const { plan, format } = compiled;
  if (plan.kind === "rows") return rowOutcome(place, { ...compiled, plan }, scanned);
  if (plan.kind === "match") return matchOutcome(place, plan, format);
  const answer = await answerOf(place, plan, scanned);
  if ("exception" in answer) return answer;
  const { success } = answer;
  return { value: { success, result: format.level === "BOOLEAN_ONLY" ? {} : findingResult(answer, format) } };
}

/** Values of a set that a result lists at most. */
const mostOfSet = 20;

function findingResult({ observed, unexpected, missing, details }: Finding, { partial }: FormatOptions): ResultFields {
  const listed = (values: readonly unknown[]) => values.slice(0, mostOfSet);
  return {
    ...(observed !== undefined && { observed_value: observed }),
    ...(unexpected && { unexpected_count: unexpected.length }),
    ...(missing && { missing_count: missing.length }),
    ...(unexpected && partial > 0 && { partial_unexpected_list: listed(unexpected) as Shown[] }),
    ...(missing && partial > 0 && { partial_missing_list: listed(missing) }),
    ...(details && { details }),
  };
}

async function answerOf(
  place: Place,
  plan: Exclude<Plan, RowCheck | Match>,
  scanned: Measured | undefined,
): Promise<Answer> {
  if (plan.kind === "known") return plan.answer;
  if (plan.kind === "query") return queryAnswer(place, plan);
  const measured = scanned ?? (await measure(place, plan.terms))(plan.terms);
  return "exception" in measured ? measured : plan.answer(measured.value);
}

async function queryAnswer(place: Place, query: Query): Promise<Answer> {
  const rows = await select(place, query.statement, query.foreign);
  if ("exception" in rows) return rows;
  const answer = query.answer(rows.value);
  return "statement" in answer ? queryAnswer(place, answer) : answer;
}

async function rowOutcome(place: Place, compiled: Compiled<RowCheck>, scanned: Measured | undefined): Promise<Outcome> {
  const { mostly } = compiled.plan;
  const found = scanned ?? (await countAlone(place, compiled));
  if ("exception" in found) return found;
  const [elements = 0, judged = 0, unexpected = 0] = found.value.map(Number);
  const samples = await sampleRows(place, compiled, unexpected);
  if ("exception" in samples) return samples;
  // `mostly` is a share of the judged rows; where none was judged, none is unexpected.
  const success = judged === 0 || (judged - unexpected) / judged >= mostly;
  return { value: { success, result: rowResult(compiled, { elements, judged, unexpected }, samples.value) } };
}

async function countAlone(place: Place, compiled: Compiled<RowCheck>): Promise<Measured> {
  const { counts, from } = compiled.plan;
  if (counts !== undefined) {
    const rows = await select(place, counts);
    return "exception" in rows ? rows : { value: rows.value[0] ?? [] };
  }
  const terms = rowTerms(compiled, unexpectedTerm(compiled), new Set());
  return (await measure(place, terms, from))(terms);
}
