import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, jsonArray, list, sql } from "../connection/fragments.ts";
import { type Frozen, frozenRows } from "../snapshots/snapshots.ts";
import { isNumber } from "./distance-figures.ts";

/**
 * About this percentage of one snapshot's rows, each taken on its own (not by blocks, in which neighbours are often
 * alike); it costs a fraction of what it takes to look at the keys of all rows. Returns the cells of each column, NULLs
 * included: numbers as they are, and all else hashed.
 */
export async function scatteredCells(
  sql: Queryable,
  table: Frozen,
  { asOf, percent }: { asOf: string; percent: number },
  columns: readonly Column[],
): Promise<(number | null)[][]> {
  const sampled = percent >= 100 ? sql`` : sql`tablesample bernoulli (${percent}::float4) repeatable (1)`;
  const cells = columns.map((column) => sql`coalesce(json_agg(${sampledValue(column)}), '[]')`);
  const [row] = await sql<{ cells: (number | string | null)[][] }[]>`
    select ${jsonArray(cells)} as cells from ${frozenRows(table, asOf, table.snapshot.columns, sampled)} s`;
  // NaN and the infinities come as words.
  return row?.cells.map((column) => column.map((value) => (value === null ? null : Number(value)))) ?? [];
}

/** Categories need only be told apart, whatever they take to write: 53 bits are what a JavaScript number holds. */
function sampledValue(column: Column): Fragment {
  const value = cell("s", column);
  return isNumber(column) ? value : sql`hashtextextended(${value}::text collate "C", 0) & 9007199254740991`;
}

/**
 * The mean of each numeric column over all rows, by one scan; null for one without values, and for one whose floats might
 * overflow when they are added up.
 */
export async function exactMeans(
  sql: Queryable,
  rows: Fragment,
  columns: readonly Column[],
): Promise<(number | null)[]> {
  if (columns.length === 0) return [];
  const [row] = await sql<{ means: (string | null)[] }[]>`
    select array[${list(columns.map(meanOf))}]::text[] as means from ${rows} s`;
  return row?.means.map((mean) => (mean === null ? null : Number(mean))) ?? [];
}

/** As text. PostgreSQL's own mean of floats fails when their squares overflow. */
function meanOf(column: Column): Fragment {
  const value = cell("s", column);
  if (!column.type.startsWith("float")) return sql`avg(${value})::text`;
  // False for NaN, too, which is above all numbers here.
  const isTame = sql`abs(${value}) < 1e30`;
  return sql`
    (case when bool_and(${isTame}) then sum(${value}::float8) filter (where ${isTame}) / count(${value}) end)::text`;
}
