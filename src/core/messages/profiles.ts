/**
 * What the values of a column are: numbers have a mean, numbers and times have an order that counts, and so quantiles and a
 * histogram; of anything else there are only values that are equal or not.
 */
export type ProfileKind = "number" | "time" | "boolean" | "category";

/** Shares of the values, in order, that lie at or below a quantile: 0.5 is the median. */
export const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

export const histogramBins = 20;

/** So many of the most frequent values are kept: all of them where there are no more; of more none that occurs once. */
export const frequentValues = 20;

/**
 * What all values of one column come to, NULLs left out. Values are texts as PostgreSQL writes them, for a number may have more
 * digits than JavaScript keeps; numerics without zeros at their end. Longer ones than 200 characters are cut, and end in "…".
 * No value is kept of a key, nor of texts of which most occur once: they are somebody's name or the like.
 */
export interface Profile {
  column: string;
  /** PostgreSQL's own name, such as `numeric`. */
  type: string;
  kind: ProfileKind;
  rows: number;
  nulls: number;
  /** Different values: counted where `distinct_exact`, else estimated, give or take half a percent. */
  distinct: number;
  distinct_exact: boolean;
  /** In the order of their type; texts in that of their bytes. Null where no value is kept. */
  min: string | null;
  max: string | null;
  /** Numbers only; the deviation is that of the whole population. */
  mean: string | null;
  stddev: string | null;
  /** Each is one of the values (`percentile_disc`); empty without an order. */
  quantiles: { share: number; value: string }[];
  histogram: Histogram | null;
  /** The most frequent first, of equally frequent ones the lowest. */
  frequent: { value: string; rows: number }[];
  /** Where it is asked for: whether the table's key has it now. */
  of_key?: true;
}

/** What a column usually holds: the mean of numbers, the median of times, else the most frequent value. */
export function usualOf({ kind, mean, quantiles, frequent }: Profile): string | null {
  if (kind === "number") return mean;
  if (kind === "time") return quantiles.find(({ share }) => share === 0.5)?.value ?? null;
  return frequent[0]?.value ?? null;
}

/**
 * Twenty bins, `edges[i] <= value < edges[i + 1]`, of equal width and the same in every month: those of the first profile
 * that was taken of the column. What lies below and above them later is counted, too.
 */
export interface Histogram {
  edges: string[];
  counts: number[];
  under: number;
  over: number;
}

/** A table's rows under one date. */
export interface TableProfile {
  as_of: string;
  month: string;
  /** The run whose drop it is of. */
  run: number;
  /** As the manifest names it, and its snapshot table; null for one that is not frozen. */
  table: string;
  snapshot: string | null;
  /**
   * In the table's order: all columns of a drop that a run profiled, or those of the snapshot where that was done later. Null
   * where nobody did: `snapshots --profile` does.
   */
  columns: Profile[] | null;
}

/** Snapshots that were profiled because somebody asked for it. */
export interface Profiling {
  profiled: { table: string; as_of: string; rows: number; columns: number }[];
  /** Those that had been before. */
  known: number;
}

/** What profiles those snapshots that are not yet. */
export const profilingCommand = "snapshots --profile";
