import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list } from "../connection/fragments.ts";
import type { Frozen } from "../snapshots/snapshots.ts";
import { scatteredRows } from "../snapshots/two-snapshots.ts";
import { isNumber } from "./distance-figures.ts";

/** A sample of one snapshot's rows: the cells of each column, NULLs included, numbers as they are and all else hashed. */
export interface ScatteredCells {
  rows: number;
  cells: (number | null)[][];
}

/** About this percentage of a snapshot's rows, each taken on its own, in the columns asked for. */
export async function scatteredCells(
  sql: Queryable,
  table: Frozen,
  { asOf, percent }: { asOf: string; percent: number },
  columns: readonly Column[],
): Promise<ScatteredCells> {
  const all = columns.map((column) => sql`coalesce(json_agg(${sampledValue(sql, column)}), '[]')`);
  const [row] = await sql<{ rows: number; cells: (number | string | null)[][] }[]>`
    select count(*) as rows, to_json(array[${list(sql, all)}]::json[]) as cells
      from ${scatteredRows(sql, table, asOf, percent)} s`;
  // NaN and the infinities come as words.
  const cells = row?.cells.map((column) => column.map((cell) => (cell === null ? null : Number(cell)))) ?? [];
  return { rows: row?.rows ?? 0, cells };
}

/** Categories need only be told apart, whatever they take to write: 53 bits are what a JavaScript number holds. */
function sampledValue(sql: Queryable, column: Column): Fragment {
  const value = sql`s.${sql(column.name)}`;
  if (isNumber(column)) return value;
  return sql`hashtextextended(${value}::text collate "C", 0) & 9007199254740991`;
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
  const means = columns.map(({ name, type }) => {
    const value = sql`s.${sql(name)}`;
    return type.startsWith("float") ? meanOfFloats(sql, value) : sql`avg(${value})`;
  });
  const texts = means.map((mean) => sql`(${mean})::text`);
  const [row] = await sql<{ means: (string | null)[] }[]>`
    select array[${list(sql, texts)}]::text[] as means from ${rows} s`;
  return columns.map((_, index) => {
    const mean = row?.means[index] ?? null;
    return mean === null ? null : Number(mean);
  });
}

/** PostgreSQL's own mean of floats fails when their squares overflow. */
function meanOfFloats(sql: Queryable, value: Fragment): Fragment {
  // False for NaN, too, which is above all numbers here.
  const isTame = sql`abs(${value}) < 1e30`;
  return sql`
    case when bool_and(${isTame}) then sum(${value}::float8) filter (where ${isTame}) / count(${value}) end`;
}
