/** Partitions of a column's values, and the Kullback-Leibler divergence between an observed and an expected one. */

export interface Categorical {
  values: readonly unknown[];
  weights: readonly number[];
}

export interface Continuous {
  /** Ascending edges, one more than there are weights; the outer ones may be infinite. */
  bins: readonly number[];
  weights: readonly number[];
  /** Shares below and above all bins. */
  tail_weights?: readonly number[];
}

type Partition = {
  weights: readonly number[];
  values?: readonly unknown[];
  bins?: readonly number[];
  tail_weights?: readonly number[];
};

export function isCategorical(partition: Partition): partition is Partition & Categorical {
  return (
    partition.values !== undefined &&
    partition.values.length === partition.weights.length &&
    isOne(sum(partition.weights))
  );
}

export function isContinuous(partition: Partition): partition is Partition & Continuous {
  const { bins, weights, tail_weights: tails = [] } = partition;
  if (bins === undefined || bins.length !== weights.length + 1 || weights.length === 0) return false;
  if (partition.tail_weights !== undefined && tails.length !== 2) return false;
  const isAscending = bins.every((edge, at) => at === 0 || edge > (bins[at - 1] ?? edge));
  return isAscending && isOne(sum(weights) + sum(tails));
}

function isOne(total: number): boolean {
  return Math.abs(total - 1) <= 1e-8 + 1e-5;
}

export interface Comparison {
  /** Not finite where a value was observed that the expected partition excludes. */
  divergence: number;
  observed: Record<string, readonly unknown[]>;
  expected: Record<string, readonly unknown[]>;
}

/** `observed` and `expected` are shares by key; `label` says what a key stands for. */
export function compareCategories(
  observed: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
  label: (key: string) => unknown,
  tailHoldout: number,
): Comparison {
  const keys = [...expected.keys(), ...[...observed.keys()].filter((key) => !expected.has(key))];
  const surprising = keys.length - expected.size;
  const p = keys.map((key) => observed.get(key) ?? 0);
  const q = keys.map((key) => {
    const weight = expected.get(key);
    if (surprising === 0) return weight ?? 0;
    return weight === undefined ? tailHoldout / surprising : weight * (1 - tailHoldout);
  });
  const values = keys.map(label);
  return { divergence: divergence(p, q), observed: { values, weights: p }, expected: { values, weights: q } };
}

/** Counts of rows: in each bin, below and above all of them, and all that are not NULL. */
export interface Histogram {
  bins: readonly number[];
  below: number;
  above: number;
  total: number;
}

export function compareBins(
  partition: Continuous,
  histogram: Histogram,
  holdouts: { internal: number; tail: number },
): Comparison {
  const expected = withHoldouts(partition.weights, holdouts);
  const observed = histogram.bins.map((count) => count / histogram.total);
  const [lowTail, highTail] = partition.tail_weights ?? [];
  const toLow = partition.bins[0] === Number.NEGATIVE_INFINITY;
  const toHigh = partition.bins.at(-1) === Number.POSITIVE_INFINITY;
  const ends = { toLow, toHigh };
  const share = toLow || toHigh ? holdouts.tail : holdouts.tail / 2;
  const q = outward(expected, ends, [lowTail ?? share, highTail ?? share]);
  const p = outward(observed, ends, [histogram.below / histogram.total, histogram.above / histogram.total]);
  const bins = partition.bins.slice(toLow ? 1 : 0, toHigh ? -1 : undefined);
  return {
    divergence: divergence(p, q),
    observed: { bins, weights: p.slice(1, -1), tail_weights: [p[0], p.at(-1)] },
    expected: { bins, weights: q.slice(1, -1), tail_weights: [q[0], q.at(-1)] },
  };
}

/** Weights with their tails; a bin that reaches to infinity is the tail at its end. */
function outward(
  weights: readonly number[],
  { toLow, toHigh }: { toLow: boolean; toHigh: boolean },
  tails: [number, number],
) {
  return [...(toLow ? [] : [tails[0]]), ...weights, ...(toHigh ? [] : [tails[1]])];
}

function withHoldouts(weights: readonly number[], { internal, tail }: { internal: number; tail: number }): number[] {
  const scaled = weights.map((weight) => weight * (1 - tail - internal));
  const empty = scaled.filter((weight) => weight === 0).length;
  return internal === 0 ? scaled : scaled.map((weight) => (weight === 0 ? internal / empty : weight));
}

/** Relative entropy of the two distributions, each brought to a sum of 1. */
function divergence(p: readonly number[], q: readonly number[]): number {
  const [pTotal, qTotal] = [sum(p), sum(q)];
  return sum(p.map((weight, at) => relativeEntropy(weight / pTotal, (q[at] ?? 0) / qTotal)));
}

function relativeEntropy(p: number, q: number): number {
  if (Number.isNaN(p) || Number.isNaN(q)) return Number.NaN;
  if (p > 0 && q > 0) return p * Math.log(p / q);
  return p === 0 && q >= 0 ? 0 : Number.POSITIVE_INFINITY;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Edges of equal bins for a column of which these quantiles are known: as many bins as Sturges or Freedman and Diaconis
 * would take, whichever is more (numpy's "auto").
 */
export function linearBins([min, q1, q3, max]: readonly [number, number, number, number], count: number): number[] {
  const spread = q3 - q1;
  const sturges = Math.ceil(Math.log2(count + 1));
  const width = (2 * spread) / Math.cbrt(count);
  const bins = spread < 1e-10 ? sturges : Math.max(sturges, Math.ceil((max - min) / width));
  return Array.from({ length: bins + 1 }, (_, at) => (at === bins ? max : min + (at * (max - min)) / bins));
}
