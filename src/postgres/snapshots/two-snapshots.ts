import type { Column } from "../../core/columns.ts";
import { keyColumns } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { columnsOf, type Fragment, list } from "../connection/fragments.ts";
import { keyHash } from "./fingerprint.ts";
import type { Frozen } from "./snapshots.ts";

/** The rows of two snapshots of one table, each given as `(select …)`; `from` is the reference. */
export interface TwoSnapshots {
  from: Fragment;
  to: Fragment;
}

/** Every row of both snapshots. */
export function allRows(sql: Queryable, table: Frozen, from: string, to: string): TwoSnapshots {
  return { from: slice(sql, table, from), to: slice(sql, table, to) };
}

/**
 * The rows of one key in so many, told by the key's hash: the same keys on both sides, so that a cell which stayed as it
 * was never counts as moved.
 */
export function sameKeys(sql: Queryable, table: Frozen, from: string, to: string, oneIn: number): TwoSnapshots {
  const chosen = (asOf: string) => sql`
    (select s.* from ${slice(sql, table, asOf)} s where ${keyHash(sql, keyColumns(table))} % ${oneIn}::bigint = 0)`;
  return { from: chosen(from), to: chosen(to) };
}

/**
 * About this percentage of one snapshot's rows, each chosen on its own (not by blocks, in which neighbours are often
 * alike). It costs a fraction of what it takes to look at the keys of all rows.
 */
export function scatteredRows(sql: Queryable, table: Frozen, asOf: string, percent: number): Fragment {
  return slice(
    sql,
    table,
    asOf,
    percent >= 100 ? sql`` : sql`tablesample bernoulli (${percent}::float4) repeatable (1)`,
  );
}

function slice(sql: Queryable, table: Frozen, asOf: string, sampled: Fragment = sql``): Fragment {
  const { table: target, asOfColumn, columns } = table.snapshot;
  const names = columns.map((column) => column.name);
  return sql`
    (select ${list(sql, columnsOf(sql, "s", names))}
       from ${sql(target.schema)}.${sql(target.name)} s ${sampled} where s.${sql(asOfColumn)} = ${asOf}::date)`;
}

/** Counts on both sides: rows, a column's cells that are not NULL, and those that are true, if it is boolean. */
export interface Totals {
  fromRows: number;
  toRows: number;
  fromValues: number;
  toValues: number;
  fromTrue: number;
  toTrue: number;
}

/** How many cells of a column are true, as an aggregate over `alias`; none are in a column that is not boolean. */
export function countTrue(sql: Queryable, alias: "s" | "f" | "t", { name, type }: Column): Fragment {
  return type === "bool" ? sql`count(*) filter (where ${sql(alias)}.${sql(name)})` : sql`0`;
}

interface Side {
  rows: number;
  values: number[];
  trues: number[];
}

/** Count the cells of each of the columns. */
export async function countCells(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  columns: readonly Column[],
): Promise<(Totals & { column: Column })[]> {
  const values = columns.map(({ name }) => sql`count(s.${sql(name)})`);
  const trues = columns.map((column) => countTrue(sql, "s", column));
  const count = async (side: Fragment) => {
    const [counted] = await sql<Side[]>`
      select count(*) as rows, array[${list(sql, values)}]::bigint[] as values,
             array[${list(sql, trues)}]::bigint[] as trues
        from ${side} s`;
    return counted ?? { rows: 0, values: [], trues: [] };
  };
  const [before, after] = [await count(from), await count(to)];
  return columns.map((column, index) => ({
    column,
    fromRows: before.rows,
    toRows: after.rows,
    fromValues: before.values[index] ?? 0,
    toValues: after.values[index] ?? 0,
    fromTrue: before.trues[index] ?? 0,
    toTrue: after.trues[index] ?? 0,
  }));
}
