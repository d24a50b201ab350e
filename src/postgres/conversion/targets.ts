import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import type { Fragment } from "../connection/fragments.ts";
import { type Frozen, isFrozen } from "../snapshots/snapshots.ts";

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

/** Snapshot tables that are not partitioned: those that can be, and those that Citus distributed, which are left alone. */
export interface Unpartitioned {
  ours: Frozen[];
  distributed: Frozen[];
}

export async function unpartitioned(sql: Queryable, tables: readonly LoadTable[]): Promise<Unpartitioned> {
  const plain = tables.filter(isFrozen).filter(({ snapshot }) => !snapshot.table.partitioned);
  const oids = await distributedTables(sql);
  const found: Unpartitioned = { ours: [], distributed: [] };
  for (const table of plain) {
    const isDistributed = oids.has(await oidOf(sql, table.snapshot.table));
    found[isDistributed ? "distributed" : "ours"].push(table);
  }
  return found;
}

/** What Citus has distributed, by its own catalog; a server without Citus has none. */
async function distributedTables(sql: Queryable): Promise<Set<number>> {
  const [citus] = await sql<
    { here: boolean }[]
  >`select to_regclass('pg_catalog.pg_dist_partition') is not null as here`;
  if (!citus?.here) return new Set();
  const rows = await sql<{ oid: number }[]>`select logicalrelid::oid as oid from pg_catalog.pg_dist_partition`;
  return new Set(rows.map(({ oid }) => oid));
}

/** The tables with what the catalog knows of them at this moment. */
export async function targetsOf(sql: Queryable, tables: readonly Frozen[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const { snapshot } of tables) {
    const { schema, name, columns } = snapshot.table;
    const oid = await oidOf(sql, { schema, name });
    const [row] = await sql<
      { owner: string }[]
    >`select pg_get_userbyid(relowner) as owner from pg_class where oid = ${oid}`;
    const names = columns.map((column) => column.name);
    targets.push({
      oid,
      kind: "table",
      schema,
      name,
      owner: row?.owner ?? "",
      columns: names,
      asOf: snapshot.asOfColumn,
    });
  }
  return targets;
}
