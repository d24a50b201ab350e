import type { Column } from "../../core/columns.ts";
import type { DriftLimits } from "../../core/drift.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { readerOf } from "../../postgres/connection/one-view.ts";
import { distancesOf } from "../../postgres/drift/distance.ts";
import { isNumber } from "../../postgres/drift/distance-figures.ts";
import { exactMeans, scatteredCells } from "../../postgres/drift/scattered-cells.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import { type Frozen, frozenRows, type RowsOf } from "../../postgres/snapshots/snapshots.ts";
import { sameKeys, type TwoSnapshots } from "../../postgres/snapshots/two-snapshots.ts";
import { type Bounds, categoryBounds, numberBounds, variationError } from "./bounds.ts";

/** A snapshot of a table: how many rows it has, and where they are. */
export interface Side {
  count: number;
  rows: RowsOf;
}

/** Two snapshots of one table. */
export interface Sides {
  before: Side;
  now: Side;
}

/** What stands under a date. */
export function frozenSide(table: Frozen, { as_of: asOf, rows }: Pick<Seal, "as_of" | "rows">): Side {
  return { count: rows, rows: (columns, sampled) => frozenRows(table, asOf, columns, sampled) };
}

/** Every row of both. */
export function bothSides({ snapshot }: Frozen, { before, now }: Sides): TwoSnapshots {
  const { columns, table } = snapshot;
  return { from: before.rows(columns), to: now.rows(columns), isSpread: table.distribution !== null };
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
  profile: readonly Profile[] | null,
): Promise<{ column: Column; moved: number }[]> {
  const numbers = columns.filter(isNumber);
  const take = ({ rows, count }: Side) => scatteredCells(tx, rows, (100 * sampled) / Math.max(count, 1), columns);
  const [from, to] = await Promise.all([take(sides.before), take(sides.now)]);
  const means =
    limits.mean === undefined
      ? []
      : (meansIn(profile, numbers) ?? (await exactMeans(tx, sides.now.rows(columns), numbers)));
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

/** The later means, where they were taken by now; null where they are still to be. */
function meansIn(profile: readonly Profile[] | null, numbers: readonly Column[]): (number | null)[] | null {
  if (profile === null) return null;
  return numbers.map(({ name }) => {
    const mean = profile.find(({ column }) => column === name)?.mean ?? null;
    return mean === null ? null : Number(mean);
  });
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
  sides: Sides,
  categories: readonly { column: Column; bounds: Bounds }[],
  limits: DriftLimits,
): Promise<{ column: Column; moved: number }[]> {
  const oneIn = Math.max(1, Math.floor(Math.max(sides.before.count, sides.now.count) / sampledKeys));
  const rows = sameKeys(table, bothSides(table, sides), oneIn);
  const columns = categories.map(({ column }) => column);
  const { columns: counted } = await rowChanges(tx, rows, table.live.key, columns);
  const distances = await distancesOf(readerOf(tx), rows, counted);
  return counted.flatMap(({ column, from, to, moved = 1 }, index) => {
    const known = categories.find((one) => one.column === column)?.bounds;
    const distance = (distances[index]?.distance ?? Number.POSITIVE_INFINITY) + variationError(from.rows, to.rows);
    return known !== undefined && areBelow({ ...known, distance }, limits) ? [] : [{ column, moved }];
  });
}
