import type { Queryable } from "../connect.ts";
import type { Fragment } from "../fragments.ts";
import type { TableName } from "../introspect.ts";

/** A table or a view as the catalog knows it. */
export interface Relation extends TableName {
  oid: number;
  kind: "table" | "view";
  owner: string;
}

/** A snapshot table that is to be partitioned by `asOf`. */
export interface Target extends Relation {
  columns: string[];
  asOf: string;
}

/** `"schema"."name"` */
export function nameOf(sql: Queryable, { schema, name }: TableName): Fragment {
  return sql`${sql(schema)}.${sql(name)}`;
}

/** The oid of what now has this name; 0, which is nobody's, when nothing has. */
export async function oidOf(sql: Queryable, { schema, name }: TableName): Promise<number> {
  const [row] = await sql<{ oid: number | null }[]>`
    select to_regclass(format('%I.%I', ${schema}::text, ${name}::text))::oid as oid`;
  return row?.oid ?? 0;
}
