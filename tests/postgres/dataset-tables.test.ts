import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { parseManifest } from "../../src/core/dataset.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** A dataset in a schema where psql does not look by itself, with a key of its own: what is told to be run there works as it is. */

setDefaultTimeout(60_000);

const dataset = parseManifest(
  JSON.stringify({
    ...{ name: "laden", schema: "Laden", first_month: "2026-01", as_of_column: "stand" },
    dates: { from: "2000-01-01", to: "2100-12-31" },
    rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
    tables: {
      kunden: { file: "kunden.csv", snapshot: "kunden_snapshots" },
      treue: { file: "treue.csv" },
      orte: { file: "orte.csv" },
    },
  }),
  "laden/dataset.json",
);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql.unsafe(`
    drop schema if exists "Laden" cascade; create schema "Laden"; set search_path = "Laden";
    create table kunden (kunden_nr int, filiale int, stadt text, primary key (kunden_nr, filiale));
    create table kunden_snapshots (like kunden, stand date not null, primary key (kunden_nr, filiale, stand)) partition by list (stand);
    create table treue (kunden_nr int, filiale int, punkte int, primary key (kunden_nr, filiale));
    create table orte (ort text primary key);
    reset search_path`);
});

const hintNow = () =>
  loadTables(database.sql, dataset).then(
    () => null,
    (error) => String(error.hint),
  );

test.each([
  [
    "no key of its table, which its snapshots have",
    "kunden drop constraint kunden_pkey",
    'alter table "Laden".kunden add primary key (kunden_nr, filiale)',
  ],
  [
    "no key of its table, which another one has",
    "treue drop constraint treue_pkey",
    'alter table "Laden".treue add primary key (kunden_nr, filiale)',
  ],
  [
    "no date in the snapshot table",
    "kunden_snapshots drop column stand",
    'alter table "Laden".kunden_snapshots add column stand date not null',
  ],
  [
    "no such column in the snapshot table",
    "kunden_snapshots drop column kunden_nr",
    'alter table "Laden".kunden_snapshots add column kunden_nr integer',
  ],
  [
    "a column more in the snapshot table, that drops carry",
    "kunden_snapshots add column note text",
    'alter table "Laden".kunden add column note text',
  ],
  [
    "a column more in the snapshot table, of its own",
    "kunden_snapshots add column note text",
    `alter table "Laden".kunden_snapshots alter column note set default`,
  ],
  [
    "a column that was renamed in the live table",
    "kunden rename stadt to ort",
    'alter table "Laden".kunden rename column ort to stadt',
  ],
  [
    "a column that was renamed in the snapshot table",
    "kunden_snapshots rename stadt to ort",
    'alter table "Laden".kunden_snapshots rename column ort to stadt',
  ],
])("%s: the statement names table, schema and key", async (_, harm, remedy) => {
  const { sql } = database;
  if (harm.endsWith("drop column stand")) {
    await sql`alter table "Laden".kunden_snapshots rename to parted`;
    await sql`create table "Laden".kunden_snapshots (like "Laden".kunden, primary key (kunden_nr, filiale))`;
  } else {
    await sql.unsafe(`alter table "Laden".${harm}`);
  }
  expect(await hintNow()).toContain(remedy);
  await sql.unsafe(remedy.endsWith("default") ? `${remedy} ''` : remedy);
  expect(await hintNow()).toBeNull();
});

test("where nothing tells the key, its place is left open", async () => {
  await database.sql`alter table "Laden".orte drop constraint orte_pkey`;
  expect(await hintNow()).toStartWith('alter table "Laden".orte add primary key (KEY), KEY being the column');
});
