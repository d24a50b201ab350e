import { type Distinct, distinctValues, keyOf } from "./distinct-values.ts";
import { columnOf, type Entry, entry, OnColumn } from "./entry.ts";
import type { Answer, Plan, Scope } from "./plan.ts";
import { q } from "./sql.ts";

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
