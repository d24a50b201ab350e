import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rolledBack } from "../../src/postgres/connection/attempt.ts";
import {
  emptyStage,
  foundInStage,
  outdatedTwins,
  prepareStage,
  strangerInStage,
} from "../../src/postgres/live/stage.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { fakeCitus } from "../helpers/fake-citus.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

const optionsOf = async (table: string) => {
  const [row] = await database.sql<{ options: string[] | null }[]>`
    select reloptions as options from pg_class where oid = ${`stage.${table}`}::text::regclass`;
  return row?.options;
};

test("a twin that an earlier release made, which autovacuum may hold a lock on, is made anew; no other is", async () => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await sql`drop table stage.users`;
  await sql`create unlogged table stage.users (like users)`;
  const identity = async () => (await sql`select 'stage.labels'::regclass::oid::int8 as oid`)[0]?.oid;
  const before = await identity();
  await prepareStage(sql, tables);
  expect(await optionsOf("users")).toEqual(["autovacuum_enabled=false"]);
  expect(await identity()).toBe(before);
});

test.each([
  ["a rule", "create rule other as on insert to stage.labels do instead nothing"],
  ["row security", "alter table stage.labels enable row level security"],
  ["a CHECK", "alter table stage.labels add constraint other check (churn_label)"],
  ["a key", "alter table stage.labels add primary key (user_id)"],
  ["an index", "create unique index other on stage.labels (churn_label)"],
  ["a foreign key", "alter table stage.labels add foreign key (user_id) references users"],
  ["a default", "alter table stage.labels alter churn_label set default true"],
  ["a heir", "create table stage.heir () inherits (stage.labels)"],
  ["a log", "alter table stage.labels set logged"],
])("a twin to which others gave %s is made anew", async (_, statement) => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await prepareStage(sql, tables);
  const outdated = async () => (await sql<{ name: string }[]>`${outdatedTwins(tables)}`).map(({ name }) => name);
  expect(await outdated()).toEqual([]);
  await sql.unsafe(statement);
  expect(await outdated()).toEqual(["labels"]);
  await sql`drop table if exists stage.heir`;
  await prepareStage(sql, tables);
  expect(await outdated()).toEqual([]);
});

test("a twin that does not lie beside a live table that Citus distributed is outdated", async () => {
  const outdated = await rolledBack(database.sql, async (tx) => {
    await fakeCitus(tx, [
      ...["users", "stage.users"].map((table) => ({ table, column: "user_id" })),
      ...["usage_agg_30d", "labels", "payments_agg_90d"].map((table) => ({ table, column: "user_id" })),
      { table: "stage.labels", column: "user_id", colocation: 2 },
      { table: "stage.payments_agg_90d", column: "failed_payments_90d" },
    ]);
    const rows = await tx<{ name: string }[]>`${outdatedTwins(await tablesOf(tx))}`;
    return rows.map(({ name }) => name).sort();
  });
  expect(outdated).toEqual(["labels", "payments_agg_90d", "usage_agg_30d"]);
});

test("what a run left is found and emptied: rows, and what was to become a partition, and nothing else", async () => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await sql`insert into stage.users (user_id) values ('u1')`;
  await sql`create table stage.labels_snapshots_20240131 (like labels_snapshots)`;
  await sql`create table stage.notes_20240131 (note text)`;
  const { full, built } = await foundInStage(sql, tables);
  expect(full.map(({ name }) => name)).toEqual(["users"]);
  expect(built.map(({ name }) => name)).toEqual(["labels_snapshots_20240131"]);
  await emptyStage(sql, tables);
  expect(await foundInStage(sql, tables)).toEqual({ full: [], built: [] });
  const [notes] = await sql`select to_regclass('stage.notes_20240131') is not null as kept`;
  expect(notes?.kept).toBe(true);
});

