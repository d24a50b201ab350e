import { fileURLToPath } from "node:url";
import { type Dataset, parseManifest } from "../../src/core/dataset.ts";
import { type LoadTable, loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { migrate } from "../../src/postgres/catalog/migrate.ts";
import { type RuledTable, ruledTables } from "../../src/postgres/catalog/ruled-tables.ts";
import type { Queryable, Sql } from "../../src/postgres/connection/connect.ts";
import { prepareStage } from "../../src/postgres/live/stage.ts";
import type { Template } from "./server.ts";

const db = fileURLToPath(new URL("../../db", import.meta.url));

export const schemaDirectory = `${db}/init`;

export async function dataset(): Promise<Dataset> {
  return parseManifest(await Bun.file(`${db}/dataset.json`).text(), "db/dataset.json");
}

/** A database with the project's schema, the stage made, and no rows. */
export const migrated: Template = {
  name: "migrated",
  async prepare(sql) {
    await migrate(sql, schemaDirectory);
    await prepareStage(sql, await loadTables(sql, await dataset()));
  },
};

export async function tablesOf(sql: Queryable): Promise<RuledTable[]> {
  return ruledTables(sql, await loadTables(sql, await dataset()));
}

export function tableNamed<Table extends LoadTable>(tables: readonly Table[], name: string): Table {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

/** The database as it was before its first run: no rows, no partitions, an empty ledger. */
export async function emptied(sql: Sql): Promise<void> {
  await sql`truncate users, console.runs, console.seals, console.lifted_seals restart identity cascade`;
  const partitions = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where c.relkind = 'r' and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'`;
  for (const { name } of partitions) await sql`drop table ${sql(name)}`;
  // Those that are not partitioned still have their rows, and so has the partition of others.
  for (const { snapshot } of await tablesOf(sql)) if (snapshot) await sql`truncate ${sql(snapshot.table.name)}`;
}
