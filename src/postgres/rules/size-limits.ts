import { columnsRead, parts } from "../catalog/index-rules.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { namesAsRows } from "../connection/fragments.ts";

/** An index with a limit to how large a row it takes, which a row may reach. */
export interface SizeLimit {
  name: string;
  columns: string[];
  parts: string[];
  condition: string | null;
  /** How it is made, after the name of its table. */
  made: string;
}

/** By a table's name. */
export type SizeLimits = ReadonlyMap<string, readonly SizeLimit[]>;

/** Bytes that no limit is below, whatever a value's text comes to in the form in which it is stored. */
export const anyIndexTakes = 600;

export async function sizeLimits(sql: Queryable, tables: readonly TableName[]): Promise<SizeLimits> {
  const found = await sql<{ table: string; limits: SizeLimit[] }[]>`
    select c.relname as table, json_agg(json_build_object('name', x.relname, 'columns', ${columnsRead}, 'parts', ${parts},
             'condition', pg_get_expr(i.indpred, i.indrelid),
             'made', substring(pg_get_indexdef(x.oid) from ' USING ' || m.amname || ' \\(.*')) order by x.relname) as limits
      from ${namesAsRows(tables)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      join pg_index i on i.indrelid = c.oid and i.indisready
      join pg_class x on x.oid = i.indexrelid
      join pg_am m on m.oid = x.relam
     where m.amname in ('btree', 'gist', 'spgist')
       and exists (select from pg_attribute a
                    where a.attrelid = x.oid and a.attlen = -1 and not a.atttypmod between 0 and ${anyIndexTakes}::int / 4)
     group by c.relname`;
  return new Map(found.map(({ table, limits }) => [table, limits]));
}
