import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, sql } from "../connection/fragments.ts";
import type { RowsOf } from "../snapshots/snapshots.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import { isNumber } from "./distance-figures.ts";

/**
 * About this percentage of one snapshot's rows, each taken on its own (not by blocks, in which neighbours are often
 * alike); it costs a fraction of what it takes to look at the keys of all rows. Returns the cells of each column, NULLs
 * included: numbers as they are, and all else hashed.
 */
export async function scatteredCells(
  sql: Queryable,
  rows: RowsOf,
  percent: number,
  columns: readonly Column[],
): Promise<(number | null)[][]> {
  const sampled = percent >= 100 ? sql`` : sql`tablesample bernoulli (${percent}::float4) repeatable (1)`;
  const cells = columns.map((column) => sql`coalesce(json_agg(${sampledValue(column)}), '[]')`);
  const found = await aggregated<(number | string | null)[]>(sql, cells, rows(columns, sampled));
  // NaN and the infinities come as words.
  return found.map((column) => column.map((value) => (value === null ? null : Number(value))));
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
  const means = await aggregated<string | null>(sql, columns.map(meanOf), rows);
  return means.map((mean) => (mean === null ? null : Number(mean)));
}

/** As text, in JSON. PostgreSQL's own mean of floats fails when their squares overflow. */
function meanOf(column: Column): Fragment {
  const value = cell("s", column);
  if (!column.type.startsWith("float")) return sql`to_json(avg(${value})::text)`;
  // False for NaN, too, which is above all numbers here.
  const isTame = sql`abs(${value}) < 1e30`;
  return sql`to_json((
    case when bool_and(${isTame}) then sum(${value}::float8) filter (where ${isTame}) / count(${value}) end)::text)`;
}
