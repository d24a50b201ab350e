import type { Column } from "../../core/columns.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { cell, jsonArray, sameKey, some } from "../connection/fragments.ts";
import { differs, isRounding, mayBeRounded } from "./exact.ts";
import { type Frozen, frozenRows, type Stamp, sealedColumns, stagedRows } from "./snapshots.ts";
import { type CountedColumn, countsOf, type TwoSnapshots } from "./two-snapshots.ts";

/** How two sets of rows differ, by key. */
interface RowChanges {
  from_rows: number;
  to_rows: number;
  added: number;
  removed: number;
  /** Common keys with at least one cell changed by more than rounding. */
  changed: number;
  /** Common keys whose cells changed by no more than what a float rounds. */
  rounded: number;
  /** By column, without the key. */
  columns: CellChanges[];
}

/** A column, and the common keys that changed its cell by more than rounding, and by no more; these count as unchanged. */
interface CellChanges extends CountedColumn {
  changed: number;
  rounded: number;
}

/** Compare two relations with the same columns by one full hash join on the key. */
export async function rowChanges(
  sql: Queryable,
  { from, to }: Pick<TwoSnapshots, "from" | "to">,
  key: readonly string[],
  columns: readonly Column[],
): Promise<RowChanges> {
  const [before, after] = [cell("f", { name: key[0] ?? "" }), cell("t", { name: key[0] ?? "" })];
  const isCommon = sql`${before} is not null and ${after} is not null`;
  const cells = columns
    .filter(({ name }) => !key.includes(name))
    .map((column) => {
      const differ = differs("f", "t", column);
      if (!mayBeRounded(column)) return { column, differ, changed: differ, rounded: sql`false` };
      const rounding = isRounding("f", "t", column);
      return {
        column,
        differ,
        changed: sql`(${differ} and not ${rounding})`,
        rounded: sql`(${differ} and ${rounding})`,
      };
    });
  const counts = cells.map(
    ({ column, changed, rounded }) => sql`json_build_object(
      'changed', count(*) filter (where ${isCommon} and ${changed}),
      'rounded', count(*) filter (where ${isCommon} and ${rounded}),
      'from', ${countsOf("f", sql`count(${before})`, column)}, 'to', ${countsOf("t", sql`count(${after})`, column)})`,
  );
  const isChanged = sql`(${some(cells.map(({ changed }) => changed))})`;
  const isUnequal = sql`(${some(cells.map(({ differ }) => differ))})`;
  const [row] = await sql<(Omit<RowChanges, "columns"> & { counts: Omit<CellChanges, "column">[] })[]>`
    select count(${before}) as from_rows, count(${after}) as to_rows,
           count(*) filter (where ${before} is null) as added,
           count(*) filter (where ${after} is null) as removed,
           count(*) filter (where ${isCommon} and ${isChanged}) as changed,
           count(*) filter (where ${isCommon} and not ${isChanged} and ${isUnequal}) as rounded,
           ${jsonArray(counts)} as counts
      from ${from} f full join ${to} t on ${sameKey("f", "t", key)}`;
  if (row === undefined) throw new Error("an aggregate gave no row");
  const { counts: counted, ...rows } = row;
  const changes = cells.flatMap(({ column }, at): CellChanges[] => {
    const one = counted[at];
    if (one === undefined) return [];
    const lone = rows.added + rows.removed;
    const moved = (2 * one.changed + lone) / Math.max(rows.from_rows + rows.to_rows, 1);
    return [{ column, ...one, unchanged: lone + one.changed === 0, moved }];
  });
  return { ...rows, columns: changes };
}

/** How the staged rows differ, in these columns, from the snapshot that stands under their stamp. */
export function stagedChanges(
  tx: Transaction,
  table: Frozen,
  { asOf, month }: Stamp,
  columns: readonly Column[],
): Promise<RowChanges> {
  const sides = { from: frozenRows(table, asOf, columns), to: stagedRows(table, month, columns) };
  return rowChanges(tx, sides, table.live.key, columns);
}

/**
 * True where every staged row, of which there are so many and of different keys, stands under their stamp, cell by cell in
 * all that a seal covers, and nothing else does.
 */
export async function stagedAsFrozen(tx: Transaction, table: Frozen, stamp: Stamp, rows: number): Promise<boolean> {
  const { key } = table.live;
  // Where keys may stand twice, equal pairs prove nothing.
  const isUnique = table.snapshot.table.key.every((name) => name === table.snapshot.asOfColumn || key.includes(name));
  if (!isUnique || table.snapshot.table.key.length === 0) return false;
  const columns = sealedColumns(table);
  const standing = frozenRows(table, stamp.asOf, columns);
  const differ = columns.filter(({ name }) => !key.includes(name)).map((column) => differs("f", "t", column));
  const [row] = await tx<Record<"there" | "equal", number>[]>`
    select count(*) as there, count(*) filter (where ${cell("t", { name: key[0] ?? "" })} is not null and not (${some(differ)})) as equal
      from ${standing} f left join ${stagedRows(table, stamp.month, columns)} t on ${sameKey("f", "t", key)}`;
  return row?.there === rows && row.equal === rows;
}
