import type { Sql } from "../connection/connect.ts";
import { type LoadTable, stageSchema } from "./dataset-tables.ts";
import type { TableName } from "./introspect.ts";

/** A right that a run needs: on a table, on a schema, or to be the owner of a table. */
interface Wanted extends TableName {
  kind: "table" | "schema" | "owner";
  privilege: string;
}

/** What a run needs and this user may not do, such as `INSERT on users` or `ownership of labels_snapshots`. */
export async function missingPrivileges(sql: Sql, tables: readonly LoadTable[]): Promise<string[]> {
  const wanted = [...tables.flatMap(ofTable), ...(await ofOurOwn(sql, tables))];
  const distinct = [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
  const rows = await sql<{ missing: string }[]>`
    select case kind when 'table' then privilege || ' on ' || named when 'owner' then 'ownership of ' || named
                else privilege || ' on schema ' || quote_ident(schema) end as missing, place
      from jsonb_to_recordset(${sql.json(distinct.map((one, place) => ({ ...one, place })))})
           as w(kind text, schema text, name text, privilege text, place int)
           join lateral (select case when schema = any(current_schemas(false)) then quote_ident(name)
                                     else format('%I.%I', schema, name) end as named) n on true
           left join pg_namespace s on s.nspname = schema
           left join pg_class c on c.relnamespace = s.oid and c.relname = name
     where case kind when 'table' then not has_table_privilege(c.oid, privilege)
                     when 'owner' then not pg_has_role(c.relowner, 'USAGE')
                     else not has_schema_privilege(s.oid, privilege) end
    union all
    -- For samples of snapshots and for the keys of a rejected drop.
    select 'TEMPORARY on database ' || current_database(), null
     where not has_database_privilege(current_database(), 'TEMPORARY')
     order by place`;
  return rows.map(({ missing }) => missing);
}

function onTable({ schema, name }: TableName, ...privileges: string[]): Wanted[] {
  return privileges.map((privilege) => ({ kind: "table", schema, name, privilege }));
}

function onSchema(schema: string, ...privileges: string[]): Wanted[] {
  return privileges.map((privilege) => ({ kind: "schema", schema, name: "", privilege }));
}

function ownerOf({ schema, name }: TableName): Wanted {
  return { kind: "owner", schema, name, privilege: "" };
}

function ofTable({ live, snapshot }: LoadTable): Wanted[] {
  const onLive = onTable(live, "SELECT", "INSERT", "UPDATE");
  if (snapshot === null) return onLive;
  const { table } = snapshot;
  const onSnapshots = onTable(table, "SELECT", "INSERT", "DELETE");
  // Each date gets a partition of its own, which only the owner may attach.
  const forPartitions = table.partitioned ? [ownerOf(table), ...onSchema(table.schema, "CREATE")] : [];
  return [...onLive, ...onSnapshots, ...forPartitions];
}

/** The ledger, and the stage, whose tables follow the live ones: whoever alters those makes them anew. */
async function ofOurOwn(sql: Sql, tables: readonly LoadTable[]): Promise<Wanted[]> {
  const there = await sql<TableName[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('console', ${stageSchema}) and c.relkind = 'r' order by 1, 2`;
  const stage = there.filter(({ schema }) => schema === stageSchema);
  const ledger = there.filter(({ schema }) => schema !== stageSchema);
  return [
    ...onSchema("console", "USAGE"),
    ...ledger.flatMap((one) => onTable(one, "SELECT", "INSERT", "UPDATE", ...(one.name === "seals" ? ["DELETE"] : []))),
    ...(stage.length > 0 ? onSchema(stageSchema, "USAGE", "CREATE") : []),
    ...stage.filter(({ name }) => tables.some((table) => table.name === name)).map(ownerOf),
  ];
}
