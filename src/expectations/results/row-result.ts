import { isAnyNumber } from "../../core/exact-number.ts";
import type { Compiled, RowCheck } from "../plan/plan.ts";
import type { FormatOptions } from "../plan/result-format.ts";
import { compareShown, type JsonValue } from "../plan/values.ts";
import type { ResultFields, Shown } from "./result.ts";

/** What was counted for a row check. */
interface RowCounts {
  /** Rows the expectation speaks of. */
  elements: number;
  /** Of these, the rows that were judged. */
  judged: number;
  unexpected: number;
}

/** Some or all unexpected rows, in no particular order. */
export interface Samples {
  values: Shown[];
  /** The row's key, and the columns that were judged. */
  rows: Record<string, JsonValue>[];
  whole: Record<string, JsonValue>[];
  query: string;
}

/** The result fields of a row check at the wanted level, as Great Expectations fills them. */
export function rowResult(
  { plan, format }: Compiled<RowCheck>,
  { elements, judged, unexpected }: RowCounts,
  samples: Samples,
): ResultFields {
  if (format.level === "BOOLEAN_ONLY") return {};
  const total = percent(unexpected, elements);
  const nonmissing = plan.countsNulls ? total : percent(unexpected, judged);
  const listed = format.withoutValues ? undefined : samples.values;
  const fields: ResultFields = {
    element_count: elements,
    unexpected_count: unexpected,
    unexpected_percent: nonmissing,
    ...(listed === undefined ? {} : { partial_unexpected_list: listed.slice(0, format.partial) }),
    ...(format.keys.length === 0 ? {} : { unexpected_index_column_names: [...format.keys] }),
  };
  if (!plan.countsNulls) {
    fields.missing_count = elements - judged;
    fields.missing_percent = percent(elements - judged, elements);
    fields.unexpected_percent_total = total;
    fields.unexpected_percent_nonmissing = nonmissing;
  }
  if (format.wholeRows) fields.unexpected_rows = samples.whole.slice(0, format.partial);
  if (format.query) fields.unexpected_index_query = samples.query;
  if (format.level === "BASIC") return fields;
  const indexes = format.keys.length === 0 ? undefined : indexList(samples.rows, format);
  if (format.partial > 0) {
    if (listed !== undefined) fields.partial_unexpected_counts = valueCounts(listed, format.partial);
    if (indexes !== undefined) fields.partial_unexpected_index_list = indexes.slice(0, format.partial);
  }
  if (format.level === "SUMMARY") return fields;
  if (listed !== undefined) fields.unexpected_list = listed;
  if (indexes !== undefined) fields.unexpected_index_list = indexes;
  return fields;
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (part / whole) * 100;
}

function indexList(rows: Samples["rows"], { keys, withoutValues }: FormatOptions) {
  if (!withoutValues || rows.length === 0) return rows;
  return [Object.fromEntries(keys.map((key) => [key, rows.map((row) => row[key] ?? null)]))];
}

/** How often each of the listed values occurs, the most frequent first. */
function valueCounts(values: readonly Shown[], limit: number): { value: Shown; count: number }[] {
  const bare = values.map((shown) => (isRecord(shown) ? Object.values(shown) : shown));
  const groups = [...Map.groupBy(bare, (value) => JSON.stringify(value)).values()];
  const counts = groups.map((alike) => ({ value: alike[0] ?? null, count: alike.length }));
  const mostFrequent = counts.sort((a, b) => b.count - a.count).slice(0, limit);
  return mostFrequent.sort((a, b) => b.count - a.count || compareShown(a.value, b.value));
}

function isRecord(shown: Shown): shown is Record<string, JsonValue> {
  return typeof shown === "object" && shown !== null && !Array.isArray(shown) && !isAnyNumber(shown);
}
