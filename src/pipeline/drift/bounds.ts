/** Standard errors that an estimate is off by once in a million times, and χ² of 10 degrees of freedom as rare as that. */
const errors = 5;
const chiSquare = 45;

const bins = 10;
const floor = 1e-4;

/** What one bin adds to a PSI: shares below the floor count as that. */
function part(p: number, q: number): number {
  const [from, to] = [Math.max(p, floor), Math.max(q, floor)];
  return (to - from) * Math.log(to / from);
}

/**
 * A bound of the PSI of all rows, from a sample of each side: the sorted values, and how many cells there were with NULLs.
 * To the sample's own PSI is added
 *
 * - what it deviates by when the bins are given: its standard error, by its derivatives, and what chance adds to it;
 * - what it can grow by when each of the bins' edges, which are the former values' deciles, lies somewhere else, as far
 *   as the sample's deciles may be off. That is what counts where many rows share a value near an edge.
 */
export function psiBound(former: Float64Array, latter: Float64Array, n: number, m: number): number {
  // What is no number comes last of all, and is left to those who read all rows.
  if (Number.isNaN(former.at(-1)) || Number.isNaN(latter.at(-1))) return Number.POSITIVE_INFINITY;
  const counts = countsOf(former, latter);
  const shareOf: ShareOf = (cut, next) => [
    ((counts.from[next] ?? 0) - (counts.from[cut] ?? 0)) / n,
    ((counts.to[next] ?? 0) - (counts.to[cut] ?? 0)) / m,
  ];
  const [low = [], cuts = [], high = []] = [-errors, 0, errors].map((error) => cutsOf(counts, former.length, error));
  const shares = Array.from({ length: bins }, (_, bin) => shareOf(cuts[bin] ?? 0, cuts[bin + 1] ?? 0));
  shares.push([1 - former.length / n, 1 - latter.length / m]);
  const psi = shares.reduce((sum, [p, q]) => sum + part(p, q), 0);
  const deviation = errors * standardError(shares, n, m) + chiSquare * (1 / n + 1 / m);
  return psi + deviation + growthOf(cuts, low, high, shareOf);
}

/** The shares of the cells between two cuts: of the former ones, and of the latter. */
type ShareOf = (cut: number, next: number) => [number, number];

/** By how much a PSI can grow when each cut in turn is moved between its lowest and its highest place. */
function growthOf(cuts: readonly number[], low: readonly number[], high: readonly number[], shareOf: ShareOf): number {
  const between = (cut: number, next: number) => part(...shareOf(cut, next));
  let growth = 0;
  for (let edge = 1; edge < bins; edge++) {
    const [before, here, after] = [cuts[edge - 1] ?? 0, cuts[edge] ?? 0, cuts[edge + 1] ?? 0];
    const now = between(before, here) + between(here, after);
    let most = now;
    const last = Math.min(high[edge] ?? 0, after);
    for (let cut = Math.max(low[edge] ?? 0, before); cut <= last; cut++) {
      most = Math.max(most, between(before, cut) + between(cut, after));
    }
    growth += most - now;
  }
  return growth;
}

/** How many of the former and of the latter values are among the lowest distinct ones: of none, of one, of two … */
interface Counts {
  from: number[];
  to: number[];
}

/** Values that differ by rounding alone are one: see src/postgres/snapshots/exact.ts. */
function countsOf(former: Float64Array, latter: Float64Array): Counts {
  const counts: Counts = { from: [0], to: [0] };
  let [i, j] = [0, 0];
  while (i < former.length || j < latter.length) {
    let value = Math.min(former[i] ?? Number.POSITIVE_INFINITY, latter[j] ?? Number.POSITIVE_INFINITY);
    for (;;) {
      if (i < former.length && isSame(value, former[i] ?? 0)) value = former[i++] ?? 0;
      else if (j < latter.length && isSame(value, latter[j] ?? 0)) value = latter[j++] ?? 0;
      else break;
    }
    counts.from.push(i);
    counts.to.push(j);
  }
  return counts;
}

function isSame(lower: number, higher: number): boolean {
  if (lower === higher) return true;
  if (lower > 0) return lower >= higher * (1 - 1e-14);
  return higher < 0 && higher <= lower * (1 - 1e-14);
}

/**
 * Where the bins end, as numbers of distinct values: bin j ends with the last whose mid-rank is within j tenths, give or
 * take so many standard errors of a rank.
 */
function cutsOf({ from }: Counts, n: number, error: number): number[] {
  const cuts = [0];
  let cut = 0;
  for (let edge = 1; edge < bins; edge++) {
    const rank = edge / bins;
    const bound = 2 * (rank * n + error * Math.sqrt(rank * (1 - rank) * n));
    while (cut + 1 < from.length && (from[cut] ?? 0) + (from[cut + 1] ?? 0) <= bound) cut++;
    cuts.push(cut);
  }
  cuts.push(from.length - 1);
  return cuts;
}

/** By the derivatives of (q − p) ln (q ⁄ p), and the variances and covariances of shares of a sample. */
function standardError(shares: readonly (readonly [number, number])[], n: number, m: number): number {
  const floored = shares.map(([p, q]) => [Math.max(p, floor), Math.max(q, floor)] as const);
  const variance = (weights: readonly number[], of: readonly number[]) => {
    const mean = weights.reduce((sum, weight, index) => sum + weight * (of[index] ?? 0), 0);
    return weights.reduce((sum, weight, index) => sum + weight * ((of[index] ?? 0) - mean) ** 2, 0);
  };
  const byFormer = floored.map(([p, q]) => -Math.log(q / p) + 1 - q / p);
  const byLatter = floored.map(([p, q]) => Math.log(q / p) + 1 - p / q);
  const former = variance(
    floored.map(([p]) => p),
    byFormer,
  );
  const latter = variance(
    floored.map(([, q]) => q),
    byLatter,
  );
  return Math.sqrt(former / n + latter / m);
}

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
