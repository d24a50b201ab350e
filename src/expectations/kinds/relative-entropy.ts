/** Two distributions over the same keys or bins, as a result shows them, and how far the observed one is from the expected. */
export interface Comparison {
  /** Kullback and Leibler's; not finite where a value was observed that the expected partition excludes. */
  divergence: number;
  observed: Record<string, readonly unknown[]>;
  expected: Record<string, readonly unknown[]>;
}

/** Weights that a comparison sets aside for what the expected partition gives none: inside it, and beyond its ends. */
export interface Holdouts {
  internal: number;
  tail: number;
}

/** Shares of a column's numbers. */
export interface Binned {
  /** Ascending edges, one more than there are weights; the outer ones may be infinite. */
  bins: readonly number[];
  weights: readonly number[];
  /** Shares below and above all bins. */
  tail_weights?: readonly number[] | undefined;
}

/** A value with its shares; it is not expected where the partition does not name it. */
export interface Category {
  value: unknown;
  observed: number;
  expected: number | null;
}

export function compareCategories(categories: readonly Category[], tailHoldout: number): Comparison {
  const surprising = categories.filter(({ expected }) => expected === null).length;
  const values = categories.map(({ value }) => value);
  const p = categories.map(({ observed }) => observed);
  const q = categories.map(({ expected: weight }) => {
    if (weight === null) return tailHoldout / surprising;
    return surprising === 0 ? weight : weight * (1 - tailHoldout);
  });
  return { divergence: divergence(p, q), observed: { values, weights: p }, expected: { values, weights: q } };
}

/** The observed shares, tails included, are those of the expected partition's bins. */
export function compareBins(expected: Binned, observed: Binned, { internal, tail }: Holdouts): Comparison {
  const toLow = expected.bins[0] === Number.NEGATIVE_INFINITY;
  const toHigh = expected.bins.at(-1) === Number.POSITIVE_INFINITY;
  const share = toLow || toHigh ? tail : tail / 2;
  // A bin that reaches to infinity is the tail at its end.
  const outward = (weights: readonly number[], [low = share, high = share]: readonly number[] = []) => [
    ...(toLow ? [] : [low]),
    ...weights,
    ...(toHigh ? [] : [high]),
  ];
  const scaled = expected.weights.map((weight) => weight * (1 - tail - internal));
  const empty = scaled.filter((weight) => weight === 0).length;
  const held = internal === 0 ? scaled : scaled.map((weight) => (weight === 0 ? internal / empty : weight));
  const q = outward(held, expected.tail_weights);
  const p = outward(observed.weights, observed.tail_weights);
  const bins = expected.bins.slice(toLow ? 1 : 0, toHigh ? -1 : undefined);
  const shown = (weights: readonly number[]) => ({
    bins,
    weights: weights.slice(1, -1),
    tail_weights: [weights[0], weights.at(-1)],
  });
  return { divergence: divergence(p, q), observed: shown(p), expected: shown(q) };
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

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Edges of equal bins for a column of which these quantiles are known: as many bins as Sturges or Freedman and Diaconis
 * would take, whichever is more (numpy's "auto").
 */
export function linearBins(
  { min, q1, q3, max }: { min: number; q1: number; q3: number; max: number },
  count: number,
): number[] {
  const spread = q3 - q1;
  const sturges = Math.ceil(Math.log2(count + 1));
  const width = (2 * spread) / Math.cbrt(count);
  const bins = spread < 1e-10 ? sturges : Math.max(sturges, Math.ceil((max - min) / width));
  return Array.from({ length: bins + 1 }, (_, at) => (at === bins ? max : min + (at * (max - min)) / bins));
}
