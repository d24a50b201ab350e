import { psiBound } from "./psi-bound.ts";

/**
 * What a sample of both snapshots lets be said of all their rows: bounds that a column's figures exceed about once in a
 * million times. A column whose bounds are all below its limits has not drifted; any other is looked at in full.
 */
export interface Bounds {
  distance: number;
  beyond: number;
  missing: number;
  mean: number;
}

/** The cells of one column in a sample of each side; `mean` is that of all values of the later one, if it was asked for. */
export interface SampledColumn {
  from: readonly (number | null)[];
  to: readonly (number | null)[];
  mean: number | null;
}

/** Standard errors that an estimate is off by once in a million times. */
const errors = 5;

/** Of what nobody saw among n, no more than this ⁄ n is there, but once in a million times: e^−14. */
const unseen = 14;

export function numberBounds({ from, to, mean }: SampledColumn): Bounds {
  const [former, latter] = [present(from), present(to)];
  const nothing = former.length === 0 || latter.length === 0;
  return {
    distance: psiBound(former, latter, from.length, to.length),
    missing: missingBound(from, to),
    // Whether there is a figure at all, only all rows tell.
    beyond: nothing ? Number.POSITIVE_INFINITY : beyondBound(former, latter),
    mean: nothing || mean === null ? Number.POSITIVE_INFINITY : meanBound(former, mean),
  };
}

/**
 * Total variation of categories. On a sample it comes out too large rather than too small (it is a sum of absolute
 * values), by far where there are many categories; from what is expected of it, it keeps within √(½ ln 10⁶ ⋅ (1 ⁄ n + 1 ⁄ m))
 * (McDiarmid, 1989).
 */
export function categoryBounds({ from, to }: Omit<SampledColumn, "mean">): Bounds {
  const counts = new Map<number | null, number>();
  for (const cell of from) counts.set(cell, (counts.get(cell) ?? 0) + 1 / from.length);
  for (const cell of to) counts.set(cell, (counts.get(cell) ?? 0) - 1 / to.length);
  const distance = counts.values().reduce((sum, moved) => sum + Math.abs(moved), 0) / 2;
  return {
    distance: distance + variationError(from.length, to.length),
    missing: missingBound(from, to),
    beyond: 0,
    mean: 0,
  };
}

/** How far a total variation on samples of n and m rows may fall below that of all rows. */
export function variationError(n: number, m: number): number {
  return Math.sqrt((unseen / 2) * (1 / n + 1 / m));
}

function present(cells: readonly (number | null)[]): Float64Array {
  return Float64Array.from(cells.filter((cell) => cell !== null)).sort();
}

function missingBound(from: readonly (number | null)[], to: readonly (number | null)[]): number {
  const share = (cells: readonly (number | null)[]) => cells.filter((cell) => cell === null).length / cells.length;
  const [before, after] = [share(from), share(to)];
  const variance = (before * (1 - before)) / from.length + (after * (1 - after)) / to.length;
  return Math.abs(after - before) + errors * Math.sqrt(variance) + unseen / from.length + unseen / to.length;
}

/** The extremes of a sample lie within those of all rows, so that no more is beyond these than is beyond those. */
function beyondBound(former: Float64Array, latter: Float64Array): number {
  const low = former[0] ?? Number.NaN;
  const high = former.at(-1) ?? Number.NaN;
  const share = latter.filter((value) => !(value >= low && value <= high)).length / latter.length;
  return share + errors * Math.sqrt((share * (1 - share)) / latter.length) + unseen / latter.length;
}

/**
 * The later mean is exact, since a few far values that no sample has would move it. Of the former values few that nobody
 * saw cannot bring the figure up by more than the root of their share: they make the deviation greater, too.
 */
function meanBound(former: Float64Array, mean: number): number {
  const n = former.length;
  const center = former.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) => former.reduce((sum, value) => sum + (value - center) ** power, 0) / n;
  const variance = moment(2);
  const apart = Math.abs(mean - center);
  const hidden = Math.sqrt(unseen / n);
  // What adding up thousands of values may round.
  if (apart <= 1e-12 * Math.abs(center)) return hidden;
  const kurtosis = moment(4) / variance ** 2;
  const least = variance * (1 - errors * Math.sqrt(Math.max(kurtosis - 1, 0) / n));
  if (!(least > 0)) return Number.POSITIVE_INFINITY;
  return (apart + errors * Math.sqrt(variance / n)) / Math.sqrt(least) + hidden;
}
