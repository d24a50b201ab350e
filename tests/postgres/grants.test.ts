import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { migrate } from "../../src/postgres/catalog/migrate.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { grantsScript } from "../../src/postgres/roles/grants.ts";
import { missingRights } from "../../src/postgres/roles/rights.ts";
import { dataset, schemaDirectory } from "../helpers/database.ts";
import { databaseUrl } from "../helpers/names.ts";
import { rolesFor } from "../helpers/roles.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const odd = `o'd ":owner" %s\\ \n; ${process.pid}`;
let beside: TestDatabase;
beforeAll(async () => {
  beside = await testDatabase();
  await beside.sql`create database ${beside.sql(odd)}`;
});
afterAll(async () => {
  await beside.sql`drop database ${beside.sql(odd)}`;
  await beside.drop();
});

test("names of databases, schemas and tables are nothing but names, whatever they are", async () => {
  const url = databaseUrl(beside.url, encodeURIComponent(odd));
  const sql = await openDatabase(url);
  const roles = rolesFor({ sql, url });
  try {
    await migrate(sql, schemaDirectory);
    await sql`create schema ${sql(odd)}`;
    await sql`create table ${sql(odd)}.${sql(odd)} (id int primary key)`;
    await sql`
      create table ${sql(odd)}.frozen (id int, as_of date, primary key (id, as_of)) partition by list (as_of)`;
    const [template] = (await dataset()).tables;
    if (template === undefined) throw new Error("the manifest names no table");
    const shop = { ...(await dataset()), schema: odd, tables: [{ ...template, name: odd, snapshot: "frozen" }] };
    const tables = await loadTables(sql, shop);
    roles.make(await grantsScript(sql, shop.name, tables));
    const loader = await openDatabase(roles.urlOf("loader"));
    const viewer = await openDatabase(roles.urlOf("viewer"));
    expect(await missingRights(loader, tables)).toMatchObject({ browsing: [], running: [], reads: false });
    expect(await missingRights(viewer, tables)).toMatchObject({ browsing: [], reads: true });
    await Promise.all([loader.end(), viewer.end()]);
  } finally {
    await roles.remove();
    await sql.end();
  }
});