test.each([
  ["a live table of another dataset", "create table stage.users (user_id text primary key, plan text)"],
  ["one that is not logged", "create unlogged table stage.users (user_id text primary key, plan text)"],
  ["one that is logged, without a key", "create table stage.users (user_id text, plan text)"],
])("%s in the stage's schema is not emptied", async (_, statement) => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await prepareStage(sql, tables);
  const rows = await rolledBack(sql, async (tx) => {
    await tx.unsafe(`drop table stage.users; ${statement}; insert into stage.users values ('u1', 'free')`);
    await emptyStage(tx, tables);
    return [...(await tx`select user_id from stage.users`)];
  });
  expect(rows).toEqual([{ user_id: "u1" }]);
});

test("no twin is made in the place of a table that another dataset has published to, which is told with what moves it", async () => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await prepareStage(sql, tables);
  const { told, rows } = await rolledBack(sql, async (tx) => {
    await tx.unsafe(`
      drop table stage.users;
      create table stage.users (user_id text primary key);
      insert into stage.users values ('u1');
      with run as (
        insert into console.runs (dataset, month, as_of, mode, status, operator, host, process, table_schema)
        values ('club', 'month_000', '2024-01-31', 'publish', 'published', 'me', 'here', 1, 'stage') returning run)
      insert into console.run_tables (run, position, table_name, rows) select run, 0, 'users', 1 from run`);
    const told = await prepareStage(tx, tables).catch((error) => error);
    expect(await strangerInStage(tx, tables)).toMatchObject({ title: told.title });
    const [, statement = ""] = /`([^`]+)`/.exec(told.hint) ?? [];
    await tx.unsafe(statement);
    await prepareStage(tx, tables);
    return { told, rows: [...(await tx`select user_id from club.users`)] };
  });
  expect(told).toMatchObject({ code: "schema_mismatch" });
  expect(told.title).toBe("stage.users is a table of the dataset club, where a run makes one to stage users in.");
  expect(rows).toEqual([{ user_id: "u1" }]);
});

test("nothing of the dataset itself is emptied, were its tables in the stage's schema", async () => {
  const { sql } = database;
  await prepareStage(sql, await tablesOf(sql));
  const [live, frozen] = await rolledBack(sql, async (tx) => {
    await tx.unsafe(`
      drop table stage.users, stage.labels;
      insert into users (user_id) values ('u1');
      insert into labels (user_id) values ('u1');
      create table stage.labels_snapshots_20240131 partition of labels_snapshots for values in ('2024-01-31');
      insert into labels_snapshots (user_id, as_of, delivered) values ('u1', '2024-01-31', '2024-01-31')`);
    const tables = (await tablesOf(tx)).map((table) => ({ ...table, live: { ...table.live, schema: "stage" } }));
    await tx.unsafe("alter table users set schema stage; alter table labels set schema stage");
    await emptyStage(tx, tables);
    return [await tx`select user_id from stage.users`, await tx`select user_id from labels_snapshots`];
  });
  expect([live, frozen].map((rows) => rows.length)).toEqual([1, 1]);
});

test.each([
  ["a view", "create view stage.labels as select 1 as one"],
  ["a materialized view", "create materialized view stage.labels as select 1 as one"],
  ["a sequence", "create sequence stage.labels"],
  ["an index", "create table stage.other (one int); create index labels on stage.other (one)"],
  ["a type", "create type stage.labels as (one int)"],
  ["a type", "create domain stage.labels as int"],
])("%s in the place of a twin is told with the statement that makes room for it", async (kind, statements) => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  await prepareStage(sql, tables);
  const told = await rolledBack(sql, async (tx) => {
    await tx.unsafe(`drop table stage.labels; ${statements}`);
    const thrown = await prepareStage(tx, tables).catch((error) => error);
    const [, statement = ""] = /`([^`]+)`/.exec(thrown.hint) ?? [];
    await tx.unsafe(statement);
    await prepareStage(tx, tables);
    return thrown;
  });
  expect(told).toMatchObject({ code: "schema_mismatch" });
  expect(told.message).toStartWith(`stage.labels is ${kind}, where a run makes a table`);
});
