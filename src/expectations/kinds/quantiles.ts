import { type Entry, onColumn } from "../plan/entry.ts";
import type { Answer } from "../plan/plan.ts";
import { filtered, name, q, value } from "../plan/sql.ts";
import { numeric, suiteError } from "../plan/values.ts";

const Ranges = {
  "+": "reject",
  quantiles: "(0 <= number <= 1)[]",
  value_ranges: "(number | null)[][]",
} as const;

export const quantileExpectations: readonly Entry[] = [
  onColumn(
    "expect_column_quantile_values_to_be_between",
    { quantile_ranges: Ranges, "allow_relative_error?": "boolean | string | number | null" },
    numeric,
    (column, { quantile_ranges: { quantiles, value_ranges: ranges } }, { rows }) => {
      if (quantiles.length !== ranges.length)
        throw suiteError("quantile_ranges", "there must be as many ranges as quantiles");
      for (const [low = null, high = null, ...more] of ranges) {
        const isOrdered = low === null || high === null || low <= high;
        if (!isOrdered || more.length > 0) throw suiteError("quantile_ranges", "value_ranges must be ordered pairs");
      }
      const terms = quantiles.map((quantile) => {
        const share = value("float8", String(quantile));
        return filtered(q`percentile_disc(${share}) within group (order by ${name(column.name)})`, rows);
      });
      return { kind: "aggregate", sorts: true, terms, answer: (values) => answer(quantiles, ranges, values) };
    },
  ),
];

function answer(
  quantiles: readonly number[],
  ranges: readonly (readonly (number | null)[])[],
  found: readonly unknown[],
): Answer {
  if (found.includes(null)) return { exception: "the column holds no value, so it has no quantiles" };
  const values = found.map(Number);
  const successes = values.map((quantile, at) => {
    const [low, high] = ranges[at] ?? [];
    const [from, to] = [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY];
    const isInside = from <= quantile && quantile <= to && Number.isFinite(quantile);
    return isInside || isNear(quantile, from) || isNear(quantile, to);
  });
  return {
    success: successes.every(Boolean),
    observed: { quantiles, values },
    details: { success_details: successes },
  };
}

/** A quantile may lie outside its range as far as numpy's isclose allows. */
function isNear(quantile: number, bound: number): boolean {
  return Number.isFinite(bound) && Math.abs(quantile - bound) <= 1e-8 + 1e-4 * Math.abs(bound);
}
