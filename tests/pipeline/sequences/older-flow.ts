import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { type Delivery, frozenTables, tables } from "./deliveries.ts";

/**
 * What an older system does with a month's files: upsert the live tables, then copy these into the snapshot tables of its
 * own, which have no labels.
 */
export async function fillAsOlderFlow(sql: Sql, files: Delivery, asOf: string): Promise<void> {
  for (const table of tables) {
    const rows = [...(files.get(table)?.values() ?? [])];
    const there = new Set(await columnsOf(sql, table));
    const columns = Object.keys(rows[0] ?? {}).filter((name) => there.has(name));
    const updates = columns.map((column) => sql`${sql(column)} = excluded.${sql(column)}`);
    const given = sql.json(rows.map((row) => ({ ...row })));
    await sql`
      insert into ${sql(table)} (${sql(columns)})
      select ${list(sql, columns)} from jsonb_populate_recordset(null::${sql(table)}, ${given})
      on conflict (user_id) do update set ${updates.reduce((all, one) => sql`${all}, ${one}`)}`;
  }
  await copyLive(sql, asOf);
}

/** Copy the live rows into the snapshot tables, as of this day, where none stand; labels are not of its concern. */
export async function copyLive(sql: Sql, asOf: string): Promise<void> {
  for (const [table, snapshot] of Object.entries(frozenTables)) {
    if (table === "labels") continue;
    const columns = await frozenColumns(sql, table, snapshot);
    const all = [...columns, "as_of"];
    await partitionFor(sql, snapshot, asOf);
    await sql`
      insert into ${sql(snapshot)} (${sql(all)})
      select ${list(sql, columns)}, ${asOf}::date from ${sql(table)} on conflict do nothing`;
  }
}

async function frozenColumns(sql: Sql, table: string, snapshot: string): Promise<string[]> {
  const live = new Set(await columnsOf(sql, table));
  return (await columnsOf(sql, snapshot)).filter((name) => live.has(name));
}

async function columnsOf(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select attname as name from pg_attribute
     where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`;
  return rows.map(({ name }) => name);
}

function list(sql: Sql, columns: readonly string[]) {
  const names = columns.map((column) => sql`${sql(column)}`);
  return names.reduce((all, one) => sql`${all}, ${one}`);
}

/** Whoever inserts into a partitioned table has to make the partition. */
async function partitionFor(sql: Sql, snapshot: string, asOf: string): Promise<void> {
  const name = `${snapshot}_${asOf.replaceAll("-", "")}`;
  const day = sql.unsafe(`date '${asOf}'`);
  await sql`create table if not exists ${sql(name)} partition of ${sql(snapshot)} for values in (${day})`;
}
