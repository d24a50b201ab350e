import type { Queryable } from "./connect.ts";
import type { TableName } from "./introspect.ts";

/** The partition that holds one as_of and nothing else; null where there is none. */
export async function partitionFor(
  sql: Queryable,
  { schema, name }: TableName,
  asOf: string,
): Promise<TableName | null> {
  const [partition] = await sql<TableName[]>`
    select n.nspname as schema, c.relname as name
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
     where i.inhparent = to_regclass(format('%I.%I', ${schema}::text, ${name}::text))
       and pg_get_expr(c.relpartbound, c.oid) = format('FOR VALUES IN (%L)', ${asOf}::text)`;
  return partition ?? null;
}

/** Whether a partition takes rows of every date that has none of its own. */
export async function hasPlaceForOthers(sql: Queryable, { schema, name }: TableName): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select partdefid <> 0 as has from pg_partitioned_table
     where partrelid = to_regclass(format('%I.%I', ${schema}::text, ${name}::text))`;
  return row?.has ?? false;
}
