import { longName } from "../catalog/distribution.ts";
import { dateOfPartition } from "../catalog/expressions.ts";
import type { CatalogTable, TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { sql as fragment, namesAsRows, oidOf } from "../connection/fragments.ts";

/** A table by the name that its partitions' names are made of, and whether Citus spread it over nodes. */
type Named = Pick<CatalogTable, "name" | "distribution">;

/** PostgreSQL cuts names at so many bytes. */
const longest = 63;

/** A partition's name: its table's, and the day. A long table name gives way. */
export function partitionName(table: Named, asOf: string): string {
  return `${partitionStem(table)}${dayOf(asOf)}`;
}

/** Likewise the name of its key: those that PostgreSQL would make of long names are of one name for several days. */
export function partitionKeyName({ name }: Named, asOf: string): string {
  const end = `${dayOf(asOf)}_pkey`;
  return `${cut(name, longest - end.length)}${end}`;
}

/** What the names of a table's partitions begin with, before the day. */
export function partitionStem({ name, distribution }: Named): string {
  return cut(name, (distribution === null ? longest : longName - 1) - dayOf("2024-01-31").length);
}

function dayOf(asOf: string): string {
  return `_${asOf.replaceAll("-", "")}`;
}

function cut(name: string, bytes: number): string {
  let stem = name;
  while (Buffer.byteLength(stem) > bytes) stem = stem.slice(0, -1);
  return stem;
}

export interface Partition extends TableName {
  /** The table that it is a partition of. */
  table: string;
  /** Its one date; null for a partition of another kind. */
  as_of: string | null;
  /** True where the catalog knows of no page of it, as after TRUNCATE; to measure it one would have to wait for whoever locks it. */
  may_be_empty: boolean;
}

/** The partitions of these tables. */
export function partitionsOf(sql: Queryable, tables: readonly TableName[]): Promise<Partition[]> {
  return sql<Partition[]>`
    select wanted.name as table, n.nspname as schema, c.relname as name,
           ${dateOfPartition(fragment`c`)} as as_of, c.relkind = 'r' and c.relpages = 0 as may_be_empty
      from ${namesAsRows(tables)}
      join pg_inherits i on i.inhparent = to_regclass(format('%I.%I', wanted.schema, wanted.name))
      join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relispartition`;
}

/** The partition that holds one as_of and nothing else. */
export async function partitionOf(sql: Queryable, table: TableName, asOf: string): Promise<Partition | undefined> {
  return (await partitionsOf(sql, [table])).find((partition) => partition.as_of === asOf);
}

/** Whether a partition takes rows of every date that has none of its own. */
export async function hasPlaceForOthers(sql: Queryable, table: TableName): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select partdefid <> 0 as has from pg_partitioned_table where partrelid = ${oidOf(table)}`;
  return row?.has ?? false;
}

/** A partition that this session's role cannot drop; all names as SQL writes them. */
export interface KeptPartition {
  name: string;
  owner: string;
  /** Whose its table is, and the partition should be. */
  keeper: string;
}

/** Those of the partitions that this session's role may fill, by way of their table, and not drop: they belong to others. */
export function partitionsOfOthers(sql: Queryable, tables: readonly TableName[]): Promise<KeptPartition[]> {
  return sql<KeptPartition[]>`
    select c.oid::regclass::text as name, quote_ident(pg_get_userbyid(c.relowner)) as owner,
           quote_ident(pg_get_userbyid(p.relowner)) as keeper
      from ${namesAsRows(tables)}
      join pg_class p on p.oid = to_regclass(format('%I.%I', wanted.schema, wanted.name))
      join pg_inherits i on i.inhparent = p.oid
      join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relispartition and not pg_has_role(c.relowner, 'USAGE') and not pg_has_role(n.nspowner, 'USAGE')
     order by c.relname`;
}
