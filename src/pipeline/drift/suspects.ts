import type { Column } from "../../core/columns.ts";
import type { DriftLimits } from "../../core/drift.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { readerOf } from "../../postgres/connection/one-view.ts";
import { distancesOf } from "../../postgres/drift/distance.ts";
import { isNumber } from "../../postgres/drift/distance-figures.ts";
import { exactMeans, scatteredCells } from "../../postgres/drift/scattered-cells.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import type { Frozen } from "../../postgres/snapshots/snapshots.ts";
import { allRows, sameKeys } from "../../postgres/snapshots/two-snapshots.ts";
import { type Bounds, categoryBounds, numberBounds, variationError } from "./bounds.ts";

/** The two snapshots of one table. */
export interface Sides {
  before: Pick<Seal, "as_of" | "rows">;
  now: Pick<Seal, "as_of" | "rows">;
}

/** Rows of each side of a sample. Chance then adds 0.001 to a PSI, and a share is known to within 0.02. */
const sampled = 16_000;

/** Keys, where it takes the same ones on both sides. */
const sampledKeys = 40_000;

/**
 * The columns of large snapshots of which a sample cannot tell that they did not drift, and the share of their cells that
 * are not what they were, as far as it is known.
 */
export async function suspectsOf(
  tx: Queryable,
  table: Frozen,
  sides: Sides,
  columns: readonly Column[],
  limits: DriftLimits,
): Promise<{ column: Column; moved: number }[]> {
  const numbers = columns.filter(isNumber);
  const take = ({ as_of: asOf, rows }: Sides["now"]) =>
    scatteredCells(tx, table, { asOf, percent: (100 * sampled) / Math.max(rows, 1) }, columns);
  const [from, to] = [await take(sides.before), await take(sides.now)];
  const { to: later } = allRows(table, sides.before.as_of, sides.now.as_of);
  const means = limits.mean === undefined ? [] : await exactMeans(tx, later, numbers);
  const suspects = columns.flatMap((column, index) => {
    const cells = { from: from[index] ?? [], to: to[index] ?? [] };
    const mean = means[numbers.indexOf(column)] ?? null;
    const bounds = isNumber(column) ? numberBounds({ ...cells, mean }) : categoryBounds(cells);
    return areBelow(bounds, limits) ? [] : [{ column, bounds }];
  });
  const categories = suspects.filter(({ column }) => !isNumber(column));
  const unclear = categories.length === 0 ? [] : await stillSuspect(tx, table, sides, categories, limits);
  return [...suspects.filter(({ column }) => isNumber(column)).map(({ column }) => ({ column, moved: 1 })), ...unclear];
}

function areBelow(bounds: Bounds, limits: DriftLimits): boolean {
  const figures = [
    [bounds.distance, limits.psi],
    [bounds.beyond, limits.beyond],
    [bounds.missing, limits.missing],
    [bounds.mean, limits.mean],
  ] as const;
  return figures.every(([bound, limit]) => limit === undefined || bound < limit);
}

/**
 * Of these categories. A total variation is told too large by different rows, the more so the more values there are; where
 * both sides are looked at by the same keys, what stayed as it was adds nothing.
 */
async function stillSuspect(
  tx: Queryable,
  table: Frozen,
  { before, now }: Sides,
  categories: readonly { column: Column; bounds: Bounds }[],
  limits: DriftLimits,
): Promise<{ column: Column; moved: number }[]> {
  const oneIn = Math.max(1, Math.floor(Math.max(before.rows, now.rows) / sampledKeys));
  const rows = sameKeys(table, allRows(table, before.as_of, now.as_of), oneIn);
  const columns = categories.map(({ column }) => column);
  const { columns: counted } = await rowChanges(tx, rows, table.live.key, columns);
  const distances = await distancesOf(readerOf(tx), rows, counted);
  return counted.flatMap(({ column, from, to, moved = 1 }, index) => {
    const known = categories.find((one) => one.column === column)?.bounds;
    const distance = (distances[index]?.distance ?? Number.POSITIVE_INFINITY) + variationError(from.rows, to.rows);
    return known !== undefined && areBelow({ ...known, distance }, limits) ? [] : [{ column, moved }];
  });
}
