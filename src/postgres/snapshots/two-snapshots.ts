import type { Column } from "../../core/columns.ts";
import { keyColumns } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Alias, cell, type Fragment, jsonArray, sql } from "../connection/fragments.ts";
import { keyHash } from "./fingerprint.ts";
import { type Frozen, frozenRows } from "./snapshots.ts";

/** The rows of two snapshots of one table, each given as `(select …)`; `from` is the reference. */
export interface TwoSnapshots {
  from: Fragment;
  to: Fragment;
  /** True where the rows lie on several servers. */
  isSpread: boolean;
}

/** Every row of both snapshots. */
export function allRows(table: Frozen, from: string, to: string): TwoSnapshots {
  const rows = (asOf: string) => frozenRows(table, asOf, table.snapshot.columns);
  return { from: rows(from), to: rows(to), isSpread: table.snapshot.table.distribution !== null };
}

/**
 * The rows of one key in so many, told by the key's hash: the same keys on both sides, so that a cell which stayed as it
 * was never counts as moved.
 */
export function sameKeys(table: Frozen, { from, to, isSpread }: TwoSnapshots, oneIn: number): TwoSnapshots {
  const chosen = (rows: Fragment) => sql`
    (select s.* from ${rows} s where ${keyHash(keyColumns(table))} % ${oneIn}::bigint = 0)`;
  return { from: chosen(from), to: chosen(to), isSpread };
}

/** One side's rows, and of a column's cells there those that are not NULL, and those that are true, if it is boolean. */
interface Counts {
  rows: number;
  values: number;
  trues: number;
}

/** A column whose cells were counted. */
export interface CountedColumn {
  column: Column;
  from: Counts;
  to: Counts;
  /** True when it is known that every row has the cell it had. */
  unchanged?: boolean;
  /** The share of both sides' cells that are not what the same key has on the other side; 1 when it is not known. */
  moved?: number;
}

/** The aggregate that makes `Counts` of a side, with this one for its rows. */
export function countsOf(alias: Alias, rows: Fragment, column: Column): Fragment {
  const trues = column.type === "bool" ? sql`count(*) filter (where ${cell(alias, column)})` : sql`0`;
  return sql`json_build_object('rows', ${rows}, 'values', count(${cell(alias, column)}), 'trues', ${trues})`;
}

/** Count the cells of each of the columns. */
export async function countCells(
  sql: Queryable,
  { from, to }: Pick<TwoSnapshots, "from" | "to">,
  columns: readonly Column[],
): Promise<CountedColumn[]> {
  const counts = columns.map((column) => countsOf("s", sql`count(*)`, column));
  const [before, after] = [await aggregated<Counts>(sql, counts, from), await aggregated<Counts>(sql, counts, to)];
  const none = { rows: 0, values: 0, trues: 0 };
  return columns.map((column, at) => ({ column, from: before[at] ?? none, to: after[at] ?? none }));
}

/** What aggregates over rows, alias `s`, come to: each is a JSON value. */
export async function aggregated<Value>(sql: Queryable, all: readonly Fragment[], rows: Fragment): Promise<Value[]> {
  const [row] = await sql<{ found: Value[] }[]>`select ${jsonArray(all)} as found from ${rows} s`;
  return row?.found ?? [];
}
