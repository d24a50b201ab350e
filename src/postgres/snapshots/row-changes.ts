import type { Column } from "../../core/columns.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, sameKey, some } from "../connection/fragments.ts";
import { differs } from "./exact.ts";
import { isRounding, mayBeRounded } from "./rounding.ts";
import { type Frozen, frozenRows, type Stamp, stagedRows } from "./snapshots.ts";
import { countTrue } from "./two-snapshots.ts";

/** How two sets of rows differ, by key. */
export interface RowChanges {
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

export interface CellChanges {
  column: Column;
  /** Common keys that changed this cell by more than rounding, and by no more. */
  changed: number;
  rounded: number;
  /** Cells that are not NULL. */
  fromValues: number;
  toValues: number;
  /** Cells that are true; 0 for a column that is not boolean. */
  fromTrue: number;
  toTrue: number;
}

interface Counted extends Omit<RowChanges, "columns"> {
  cells: number[];
  rounded_cells: number[];
  from_values: number[];
  to_values: number[];
  from_true: number[];
  to_true: number[];
}

/** Compare two relations with the same columns, given as `(select …)`, by one full hash join on the key. */
export async function rowChanges(
  sql: Queryable,
  from: Fragment,
  to: Fragment,
  key: readonly string[],
  columns: readonly Column[],
): Promise<RowChanges> {
  const payload = columns.filter(({ name }) => !key.includes(name));
  const first = sql(key[0] ?? "");
  const common = sql`f.${first} is not null and t.${first} is not null`;
  const unequal = payload.map((column) => differs(sql, "f", "t", column));
  const rounding = payload.map((column) => (mayBeRounded(column) ? isRounding(sql, "f", "t", column) : sql`false`));
  const changed = unequal.map((differ, index) => every(sql, [differ, sql`not ${rounding[index] ?? sql`false`}`]));
  const rounded = unequal.map((differ, index) => every(sql, [differ, rounding[index] ?? sql`false`]));
  const isChanged = sql`(${some(
    sql,
    changed.map((one) => sql`(${one})`),
  )})`;
  const counted = (conditions: readonly Fragment[]) =>
    conditions.map((condition) => sql`count(*) filter (where ${every(sql, [common, condition])})`);
  const values = (alias: "f" | "t") => payload.map(({ name }) => sql`count(${sql(alias)}.${sql(name)})`);
  const trues = (alias: "f" | "t") => payload.map((column) => countTrue(sql, alias, column));
  const each = (aggregates: readonly Fragment[]) => sql`array[${list(sql, [sql`null`, ...aggregates])}]::bigint[]`;
  const [row] = await sql<Counted[]>`
    select count(f.${first}) as from_rows, count(t.${first}) as to_rows,
           count(*) filter (where f.${first} is null) as added,
           count(*) filter (where t.${first} is null) as removed,
           count(*) filter (where ${common} and ${isChanged}) as changed,
           count(*) filter (where ${common} and not ${isChanged} and (${some(sql, unequal)})) as rounded,
           ${each(counted(changed))} as cells, ${each(counted(rounded))} as rounded_cells, ${each(values("f"))} as from_values, ${each(values("t"))} as to_values,
           ${each(trues("f"))} as from_true, ${each(trues("t"))} as to_true
      from ${from} f full join ${to} t on ${sameKey(sql, "f", "t", key)}`;
  if (row === undefined) throw new Error("an aggregate gave no row");
  const { cells, rounded_cells, from_values, to_values, from_true, to_true, ...rows } = row;
  return {
    ...rows,
    columns: payload.map((column, index) => ({
      column,
      changed: cells[index + 1] ?? 0,
      rounded: rounded_cells[index + 1] ?? 0,
      fromValues: from_values[index + 1] ?? 0,
      toValues: to_values[index + 1] ?? 0,
      fromTrue: from_true[index + 1] ?? 0,
      toTrue: to_true[index + 1] ?? 0,
    })),
  };
}

/** How the staged rows differ, in these columns, from the snapshot that stands under their stamp. */
export function stagedChanges(
  tx: Transaction,
  table: Frozen,
  { asOf, month }: Stamp,
  columns: readonly Column[],
): Promise<RowChanges> {
  const staged = stagedRows(tx, table, month, columns);
  return rowChanges(tx, frozenRows(tx, table, asOf, columns), staged, table.live.key, columns);
}
