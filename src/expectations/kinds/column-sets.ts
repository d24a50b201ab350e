import type { Column } from "../../core/columns.ts";
import { columnOf, type Entry, entry, OnColumn } from "../plan/entry.ts";
import type { Answer, Plan, Query, Scope } from "../plan/plan.ts";
import { all, value as constant, list, q, relation, type Sql } from "../plan/sql.ts";
import { comparable, elementOf, familyOf, type JsonValue, jsonValue, numeric, temporal } from "../plan/values.ts";

/** Distinct values that results list at most, beyond those of the set that is asked for. */
export const mostListed = 10_000;

/** A distinct value, its key for comparisons, and how often it occurs. */
export interface Distinct {
  value: JsonValue;
  key: string;
  count: number;
}

/**
 * The distinct values of a column with their counts, those of the wanted set first: so that whether they are all there
 * is known even when there are more than are listed. `only` picks groups by `times`, and `most`, the largest of them.
 */
export function distinctValues(
  column: Column,
  scope: Scope,
  wanted: readonly unknown[],
  answer: (found: Distinct[]) => Answer,
  only: Sql = q`true`,
): Query {
  const subject = comparable(column);
  const members = list(elementOf(column), membersFor(column, wanted));
  const present = all([q`${subject} is not null`, ...(scope.rows === null ? [] : [scope.rows])]);
  const limit = constant("int8", String(mostListed + wanted.length));
  return {
    kind: "query",
    statement: q`select v, times from (
                   select ${subject} as v, count(*) as times, max(count(*)) over () as most from ${relation}
                    where ${present} group by ${subject}) g
                  where ${only} order by v = any(${members}) desc limit ${limit}`,
    answer: (rows) => answer(rows.map(([raw, count]) => distinct(column, raw, count)).sort(byValue)),
  };
}

function distinct(column: Column, raw: unknown, count: unknown): Distinct {
  const value = jsonValue(column, raw);
  const key = temporal.includes(familyOf(column)) ? `moment ${value}` : keyOf(value);
  return { value, key, count: Number(count) };
}

/** As Python compares: 1 is 1.0 and true, `"1"` is not; no text is a date. */
export function keyOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `number ${Number(value)}`;
  return typeof value === "string" ? `text ${value}` : JSON.stringify(value);
}

/** The wanted values that a column's values can equal, as texts of its type. */
function membersFor(column: Column, wanted: readonly unknown[]): string[] {
  const family = familyOf(column);
  const numbers = wanted.flatMap((value) =>
    typeof value === "number" || typeof value === "boolean" ? [Number(value)] : [],
  );
  if (numeric.includes(family)) {
    return numbers.filter((number) => family !== "integer" || Number.isSafeInteger(number)).map(String);
  }
  if (family === "bool")
    return numbers.filter((number) => number === 0 || number === 1).map((number) => String(number === 1));
  if (temporal.includes(family)) return [];
  return wanted.flatMap((value) => (typeof value === "string" && !value.includes("\0") ? [value] : []));
}

function byValue(a: Distinct, b: Distinct): number {
  if (typeof a.value === "number" && typeof b.value === "number") return a.value - b.value;
  const [left, right] = [String(a.value), String(b.value)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const OnSet = { ...OnColumn, value_set: "unknown[]" } as const;
const OnOptionalSet = { ...OnColumn, value_set: "unknown[] | null" } as const;

/** Column aggregate expectations on the set of a column's distinct values. */
export const columnSets: readonly Entry[] = [
  entry("expect_column_distinct_values_to_be_in_set", OnOptionalSet, ({ column, value_set: set }, scope) =>
    compareSets(column, scope, set ?? [], (found, wanted) => wanted.size === 0 || found.isSubsetOf(wanted)),
  ),

  entry("expect_column_distinct_values_to_contain_set", OnSet, ({ column, value_set: set }, scope) =>
    compareSets(column, scope, set, (found, wanted) => found.isSupersetOf(wanted)),
  ),

  entry("expect_column_distinct_values_to_equal_set", OnSet, ({ column, value_set: set }, scope) =>
    compareSets(column, scope, set, (found, wanted) => found.size === wanted.size && found.isSubsetOf(wanted)),
  ),

  entry(
    "expect_column_most_common_value_to_be_in_set",
    { ...OnOptionalSet, "ties_okay?": "boolean | null" },
    ({ column, value_set: set, ties_okay: tiesOkay }, scope) => {
      const wanted = new Set((set ?? []).map(keyOf));
      const answer = (modes: Distinct[]): Answer => {
        const known = modes.filter(({ key }) => wanted.has(key)).length;
        const success = known > 0 && (tiesOkay === true || modes.length === 1);
        return { success, observed: modes.map(({ value }) => value) };
      };
      return distinctValues(columnOf(scope, "column", column), scope, set ?? [], answer, q`times = most`);
    },
  ),
];

function compareSets(
  column: string,
  scope: Scope,
  wanted: readonly unknown[],
  isSuccess: (found: Set<string>, wanted: Set<string>) => boolean,
): Plan {
  const keys = new Set(wanted.map(keyOf));
  return distinctValues(columnOf(scope, "column", column), scope, wanted, (found) => ({
    success: isSuccess(new Set(found.map(({ key }) => key)), keys),
    observed: found.map(({ value }) => value),
    details: { value_counts: found.map(({ value, count }) => ({ value, count })) },
  }));
}
