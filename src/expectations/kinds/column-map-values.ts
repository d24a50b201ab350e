import { between, bounded } from "../plan/bounds.ts";
import { columnOf, type Entry, entry, OnRowsOfColumn, StrictBounds } from "../plan/entry.ts";
import { rowCheck } from "../plan/row-check.ts";
import { name, q, type Sql } from "../plan/sql.ts";
import { isAmong, noValue } from "../plan/values.ts";

const ValueSet = "unknown[] | null";

/** Column map expectations on the values themselves. */
export const columnMapValues: readonly Entry[] = [
  entry("expect_column_values_to_not_be_null", OnRowsOfColumn, ({ column, mostly }, scope) => {
    const subject = columnOf(scope, "column", column);
    return rowCheck(subject, mostly, q`${name(column)} is not null`, { countsNulls: true, refusesNulls: true });
  }),

  entry("expect_column_values_to_be_null", OnRowsOfColumn, ({ column, mostly }, scope) => {
    const subject = columnOf(scope, "column", column);
    return rowCheck(subject, mostly, q`${name(column)} is null`, { countsNulls: true });
  }),

  entry("expect_column_values_to_be_between", { ...OnRowsOfColumn, ...StrictBounds }, (args, scope) => {
    const subject = columnOf(scope, "column", args.column, bounded);
    const { expected, interval } = between(subject, args);
    return rowCheck(subject, args.mostly, expected, interval === null ? {} : { interval });
  }),

  entry(
    "expect_column_values_to_be_in_set",
    { ...OnRowsOfColumn, value_set: ValueSet },
    ({ column, mostly, value_set: set }, scope) => {
      const subject = columnOf(scope, "column", column);
      if (set === null) return rowCheck(subject, mostly, anyValue(column));
      if (set.length === 0) return rowCheck(subject, mostly, noValue(column));
      // With a NULL among the values no row is certain to be unexpected.
      const expected = isAmong(subject, "value_set", set);
      return rowCheck(subject, mostly, set.includes(null) ? q`(${expected}) or null` : expected);
    },
  ),

  entry(
    "expect_column_values_to_not_be_in_set",
    { ...OnRowsOfColumn, value_set: ValueSet },
    ({ column, mostly, value_set: set }, scope) => {
      const subject = columnOf(scope, "column", column);
      if (set === null || set.length === 0) return rowCheck(subject, mostly, anyValue(column));
      return rowCheck(subject, mostly, q`not (${isAmong(subject, "value_set", set)})`);
    },
  ),
];

/** True for every value; NULL where the column is NULL. */
function anyValue(column: string): Sql {
  return q`${name(column)} is not null or null`;
}
