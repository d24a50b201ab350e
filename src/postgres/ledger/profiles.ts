import type { Profile } from "../../core/messages/profiles.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { requireReached } from "./counted.ts";
import { type FileRecord, insertRows } from "./records.ts";

/** The profiles of one table's columns, as a run took them. */
export interface ProfiledTable {
  table: string;
  columns: Profile[];
}

/** A table that was profiled, and by what run, of which only what was published counts for its date. */
export interface KeptTable {
  run: number;
  table: string;
  as_of: string;
  month: string;
  published: boolean;
}

export async function recordProfiles(sql: Queryable, run: number, tables: readonly ProfiledTable[]): Promise<void> {
  const rows = tables.flatMap(({ table, columns }) =>
    columns.map(({ column, distinct, ...profile }, position) => ({
      ...{ run, table_name: table, position, column_name: column, distinct_values: distinct },
      ...profile,
    })),
  );
  await insertRows(sql, "profiles", rows);
}

/** What was profiled, newest run first; no figure is read. */
export function listProfiled(sql: Queryable, dataset: string): Promise<KeptTable[]> {
  return sql<KeptTable[]>`
    select p.run, p.table_name as table, r.as_of::text as as_of, r.month, r.status = 'published' as published
      from (select distinct run, table_name from console.profiles) p
      join console.runs r using (run)
     where r.dataset = ${dataset}
     order by p.run desc, p.table_name`;
}

/** The newest run that published a table of this file, read in the same way, and profiled it; null where none did. */
export async function profiledRun(
  sql: Queryable,
  dataset: string,
  { table, sha256, read_as }: Pick<FileRecord, "table"> & Record<"sha256" | "read_as", string>,
): Promise<number | null> {
  const [found] = await sql<{ run: number }[]>`
    select f.run from console.run_files f join console.runs r using (run)
     where r.dataset = ${dataset} and r.status = 'published'
       and f.table_name = ${table} and f.sha256 = ${sha256} and f.read_as = ${read_as}
       and exists (select from console.profiles p where p.run = f.run and p.table_name = f.table_name)
     order by f.run desc limit 1`;
  return found?.run ?? null;
}

/** The profiles that were kept of one table in these runs, by run; of one column, or of all. */
export async function keptProfiles(
  sql: Queryable,
  table: string,
  runs: readonly number[],
  column: string | null,
): Promise<Map<number, Profile[]>> {
  const found = await sql<{ run: number; columns: Profile[] }[]>`
    select run, json_agg(json_build_object('column', column_name, 'type', type, 'kind', kind, 'rows', rows, 'nulls', nulls,
             'distinct', distinct_values, 'distinct_exact', distinct_exact, 'min', min, 'max', max, 'mean', mean,
             'stddev', stddev, 'quantiles', quantiles, 'histogram', histogram, 'frequent', frequent)
             order by position) as columns
      from console.profiles
     where table_name = ${table} and run = any(${[...runs]}::bigint[])
       and (${column}::text is null or column_name = ${column})
     group by run`;
  return new Map(found.map(({ run, columns }) => [run, columns]));
}

/** A snapshot that is dropped takes along whatever any run of its date kept of the values. */
export async function dropProfiles(tx: Transaction, dataset: string, asOf: string): Promise<void> {
  const ofDate = tx`run in (select run from console.runs where dataset = ${dataset} and as_of = ${asOf})`;
  const [kept] = await tx<{ rows: number }[]>`select count(*) as rows from console.profiles where ${ofDate}`;
  requireReached("profiles", kept?.rows ?? 0, await tx`delete from console.profiles where ${ofDate}`, "removed");
}

/** The edges of a table's last histograms, by column: the same as of those before, as long as the column had its type. */
export async function formerEdges(
  sql: Queryable,
  dataset: string,
  table: string,
): Promise<Map<string, { type: string; edges: string[] }>> {
  const found = await sql<{ column: string; type: string; edges: string[] }[]>`
    select distinct on (p.column_name) p.column_name as column, p.type, p.histogram -> 'edges' as edges
      from console.profiles p join console.runs r using (run)
     where r.dataset = ${dataset} and r.status = 'published' and p.table_name = ${table} and p.histogram is not null
     order by p.column_name, p.taken_at desc, p.run desc`;
  return new Map(found.map(({ column, ...edges }) => [column, edges]));
}
