import type { LoadTable } from "./catalog.ts";
import type { Sql } from "./connect.ts";

/** What a run needs and this user may not do, such as `INSERT on users`. */
export async function missingPrivileges(sql: Sql, tables: readonly LoadTable[]): Promise<string[]> {
  const wanted = tables.flatMap(({ live, snapshot }) => [
    ...["SELECT", "INSERT", "UPDATE"].map((privilege) => ({ schema: live.schema, name: live.name, privilege })),
    ...(snapshot === null
      ? []
      : ["SELECT", "INSERT", "DELETE"].map((privilege) => {
          return { schema: snapshot.table.schema, name: snapshot.table.name, privilege };
        })),
  ]);
  const rows = await sql<{ name: string; privilege: string }[]>`
    select name, privilege
      from jsonb_to_recordset(${sql.json(wanted)}) as w(schema text, name text, privilege text)
     where not has_table_privilege(format('%I.%I', schema, name), privilege)`;
  const [temporary] = await sql<{ allowed: boolean; database: string }[]>`
    select has_database_privilege(current_database(), 'TEMPORARY') as allowed, current_database() as database`;
  return [
    ...rows.map(({ name, privilege }) => `${privilege} on ${name}`),
    // For samples of snapshots and for the keys of a rejected drop.
    ...(temporary?.allowed === false ? [`TEMPORARY on database ${temporary.database}`] : []),
  ];
}
