import type { KeptVerdict } from "../../core/messages/verdicts.ts";
import { figureOf } from "../../core/suites/expectation-words.ts";
import { drawn } from "../charts/numbers.ts";
import type { Bounds } from "../charts/over-months.tsx";

type Judged = Pick<KeptVerdict, "type" | "kwargs" | "observed" | "unexpected_count">;

/** What the figure of an expectation is: the metric that it is about, or how many values were not expected. */
export function figureName({ observed }: Judged): "observed" | "unexpected values" {
  return figureOf(observed) === null ? "unexpected values" : "observed";
}

/** Between what its figure is well; null where that cannot be drawn, such as a share of rows. */
export function boundsOf(verdict: Judged): Bounds | null {
  const { type, kwargs } = verdict;
  if (figureName(verdict) === "unexpected values") {
    const { mostly } = kwargs as { mostly?: unknown };
    return mostly === undefined || mostly === 1 ? { low: null, high: 0 } : null;
  }
  const { min_value: low, max_value: high, value, threshold } = kwargs as Record<string, unknown>;
  if (type.endsWith("_to_equal") && drawn(value) !== null) return { low: drawn(value), high: drawn(value) };
  if (drawn(threshold) !== null) return { low: null, high: drawn(threshold) };
  const bounds = { low: drawn(low), high: drawn(high) };
  return bounds.low === null && bounds.high === null ? null : bounds;
}

/** What it observed is a value of the data, and no count or measure of them. */
const ofValues = /_(min|max|most_common_value|distinct_values|quantile_values)_/;

export function isValue({ type, observed }: Judged): boolean {
  return ofValues.test(type) || !(observed === null || drawn(observed) !== null || isPairOfCounts(observed));
}

/** Rows of a table and of another. */
function isPairOfCounts(observed: unknown): boolean {
  return typeof observed === "object" && observed !== null && "self" in observed && "other" in observed;
}
