import type { Queryable } from "../connection/connect.ts";
import { namesAsRows } from "../connection/fragments.ts";
import type { TableName } from "./introspect.ts";

/** What the comments in the database say of these tables and their columns; empty where there is none. */
export interface Comments {
  ofTable(table: TableName): string;
  ofColumn(table: TableName, column: string): string;
}

export async function commentsOn(on: Queryable, tables: readonly TableName[]): Promise<Comments> {
  const rows = await on<(TableName & { column: string; text: string })[]>`
    select n.nspname as schema, c.relname as name, coalesce(a.attname, '') as column, d.description as text
      from ${namesAsRows(tables)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0`;
  const texts = new Map(rows.map(({ schema, name, column, text }) => [JSON.stringify([schema, name, column]), text]));
  const ofColumn = ({ schema, name }: TableName, column: string) =>
    texts.get(JSON.stringify([schema, name, column])) ?? "";
  return { ofColumn, ofTable: (table) => ofColumn(table, "") };
}
