import { columnOf, type Entry, entry, OnColumn } from "../plan/entry.ts";
import type { Answer } from "../plan/plan.ts";
import { name, q, value } from "../plan/sql.ts";
import { numeric, suiteError } from "../plan/values.ts";

const Ranges = {
  "+": "reject",
  quantiles: "(0 <= number <= 1)[]",
  value_ranges: "(number | null)[][]",
} as const;

/** How near to a bound of its range a quantile may lie outside it. */
const relativeTolerance = 1e-4;
const absoluteTolerance = 1e-8;

export const quantileExpectations: readonly Entry[] = [
  entry(
    "expect_column_quantile_values_to_be_between",
    { ...OnColumn, quantile_ranges: Ranges, "allow_relative_error?": "boolean | string | number | null" },
    ({ column, quantile_ranges: { quantiles, value_ranges: ranges } }, scope) => {
      const subject = name(columnOf(scope, "column", column, numeric).name);
      if (quantiles.length !== ranges.length)
        throw suiteError("quantile_ranges", "there must be as many ranges as quantiles");
      for (const [low = null, high = null, ...more] of ranges) {
        const isOrdered = low === null || high === null || low <= high;
        if (!isOrdered || more.length > 0) throw suiteError("quantile_ranges", "value_ranges must be ordered pairs");
      }
      const filter = scope.rows === null ? q`` : q` filter (where ${scope.rows})`;
      return {
        kind: "aggregate",
        sorts: true,
        terms: quantiles.map(
          (quantile) =>
            q`percentile_disc(${value("float8", String(quantile))}) within group (order by ${subject})${filter}`,
        ),
        answer: (values) => answer(quantiles, ranges, values),
      };
    },
  ),
];

function answer(
  quantiles: readonly number[],
  ranges: readonly (readonly (number | null)[])[],
  found: readonly unknown[],
): Answer {
  if (found.includes(null)) return { success: false, exception: "the column holds no value, so it has no quantiles" };
  const values = found.map(Number);
  const successes = values.map((quantile, at) => {
    const [low = null, high = null] = ranges[at] ?? [];
    const from = low ?? Number.NEGATIVE_INFINITY;
    const to = high ?? Number.POSITIVE_INFINITY;
    return (
      isNear(quantile, from) ||
      isNear(quantile, to) ||
      (from <= quantile && quantile <= to && Number.isFinite(quantile))
    );
  });
  return {
    success: successes.every(Boolean),
    observed: { quantiles, values },
    details: { success_details: successes },
  };
}

function isNear(quantile: number, bound: number): boolean {
  return (
    Math.abs(quantile - bound) <= absoluteTolerance + relativeTolerance * Math.abs(bound) && Number.isFinite(bound)
  );
}
