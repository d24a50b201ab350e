import type { Column } from "../../core/columns.ts";
import { frequentValues, type Histogram, type Profile, quantileShares } from "../../core/messages/profiles.ts";
import { kindOf } from "./values.ts";

/** What a column's values come to, before it is put into words. */
export interface Figures
  extends Pick<Profile, "rows" | "distinct" | "distinct_exact" | "min" | "max" | "mean" | "stddev" | "frequent"> {
  /** Rows that are not NULL. */
  values: number;
  /** A value for each of the shares; null where there is none. */
  quantiles: (string | null)[] | null;
  /** How many values lie below the first edge, in each bin, and from the last edge on; null without edges. */
  bins: number[] | null;
}

/** What is kept of values that are not to be. */
export const noValues = {
  ...{ min: null, max: null, mean: null, stddev: null, quantiles: null, bins: null },
  frequent: [],
} satisfies Partial<Figures>;

/** Texts of which most occur once, such as names and addresses, are somebody's own, and tell nothing of the rest. */
function areOwn(column: Column, { values, distinct }: Figures): boolean {
  return kindOf(column) === "category" && distinct > Math.max(frequentValues, values / 2);
}

export function profileOf(column: Column, all: Figures, edges: readonly string[] | null): Profile {
  const figures = areOwn(column, all) ? { ...all, ...noValues } : all;
  const { values, quantiles, bins, ...same } = figures;
  return {
    column: column.name,
    type: column.type,
    kind: kindOf(column),
    nulls: figures.rows - values,
    ...same,
    quantiles: quantileShares.flatMap((share, index) => {
      const value = quantiles?.[index] ?? null;
      return value === null ? [] : [{ share, value }];
    }),
    histogram: bins === null || edges === null ? null : histogramOf(bins, edges),
  };
}

function histogramOf(bins: readonly number[], edges: readonly string[]): Histogram {
  return { edges: [...edges], counts: bins.slice(1, -1), under: bins[0] ?? 0, over: bins.at(-1) ?? 0 };
}
