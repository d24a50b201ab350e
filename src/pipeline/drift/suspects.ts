import type { Column } from "../../core/columns.ts";
import type { DriftLimits } from "../../core/drift.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { viewOf } from "../../postgres/connection/one-view.ts";
import { countedOf } from "../../postgres/drift/column-moves.ts";
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
  const bounds = await boundsOf(tx, table, sides, columns, limits);
  const suspects = [...bounds].filter(([, each]) => !areBelow(each, limits));
  const numbers = suspects.filter(([column]) => isNumber(column)).map(([column]) => ({ column, moved: 1 }));
  const categories = suspects.filter(([column]) => !isNumber(column));
  if (categories.length === 0) return numbers;
  return [...numbers, ...(await stillSuspect(tx, table, sides, new Map(categories), limits))];
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

async function boundsOf(
  tx: Queryable,
  table: Frozen,
  { before, now }: Sides,
  columns: readonly Column[],
  limits: DriftLimits,
): Promise<Map<Column, Bounds>> {
  const take = ({ as_of: asOf, rows }: Sides["now"]) =>
    scatteredCells(tx, table, { asOf, percent: (100 * sampled) / Math.max(rows, 1) }, columns);
  const [from, to] = [await take(before), await take(now)];
  const numbers = columns.filter(isNumber);
  const rows = allRows(tx, table, before.as_of, now.as_of);
  const means = limits.mean === undefined ? [] : await exactMeans(tx, rows.to, numbers);
  return new Map(
    columns.map((column, index): [Column, Bounds] => {
      const cells = { from: from.cells[index] ?? [], to: to.cells[index] ?? [] };
      if (!isNumber(column)) return [column, categoryBounds(cells)];
      return [column, numberBounds({ ...cells, mean: means[numbers.indexOf(column)] ?? null })];
    }),
  );
}

/**
 * Of these categories. A total variation is told too large by different rows, the more so the more values there are; where
 * both sides are looked at by the same keys, what stayed as it was adds nothing.
 */
async function stillSuspect(
  tx: Queryable,
  table: Frozen,
  { before, now }: Sides,
  bounds: ReadonlyMap<Column, Bounds>,
  limits: DriftLimits,
): Promise<{ column: Column; moved: number }[]> {
  const oneIn = Math.max(1, Math.floor(Math.max(before.rows, now.rows) / sampledKeys));
  const rows = (sql: Queryable) => sameKeys(sql, table, before.as_of, now.as_of, oneIn);
  const { from, to } = rows(tx);
  const counted = countedOf(await rowChanges(tx, from, to, table.live.key, [...bounds.keys()]));
  const distances = await distancesOf(viewOf(tx), rows, counted);
  return counted.flatMap(({ column, fromRows, toRows, moved = 1 }, index) => {
    const known = bounds.get(column);
    const distance = (distances[index]?.distance ?? Number.POSITIVE_INFINITY) + variationError(fromRows, toRows);
    return known !== undefined && areBelow({ ...known, distance }, limits) ? [] : [{ column, moved }];
  });
}
