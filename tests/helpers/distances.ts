/** The distances of src/postgres/distance.ts, computed in the plainest way from their definitions. */

type Numbers = readonly (number | null)[];

const present = (cells: Numbers) => cells.filter((cell) => cell !== null);
const shareOf = <Cell>(cells: readonly Cell[], isIn: (cell: Cell) => boolean) =>
  cells.filter(isIn).length / cells.length;

/** Null when either side has no numbers. */
export function ksOf(before: Numbers, after: Numbers): number | null {
  const [p, q] = [present(before), present(after)];
  if (p.length === 0 || q.length === 0) return null;
  const gaps = [...p, ...q].map((x) => Math.abs(shareOf(p, (cell) => cell <= x) - shareOf(q, (cell) => cell <= x)));
  return Math.max(...gaps);
}

/** Null when either side has no rows. */
export function psiOf(before: Numbers, after: Numbers): number | null {
  if (before.length === 0 || after.length === 0) return null;
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
