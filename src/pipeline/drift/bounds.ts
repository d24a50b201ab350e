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

/** The cells of one column in a sample of each side. */
interface SampledColumn {
  from: readonly (number | null)[];
  to: readonly (number | null)[];
}

/** Standard errors that an estimate is off by once in a million times, and χ² of 10 degrees of freedom as rare as that. */
const errors = 5;
const chiSquare = 45;

/** Of what nobody saw among n, no more than this ⁄ n is there, but once in a million times: e^−14. */
const unseen = 14;

const noBound = Number.POSITIVE_INFINITY;

/** `mean` is that of all later values, if it was asked for. */
export function numberBounds({ from, to, mean }: SampledColumn & { mean: number | null }): Bounds {
  const [former, latter] = [present(from), present(to)];
  const nothing = former.length === 0 || latter.length === 0;
  return {
    distance: psiBound(former, latter, from.length, to.length),
    missing: missingBound(from, to),
    // Whether there is a figure at all, only all rows tell.
    beyond: nothing ? noBound : beyondBound(former, latter),
    mean: nothing || mean === null ? noBound : meanBound(former, mean),
  };
}

/**
 * Total variation of categories. On a sample it comes out too large rather than too small (it is a sum of absolute
 * values), by far where there are many categories; from what is expected of it, it keeps within √(½ ln 10⁶ ⋅ (1 ⁄ n + 1 ⁄ m))
 * (McDiarmid, 1989).
 */
export function categoryBounds({ from, to }: SampledColumn): Bounds {
  const moved = new Map<number | null, number>();
  for (const cell of from) moved.set(cell, (moved.get(cell) ?? 0) + 1 / from.length);
  for (const cell of to) moved.set(cell, (moved.get(cell) ?? 0) - 1 / to.length);
  const distance = sum([...moved.values()].map(Math.abs)) / 2 + variationError(from.length, to.length);
  return { distance, missing: missingBound(from, to), beyond: 0, mean: 0 };
}

/** How far a total variation on samples of n and m rows may fall below that of all rows. */
export function variationError(n: number, m: number): number {
  return Math.sqrt((unseen / 2) * (1 / n + 1 / m));
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return total;
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
  const [low = Number.NaN, high = Number.NaN] = [former[0], former.at(-1)];
  const share = latter.filter((value) => !(value >= low && value <= high)).length / latter.length;
  return share + errors * Math.sqrt((share * (1 - share)) / latter.length) + unseen / latter.length;
}

/**
 * The later mean is exact, since a few far values that no sample has would move it. Of the former values few that nobody
 * saw cannot bring the figure up by more than the root of their share: they make the deviation greater, too.
 */
function meanBound(former: Float64Array, mean: number): number {
  const n = former.length;
  const center = sum(former) / n;
  const moment = (power: number) => sum(former.map((value) => (value - center) ** power)) / n;
  const variance = moment(2);
  const apart = Math.abs(mean - center);
  const hidden = Math.sqrt(unseen / n);
  // What adding up thousands of values may round.
  if (apart <= 1e-12 * Math.abs(center)) return hidden;
  const kurtosis = moment(4) / variance ** 2;
  const least = variance * (1 - errors * Math.sqrt(Math.max(kurtosis - 1, 0) / n));
  if (!(least > 0)) return noBound;
  return (apart + errors * Math.sqrt(variance / n)) / Math.sqrt(least) + hidden;
}

const bins = 10;
const floor = 1e-4;

/** Of all cells, how many are in a bin: of the former ones, and of the latter. */
type Shares = readonly [number, number];

/** What one bin adds to a PSI: shares below the floor count as that. */
function part([p, q]: Shares): number {
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
function psiBound(former: Float64Array, latter: Float64Array, n: number, m: number): number {
  // What is no number comes last of all, and is left to those who read all rows.
  if (Number.isNaN(former.at(-1)) || Number.isNaN(latter.at(-1))) return noBound;
  const { from, to } = countsOf(former, latter);
  const between = (cut = 0, next = 0): Shares => [
    ((from[next] ?? 0) - (from[cut] ?? 0)) / n,
    ((to[next] ?? 0) - (to[cut] ?? 0)) / m,
  ];
  const [low = [], cuts = [], high = []] = [-errors, 0, errors].map((error) => cutsOf(from, error));
  const shares = cuts.slice(1).map((next, bin) => between(cuts[bin], next));
  shares.push([1 - former.length / n, 1 - latter.length / m]);
  let bound = sum(shares.map(part)) + errors * standardError(shares, n, m) + chiSquare * (1 / n + 1 / m);
  for (let edge = 1; edge < bins; edge++) {
    const [before = 0, here = 0, after = 0] = cuts.slice(edge - 1, edge + 2);
    const cutAt = (cut: number) => part(between(before, cut)) + part(between(cut, after));
    let most = cutAt(here);
    const last = Math.min(high[edge] ?? 0, after);
    for (let cut = Math.max(low[edge] ?? 0, before); cut <= last; cut++) most = Math.max(most, cutAt(cut));
    bound += most - cutAt(here);
  }
  return bound;
}

/**
 * How many of the former and of the latter values are among the lowest distinct ones: of none, of one, of two … Values
 * that differ by rounding alone are one: see src/postgres/snapshots/exact.ts.
 */
function countsOf(former: Float64Array, latter: Float64Array): { from: number[]; to: number[] } {
  const counts = { from: [0], to: [0] };
  let [i, j] = [0, 0];
  while (i < former.length || j < latter.length) {
    let value = Math.min(former[i] ?? noBound, latter[j] ?? noBound);
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
 * take so many standard errors of a rank. `from` are the former values' counts.
 */
function cutsOf(from: readonly number[], error: number): number[] {
  const n = from.at(-1) ?? 0;
  const cuts = [0];
  let cut = 0;
  for (let edge = 1; edge < bins; edge++) {
    const rank = edge / bins;
    const bound = 2 * (rank * n + error * Math.sqrt(rank * (1 - rank) * n));
    while (cut + 1 < from.length && (from[cut] ?? 0) + (from[cut + 1] ?? 0) <= bound) cut++;
    cuts.push(cut);
  }
  return [...cuts, from.length - 1];
}

/** By the derivatives of (q − p) ln (q ⁄ p), and the variances and covariances of shares of a sample. */
function standardError(shares: readonly Shares[], n: number, m: number): number {
  const variance = (sides: readonly Shares[]) => {
    const slopes = sides.map(([own, other]) => Math.log(own / other) + 1 - other / own);
    const mean = sum(sides.map(([own], bin) => own * (slopes[bin] ?? 0)));
    return sum(sides.map(([own], bin) => own * ((slopes[bin] ?? 0) - mean) ** 2));
  };
  const former = shares.map(([p, q]): Shares => [Math.max(p, floor), Math.max(q, floor)]);
  const latter = former.map(([p, q]): Shares => [q, p]);
  return Math.sqrt(variance(former) / n + variance(latter) / m);
}
