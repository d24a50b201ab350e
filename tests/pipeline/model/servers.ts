import type { Sql } from "../../../src/postgres/connect.ts";
import { tablesOf } from "../../helpers/database.ts";

/** Put plain tables in the place of partitioned snapshot tables, as an older system made them. */
export async function unpartitioned(sql: Sql): Promise<void> {
  for (const { snapshot } of await tablesOf(sql)) {
    if (snapshot === null) continue;
    const { name, key } = snapshot.table;
    await sql`create table plain (like ${sql(name)})`;
    await sql`drop table ${sql(name)}`;
    await sql`alter table plain rename to ${sql(name)}`;
    await sql`alter table ${sql(name)} add primary key (${sql(key)})`;
  }
}

/** Let an account that owns no table do what a run cannot do without; resolves to its URL. */
export async function grantWhatRunsNeed(sql: Sql, url: string): Promise<string> {
  const [{ loader } = { loader: "" }] = await sql<
    { loader: string }[]
  >`select current_database() || '_loader' as loader`;
  await sql`create role ${sql(loader)}`;
  await sql`grant usage on schema public, console, stage to ${sql(loader)}`;
  await sql`grant select, insert, update, delete on all tables in schema public, console to ${sql(loader)}`;
  await sql`grant all on all tables in schema stage to ${sql(loader)}`;
  const separator = url.includes("?") ? "&" : "?";
  return `${url}${separator}options=-c%20role%3D${loader}`;
}
