/** The figures of src/postgres/column-moves.ts, computed in the plainest way from their definitions. */

type Numbers = readonly (number | null)[];

const present = (cells: Numbers) => cells.filter((cell) => cell !== null);
const shareOf = <Cell>(cells: readonly Cell[], isIn: (cell: Cell) => boolean) =>
  cells.filter(isIn).length / cells.length;

/** Each number as the lowest of those from which only steps of rounding lead up to it. */
function unrounded(before: Numbers, after: Numbers): [Numbers, Numbers] {
  const values = [...new Set(present([...before, ...after]))].sort((a, b) => a - b);
  const lowest = new Map<number, number>();
  for (const [index, value] of values.entries()) {
    const last = values[index - 1] ?? Number.NaN;
    const isNear = last * value > 0 && value - last <= 1e-14 * Math.max(Math.abs(value), Math.abs(last));
    lowest.set(value, isNear ? (lowest.get(last) ?? last) : value);
  }
  const found = (cells: Numbers) => cells.map((cell) => (cell === null ? null : (lowest.get(cell) ?? cell)));
  return [found(before), found(after)];
}

/** Null when either side has no numbers. */
export function ksOf(before: Numbers, after: Numbers): number | null {
  const [p, q] = unrounded(before, after).map(present) as [number[], number[]];
  if (p.length === 0 || q.length === 0) return null;
  const gaps = [...p, ...q].map((x) => Math.abs(shareOf(p, (cell) => cell <= x) - shareOf(q, (cell) => cell <= x)));
  return Math.max(...gaps);
}

/** Null when either side has no rows. */
export function psiOf(one: Numbers, other: Numbers): number | null {
  if (one.length === 0 || other.length === 0) return null;
  const [before, after] = unrounded(one, other);
  const reference = present(before);
  const binOf = (cell: number | null) => {
    if (cell === null) return 0;
    const below = reference.filter((one) => one < cell).length;
    const equal = reference.filter((one) => one === cell).length;
    const decile = Math.ceil((10 * below + 5 * equal) / Math.max(reference.length, 1));
    return Math.min(Math.max(decile, 1), 10);
  };
  let psi = 0;
  for (let bin = 0; bin <= 10; bin++) {
    const p = Math.max(
      shareOf(before, (cell) => binOf(cell) === bin),
      1e-4,
    );
    const q = Math.max(
      shareOf(after, (cell) => binOf(cell) === bin),
      1e-4,
    );
    psi += (q - p) * Math.log(q / p);
  }
  return psi;
}

/** Null when either side has no rows. */
export function totalVariation<Cell>(before: readonly Cell[], after: readonly Cell[]): number | null {
  if (before.length === 0 || after.length === 0) return null;
  const values = [...new Set([...before, ...after])];
  const moved = values.map((value) =>
    Math.abs(shareOf(before, (cell) => cell === value) - shareOf(after, (cell) => cell === value)),
  );
  return moved.reduce((sum, part) => sum + part, 0) / 2;
}

/** What a total variation is by chance, at most, but once in 10,000 times. */
export function chanceOf<Cell>(before: readonly Cell[], after: readonly Cell[], moved = 1): number | null {
  const [n, m] = [before.length, after.length];
  if (n === 0 || m === 0) return null;
  const cells = [...before, ...after];
  const expected = [...new Set(cells)].map((value) => {
    const steps = moved * cells.filter((cell) => cell === value).length;
    return Math.min(steps, Math.sqrt(((steps + 0.6) * 2) / Math.PI)) / Math.sqrt(n * m);
  });
  return expected.reduce((sum, part) => sum + part, 0) / 2 + Math.sqrt((Math.log(1e4) * (1 / n + 1 / m)) / 2);
}

/** Null when either side has no numbers. */
export function beyondOf(before: Numbers, after: Numbers): number | null {
  const [p, q] = [present(before), present(after)];
  if (p.length === 0 || q.length === 0) return null;
  const [low, high] = [p.reduce((a, b) => Math.min(a, b)), p.reduce((a, b) => Math.max(a, b))];
  const slack = 1e-14;
  return shareOf(q, (cell) => cell < low - Math.abs(low) * slack || cell > high + Math.abs(high) * slack);
}

/** Null when either side has no rows. */
export function missingOf(before: Numbers, after: Numbers): number | null {
  if (before.length === 0 || after.length === 0) return null;
  return Math.abs(shareOf(before, (cell) => cell === null) - shareOf(after, (cell) => cell === null));
}

/** A number times 10^400, exactly as its decimals have it. */
function scaled(value: number): bigint {
  const [digits = "", exponent = "0"] = value.toString().split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  return BigInt(whole + fraction) * 10n ** BigInt(400 + Number(exponent) - fraction.length);
}

/** The root of a fraction of squares, to some 20 digits. */
function rootOf(numerator: bigint, denominator: bigint): number {
  return Math.sqrt(Number((numerator * 10n ** 60n) / denominator)) / 1e30;
}

/** Null when either side has no numbers, and when those of the former do not deviate but the mean moved. Without floats. */
export function meanOf(before: Numbers, after: Numbers): number | null {
  const [p, q] = [present(before).map(scaled), present(after).map(scaled)];
  const [n, m] = [BigInt(p.length), BigInt(q.length)];
  if (n === 0n || m === 0n) return null;
  const sum = (cells: readonly bigint[]) => cells.reduce((total, cell) => total + cell, 0n);
  // Mean, distance and deviation, of which each is squared and times n²m².
  const mean = (sum(p) * m) ** 2n;
  const apart = (sum(q) * n - sum(p) * m) ** 2n;
  const deviation = (n * sum(p.map((cell) => cell ** 2n)) - sum(p) ** 2n) * m ** 2n;
  const isRounding = (square: bigint) => square * 10n ** 28n <= mean;
  if (isRounding(apart)) return 0;
  return isRounding(deviation) ? null : rootOf(apart, deviation);
}

/** `psiOf` for many rows: by one sort of the former values, and a search for each cell's mid-rank. */
export function psiOfMany(before: Numbers, after: Numbers): number {
  const sorted = Float64Array.from(present(before)).sort();
  const firstAbove = (value: number, orAt: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = sorted[middle] ?? 0;
      if (found > value || (orAt && found === value)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const share = (cells: Numbers) => {
    const bins = new Array<number>(11).fill(0);
    for (const cell of cells) {
      const rank = cell === null ? 0 : 5 * (firstAbove(cell, true) + firstAbove(cell, false));
      const bin = cell === null ? 0 : Math.min(Math.max(Math.ceil(rank / Math.max(sorted.length, 1)), 1), 10);
      bins[bin] = (bins[bin] ?? 0) + 1 / cells.length;
    }
    return bins.map((one) => Math.max(one, 1e-4));
  };
  const [p, q] = [share(before), share(after)];
  return p.reduce((sum, from, bin) => sum + ((q[bin] ?? 0) - from) * Math.log((q[bin] ?? 0) / from), 0);
}

/** `totalVariation` for many rows and values. */
export function variationOfMany<Cell>(before: readonly Cell[], after: readonly Cell[]): number {
  const moved = new Map<Cell, number>();
  for (const cell of before) moved.set(cell, (moved.get(cell) ?? 0) - 1 / before.length);
  for (const cell of after) moved.set(cell, (moved.get(cell) ?? 0) + 1 / after.length);
  return moved.values().reduce((sum, part) => sum + Math.abs(part), 0) / 2;
}
