import type { Reader } from "../connection/one-view.ts";
import type { CountedColumn, TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { type Distance, distancesOf } from "./distance.ts";
import { isNumber } from "./distance-figures.ts";
import { type Spread, spreadsOf } from "./spread.ts";

/** All figures of a column. */
export interface ColumnMoves extends Distance, Spread {
  missing: number | null;
}

/** How far each of the columns moved, from every row that is given. */
export async function movesOf(
  read: Reader,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<ColumnMoves[]> {
  const isMoved = ({ unchanged, from, to }: CountedColumn) => !unchanged && from.rows > 0 && to.rows > 0;
  const numbers = columns.filter((one) => isNumber(one.column) && isMoved(one)).map(({ column }) => column);
  const [distances, spreads] = await Promise.all([
    distancesOf(read, rows, columns),
    read((sql) => spreadsOf(sql, rows, numbers)),
  ]);
  return columns.flatMap((one, index): ColumnMoves[] => {
    const distance = distances[index];
    if (distance === undefined) return [];
    const still = one.unchanged && isNumber(one.column) && one.from.values > 0 ? 0 : null;
    const spread = spreads.get(one.column) ?? { beyond: still, mean: still };
    return [{ ...distance, ...spread, missing: missingOf(one) }];
  });
}

/** By how much the share of NULLs moved. */
function missingOf({ from, to }: CountedColumn): number | null {
  if (from.rows === 0 || to.rows === 0) return null;
  return Math.abs(to.values / to.rows - from.values / from.rows);
}
