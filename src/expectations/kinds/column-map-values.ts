import { between, bounded } from "../plan/bounds.ts";
import { columnMap, type Entry, StrictBounds } from "../plan/entry.ts";
import { name, q } from "../plan/sql.ts";
import { anyValue, isAmong, noValue } from "../plan/values.ts";

const ValueSet = { value_set: "unknown[] | null" } as const;

/** Column map expectations on the values themselves. */
export const columnMapValues: readonly Entry[] = [
  columnMap("expect_column_values_to_not_be_null", {}, null, (column) => ({
    expected: q`${name(column.name)} is not null`,
    countsNulls: true,
    refusesNulls: true,
  })),

  columnMap("expect_column_values_to_be_null", {}, null, (column) => ({
    expected: q`${name(column.name)} is null`,
    countsNulls: true,
  })),

  columnMap("expect_column_values_to_be_between", StrictBounds, bounded, between),

  columnMap("expect_column_values_to_be_in_set", ValueSet, null, (column, { value_set: set }) => {
    if (set === null) return anyValue(column);
    if (set.length === 0) return noValue(column);
    return isAmong(column, "value_set", set);
  }),

  columnMap("expect_column_values_to_not_be_in_set", ValueSet, null, (column, { value_set: set }) =>
    set === null || set.length === 0 ? anyValue(column) : q`not (${isAmong(column, "value_set", set)})`,
  ),
];
