import type { Moves } from "../../core/drift.ts";
import type { Queryable } from "../connection/connect.ts";
import type { View } from "../connection/one-view.ts";
import type { RowChanges } from "../snapshots/row-changes.ts";
import type { TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { distancesOf } from "./distance.ts";
import type { CountedColumn } from "./distance-figures.ts";
import { spreadsOf } from "./spread.ts";

/** All figures of a column. */
export interface ColumnMoves extends Moves {
  measure: "psi" | "tv";
  ks: number | null;
}

/** The columns of two snapshots whose rows were compared by key; what only rounds counts as it was. */
export function countedOf({
  from_rows: fromRows,
  to_rows: toRows,
  added,
  removed,
  columns,
}: RowChanges): CountedColumn[] {
  return columns.map((one) => ({
    ...one,
    fromRows,
    toRows,
    unchanged: added + removed + one.changed === 0,
    moved: (2 * one.changed + added + removed) / Math.max(fromRows + toRows, 1),
  }));
}

/** How far each of the columns moved, from every row that is given. */
export async function movesOf(
  view: View,
  rows: (sql: Queryable) => TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<ColumnMoves[]> {
  const changed = columns.filter(({ unchanged, fromRows, toRows }) => !unchanged && fromRows > 0 && toRows > 0);
  const [distances, spreads] = await Promise.all([
    distancesOf(view, rows, columns),
    view.run((sql) =>
      spreadsOf(
        sql,
        rows(sql),
        changed.map(({ column }) => column),
      ),
    ),
  ]);
  const byColumn = new Map(changed.map((one, index) => [one, spreads[index]]));
  return columns.map((one, index): ColumnMoves => {
    const { measure = "tv", distance = null, ks = null, chance = null } = distances[index] ?? {};
    const still = one.unchanged && measure === "psi" && one.fromValues > 0 ? 0 : null;
    const { beyond = still, mean = still } = byColumn.get(one) ?? {};
    return { measure, distance, ks, chance, beyond, mean, missing: missingOf(one) };
  });
}

function missingOf({ fromRows, toRows, fromValues, toValues }: CountedColumn): number | null {
  if (fromRows === 0 || toRows === 0) return null;
  return Math.abs(toValues / toRows - fromValues / fromRows);
}
