import type { Sql } from "../connection/connect.ts";
import { type LoadTable, stageSchema } from "./dataset-tables.ts";

/** A right that a run needs: on a table, on a schema, or to be the owner of a table. */
interface Wanted {
  kind: "table" | "schema" | "owner";
  schema: string;
  name: string;
  privilege: string;
}

/** What a run needs and this user may not do, such as `INSERT on users` or `ownership of labels_snapshots`. */
export async function missingPrivileges(sql: Sql, tables: readonly LoadTable[]): Promise<string[]> {
  const wanted = [...tables.flatMap(ofTable), ...(await ofOurOwn(sql, tables))];
  const distinct = [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
  const rows = await sql<{ missing: string }[]>`
    select case kind when 'table' then privilege || ' on ' || named when 'owner' then 'ownership of ' || named
                else privilege || ' on schema ' || quote_ident(schema) end as missing
      from jsonb_to_recordset(${sql.json(distinct.map((one, place) => ({ ...one, place })))})
           as w(kind text, schema text, name text, privilege text, place int)
           join lateral (select case when schema = any(current_schemas(false)) then quote_ident(name)
                                     else format('%I.%I', schema, name) end as named) n on true
           left join pg_namespace s on s.nspname = schema
           left join pg_class c on c.relnamespace = s.oid and c.relname = name
     where case kind when 'table' then not has_table_privilege(c.oid, privilege)
                     when 'owner' then not pg_has_role(c.relowner, 'USAGE')
                     else not has_schema_privilege(s.oid, privilege) end
     order by place`;
  const [temporary] = await sql<{ allowed: boolean; database: string }[]>`
    select has_database_privilege(current_database(), 'TEMPORARY') as allowed, current_database() as database`;
  return [
    ...rows.map(({ missing }) => missing),
    // For samples of snapshots and for the keys of a rejected drop.
    ...(temporary?.allowed === false ? [`TEMPORARY on database ${temporary.database}`] : []),
  ];
}

function ofTable({ live, snapshot }: LoadTable): Wanted[] {
  const on = ({ schema, name }: { schema: string; name: string }, privileges: readonly string[]) =>
    privileges.map((privilege): Wanted => ({ kind: "table", schema, name, privilege }));
  if (snapshot === null) return on(live, ["SELECT", "INSERT", "UPDATE"]);
  const { table } = snapshot;
  const { schema, name } = table;
  // Each date gets a partition of its own, which only the owner may attach.
  const forPartitions: Wanted[] = [
    { kind: "owner", schema, name, privilege: "" },
    { kind: "schema", schema, name: "", privilege: "CREATE" },
  ];
  return [
    ...on(live, ["SELECT", "INSERT", "UPDATE"]),
    ...on(table, ["SELECT", "INSERT", "DELETE"]),
    ...(table.partitioned ? forPartitions : []),
  ];
}

/** The ledger, and the stage, whose tables follow the live ones: whoever alters those makes them anew. */
async function ofOurOwn(sql: Sql, tables: readonly LoadTable[]): Promise<Wanted[]> {
  const there = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('console', ${stageSchema}) and c.relkind = 'r' order by 1, 2`;
  const schema = (name: string, privileges: readonly string[]) =>
    privileges.map((privilege): Wanted => ({ kind: "schema", schema: name, name: "", privilege }));
  const staged = new Set(tables.map(({ name }) => name));
  const hasStage = there.some((one) => one.schema === stageSchema);
  return [
    ...schema("console", ["USAGE"]),
    ...there
      .filter((one) => one.schema === "console")
      .flatMap((one) =>
        ["SELECT", "INSERT", "UPDATE", ...(one.name === "seals" ? ["DELETE"] : [])].map(
          (privilege): Wanted => ({ kind: "table", ...one, privilege }),
        ),
      ),
    ...(hasStage ? schema(stageSchema, ["USAGE", "CREATE"]) : []),
    ...there
      .filter((one) => one.schema === stageSchema && staged.has(one.name))
      .map((one): Wanted => ({ kind: "owner", ...one, privilege: "" })),
  ];
}

/** Whether the server or the role lets this session write nothing at all. */
export async function readsOnly(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ only: boolean }[]>`
    select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as only`;
  return row?.only ?? false;
}
