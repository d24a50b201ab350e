import type { Dataset } from "./dataset.ts";

/** What the manifest says a column may move by, from one snapshot to the next. */
export type DriftLimits = NonNullable<Dataset["drift"]>;

/** How far a column's cells moved; null without a figure, since a side has nothing to compare. */
export interface Moves {
  /** Population stability index for numbers, total variation for everything else; null without a distance. */
  measure: "psi" | "tv" | null;
  distance: number | null;
  /** What chance alone makes of a `tv` when nothing moved, in one month of 10,000; null for a `psi`. */
  chance: number | null;
  /** Share of the values, NULLs left out, below the lowest or above the highest former one; numbers only. */
  beyond: number | null;
  /** By how much the share of NULLs changed, as an absolute difference. */
  missing: number | null;
  /** Distance of the means in standard deviations of the former values (Glass's Δ, 1976); numbers only. */
  mean: number | null;
}

/**
 * A column of a snapshot as a run held it against the one before. What a sample shows to be below its limits, and what is of
 * the very same rows, has no figures; any other has those that `compare` tells, too.
 */
export type MovedColumn = { column: string; drifts: Drift[] } & (
  | ({ told_by: "all"; ks: number | null } & Moves)
  | { told_by: "sample" | "same" }
);

/** The columns of a snapshot table, since the snapshot of that date. */
export interface MovedTable {
  table: string;
  since: string;
  /** The limit of a distance. */
  threshold: number;
  columns: MovedColumn[];
}

export type FigureName = "psi" | "tv" | "beyond" | "missing" | "mean";

/** A figure that reached its limit. */
export interface Drift {
  figure: FigureName;
  value: number;
  limit: number;
}

/**
 * Rows that each side must have until a figure is told: with fewer, chance alone would take it to its limit more often than
 * once in 10,000 months, were every row drawn anew from what never changes. With n rows on either side, then
 *
 * - a PSI is about χ² ⋅ 2 ⁄ n, with as many degrees of freedom as bins but one (Yurdakul, Statistical Properties of
 *   Population Stability Index, 2018): 11 bins make 10, of which χ² exceeds 36 once in 10,000 times;
 * - a difference of shares deviates by √(½ ⁄ n) at most, that of means by √(2 ⁄ n) deviations, and 3.9 times that is
 *   exceeded once in 10,000 times;
 * - a share k ⁄ n lies beyond the former extremes with a chance of about k ⁄ 2^k: k is 20.
 *
 * For a `tv` it depends on how many values there are: see `Moves.chance`.
 */
const fewestRows: Record<Exclude<FigureName, "tv">, (limit: number) => number> = {
  psi: (limit) => (2 * 36) / limit,
  missing: (limit) => (3.9 / limit) ** 2 / 2,
  mean: (limit) => 2 * (3.9 / limit) ** 2,
  beyond: (limit) => 20 / limit,
};

/** Rows on both sides. */
export interface BothSides {
  from: number;
  to: number;
}

/** True where both sides together weigh as much as two of the fewest rows. */
function isEnough({ from, to }: BothSides, figure: Exclude<FigureName, "tv">, limit: number): boolean {
  return 1 / from + 1 / to <= 2 / fewestRows[figure](limit);
}

/** The figures of a column that are at or beyond their limits, and that chance does not explain. */
export function driftsOf(moves: Moves, rows: BothSides, limits: DriftLimits): Drift[] {
  const { measure, distance, chance } = moves;
  const drifts: Drift[] = [];
  const add = (figure: FigureName, value: number | null, limit: number | undefined, isTold: boolean) => {
    if (value !== null && limit !== undefined && value >= limit && isTold) drifts.push({ figure, value, limit });
  };
  const told = (figure: Exclude<FigureName, "tv">, limit = 1) => isEnough(rows, figure, limit);
  if (measure === "psi") add("psi", distance, limits.psi, told("psi", limits.psi));
  if (measure === "tv") add("tv", distance, limits.psi, (distance ?? 0) > (chance ?? 0));
  add("beyond", moves.beyond, limits.beyond, told("beyond", limits.beyond));
  add("missing", moves.missing, limits.missing, told("missing", limits.missing));
  add("mean", moves.mean, limits.mean, told("mean", limits.mean));
  return drifts;
}

const wordsOf: Record<FigureName, (value: string, limit: string) => string> = {
  psi: (value, limit) => `PSI ${value}, limit ${limit}`,
  tv: (value, limit) => `TV ${value}, limit ${limit}`,
  beyond: (value, limit) => `${value} of the values beyond the former range, limit ${limit}`,
  missing: (value, limit) => `share of NULLs moved by ${value}, limit ${limit}`,
  mean: (value, limit) => `mean moved by ${value} former deviations, limit ${limit}`,
};

const shares = new Set<FigureName>(["beyond", "missing"]);

/** Such as `PSI 0.31, limit 0.2`. */
export function driftWords({ figure, value, limit }: Drift): string {
  if (shares.has(figure)) return wordsOf[figure](`${percent(value, 1)} %`, `${percent(limit, 3)} %`);
  return wordsOf[figure](value.toFixed(2), String(limit));
}

function percent(share: number, digits: number): string {
  return String(Number((100 * share).toFixed(digits)));
}
