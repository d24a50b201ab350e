import type { Column } from "../../core/columns.ts";
import { frequentValues } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, sql } from "../connection/fragments.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import type { Extent } from "./edges.ts";
import type { Rows } from "./measures.ts";
import { countable, isOrdered, kindOf } from "./values.ts";

/** What a sample tells of a column: how its values are best counted, and where bins should lie. */
interface Probed {
  /** Rows of the sample, those of them that are not NULL, and how many different values these have. */
  rows: number;
  values: number;
  distinct: number;
  /** Null where it has no order, or no value that is finite. */
  extent: Extent | null;
}

export type ProbedColumn = Probed & { column: Column };

/** What is known of a column without a sample. */
export const unprobed: Probed = { rows: 0, values: 0, distinct: 0, extent: null };

export const sampled = 10_000;

/**
 * Some blocks of a large table, all rows of a small one; different values where `distinct`. Of several servers each sends those
 * of its sample.
 */
export async function probe(
  sql: Queryable,
  { of, count }: Rows,
  columns: readonly Column[],
  distinct: boolean,
): Promise<ProbedColumn[]> {
  const figures = columns.map((column) => probed(column, distinct));
  const found = await aggregated<Probed>(sql, figures, of(columns, sampleOf(count)));
  return columns.map((column, index) => ({ column, ...(found[index] ?? unprobed) }));
}

/** For a table's name to stand before. */
export function sampleOf(count: number): Fragment {
  return count <= 2 * sampled ? sql`` : sql`tablesample system (${(100 * sampled) / count}::float4) repeatable (1)`;
}

/** What a sample tells of how often a column's values occur in all rows. */
interface Repeats {
  /** So many different values there are at the least; Infinity where the sample has none of them twice. */
  distinct: number;
  /** Those that the sample has more than once, the most frequent first. */
  repeated: string[];
}

/**
 * How many values there are that a sample does not have is told by how many it has once, and how many twice (Chao,
 * Nonparametric Estimation of the Number of Classes in a Population, 1984).
 */
export async function repeatsIn(on: Queryable, { of, count }: Rows, column: Column): Promise<Repeats> {
  const [found] = await on<{ distinct: number; once: number; twice: number; repeated: string[] }[]>`
    with cells as materialized (
      select v, count(*) as n from (select ${countable(column)} as v from ${of([column], sampleOf(count))} s) cells
       where v is not null group by v)
    select count(*) as distinct, count(*) filter (where n = 1) as once, count(*) filter (where n = 2) as twice,
           array(select v::text from cells where n > 1 order by n desc, v limit ${frequentValues}) as repeated
      from cells`;
  const { distinct, once, twice, repeated } = found ?? { distinct: 0, once: 0, twice: 0, repeated: [] };
  return { distinct: once === 0 ? distinct : distinct + once ** 2 / (2 * twice), repeated };
}

function probed(column: Column, distinct: boolean): Fragment {
  const value = cell("s", column);
  return sql`json_build_object('rows', count(*), 'values', count(${value}),
    'distinct', ${distinct ? sql`count(distinct ${countable(column)})` : sql`0`}, 'extent', ${isOrdered(column) ? extentOf(column) : sql`null::json`})`;
}

function extentOf(column: Column): Fragment {
  const value = kindOf(column) === "time" ? sql`extract(epoch from ${cell("s", column)})` : cell("s", column);
  // NaN is above Infinity.
  const finite = column.type.startsWith("int") ? sql`true` : sql`abs(${value}) < 'Infinity'`;
  const extreme = (name: string) => sql`${sql.unsafe(name)}(${value}) filter (where ${finite})`;
  return sql`case when ${extreme("min")} is not null
    then json_build_object('low', ${extreme("min")}::text, 'high', ${extreme("max")}::text) end`;
}
