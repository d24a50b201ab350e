import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { tablesOf } from "../../helpers/database.ts";
import { spreadTables, workers } from "../../helpers/spread.ts";

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
  if (workers.length > 0) await spreadTables(sql);
}

/** An account of this database, which owns no table. */
async function loaderOf(sql: Sql): Promise<string> {
  const [row] = await sql<{ loader: string }[]>`select current_database() || '_loader' as loader`;
  return row?.loader ?? "";
}

/** Let that account do what a run cannot do without; resolves to its URL. */
export async function grantWhatRunsNeed(sql: Sql, url: string): Promise<string> {
  const loader = await loaderOf(sql);
  // To the nodes of a cluster one goes as the role whose rights count.
  await sql`create role ${sql(loader)} login`;
  await sql`grant usage on schema public, console, stage to ${sql(loader)}`;
  await sql`grant select, insert, update, delete on all tables in schema public, console to ${sql(loader)}`;
  await sql`grant all on all tables in schema stage to ${sql(loader)}`;
  const separator = url.includes("?") ? "&" : "?";
  return `${url}${separator}options=-c%20role%3D${loader}`;
}

/** Accounts outlive their database, so that this one has to go before it. */
export async function dropLoader(sql: Sql): Promise<void> {
  const loader = await loaderOf(sql);
  const [known] = await sql`select 1 from pg_roles where rolname = ${loader}`;
  if (known === undefined) return;
  await sql`drop owned by ${sql(loader)}`;
  await sql`drop role ${sql(loader)}`;
}
