import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Several datasets in one database: each with a folder, a ledger, a stage and a lock of its own. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
let pipelines: Record<string, Pipeline>;

/** A dataset in a folder of its own, in which there are users, too. */
function makeDataset(name: string, schema: string, table = "users"): string {
  const folder = join(drops.path, name);
  mkdirSync(join(folder, "init"), { recursive: true });
  const key = `${table}_id`;
  writeFileSync(
    join(folder, "init/001_schema.sql"),
    `create schema if not exists ${schema};
     create table ${table} (${key} bigint primary key, city text);
     create table ${table}_frozen (like ${table}, as_of date not null, primary key (${key}, as_of)) partition by list (as_of);`,
  );
  const manifest = {
    ...{ name, schema, first_month: "2026-01", as_of_column: "as_of" },
    dates: { from: "2000-01-01", to: "2100-12-31" },
    rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
    tables: { [table]: { file: `${table}.csv`, snapshot: `${table}_frozen` } },
  };
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(manifest));
  drops.write(`${name}-data/month_000`, {
    [`${table}.csv`]: [
      [key, "city"],
      ["1", "Oslo"],
      ["2", "Rome"],
    ],
  });
  return folder;
}

const open = (name: string, dataset?: string) =>
  startPipeline({
    ...{ data: join(drops.path, `${name}-data`), home: `${drops.path}/home`, database: database.url },
    ...(dataset && { dataset }),
  });

beforeAll(async () => {
  [database, drops] = [await testDatabase(migrated), dropFolder()];
  drops.write("own-data/month_000", smallDrop(["A", "B", "C"]));
  pipelines = { own: open("own"), shop: open("shop", makeDataset("shop", "shop")) };
});
afterAll(async () => {
  await Promise.all(Object.values(pipelines).map((one) => one.close()));
  drops.remove();
  await database.drop();
});

const pipeline = (name: string) => pipelines[name] as Pipeline;

test("tables of one name are kept apart by schema, and run at once", async () => {
  const [own, shop] = await Promise.all(["own", "shop"].map((name) => ranIn(pipeline(name), ["month_000"])));
  expect([own, shop].map((events = []) => lastOf(events, "run.finished")?.status)).toEqual(["published", "published"]);
  const rows =
    await database.sql`select (select count(*) from users) as own, (select count(*) from shop.users) as shop`;
  expect([...rows]).toEqual([{ own: 3, shop: 2 }]);
  const stages = await database.sql<{ schema: string; tables: number }[]>`
    select schemaname as schema, count(*) as tables from pg_tables where schemaname like 'stage%' group by 1 order by 1`;
  expect([...stages]).toEqual([
    { schema: "stage", tables: 6 },
    { schema: "stage_shop", tables: 1 },
  ]);
});

test("each lists its own months, runs and snapshots, and no run of another", async () => {
  const { runs } = await pipeline("shop").call({ kind: "runs" });
  expect(runs.map(({ tables }) => tables.map(({ table }) => table))).toEqual([["users"]]);
  const { snapshots } = await pipeline("shop").call({ kind: "snapshots" });
  expect(snapshots.map(({ table, as_of, rows }) => ({ table, as_of, rows }))).toEqual([
    { table: "users_frozen", as_of: "2026-01-31", rows: 2 },
  ]);
  const { months } = await pipeline("own").call({ kind: "months" });
  expect(months.map(({ month, as_of, state }) => ({ month, as_of, state }))).toEqual([
    { month: "month_000", as_of: "2024-01-31", state: "ok" },
  ]);
  const { runs: theirs } = await pipeline("own").call({ kind: "runs" });
  const run = theirs[0]?.run ?? 0;
  await expect(pipeline("shop").call({ kind: "show", run })).rejects.toMatchObject({ code: "unknown_run" });
  const { checks } = await pipeline("shop").call({ kind: "doctor" });
  expect(checks.filter(({ state }) => state === "fail")).toEqual([]);
});

test("its files are applied once, under its own name", async () => {
  const files = await database.sql<{ file: string }[]>`
    select file from console.migrations where file like '%/%' or file = '001_schema.sql' order by file`;
  expect(files.map(({ file }) => file)).toEqual(["001_schema.sql", "shop/001_schema.sql"]);
  const again = open("shop", join(drops.path, "shop"));
  expect(await again.call({ kind: "run", ...without(runRequest(["month_000"])) })).toEqual({ exit_code: 0 });
  await again.close();
});

const without = ({ kind: _, ...rest }: ReturnType<typeof runRequest>) => rest;

test("a second dataset is refused a table that the first has published to, and nothing of it is changed", async () => {
  // Its SQL makes the table where there is none, as shipped files do.
  const folder = makeDataset("other", "public");
  writeFileSync(
    join(folder, "init/001_schema.sql"),
    "create table if not exists users (id int);\n" +
      "create table users_frozen (like users, as_of date not null, primary key (user_id, as_of)) partition by list (as_of);",
  );
  const before = await database.sql`select * from users order by 1`;
  const other = open("other", folder);
  expect(lastOf(await ranIn(other, ["month_000"]), "run.failed")).toMatchObject({
    code: "schema_mismatch",
    title: "The table public.users is that of another dataset, streamflow: two cannot share it.",
    hint: expect.stringContaining(`as "schema" in ${folder}/dataset.json`),
  });
  const { checks } = await other.call({ kind: "doctor" });
  expect(checks.find(({ name }) => name === "schema")).toMatchObject({ state: "fail" });
  await other.close();
  expect([...(await database.sql`select * from users order by 1`)]).toEqual([...before]);
});

test("a dataset in the console's own schema is refused before anything is made, with what moves the tables of an earlier release", async () => {
  const { sql } = database;
  const folder = makeDataset("club", "stage_club");
  const refused = async () => {
    const club = open("club", folder);
    const failed = lastOf(await ranIn(club, ["month_000"]), "run.failed");
    await club.close();
    return failed;
  };
  expect(await refused()).toMatchObject({
    code: "manifest_invalid",
    title: expect.stringContaining(`The tables of ${folder}/dataset.json cannot lie in the schema stage_club: `),
  });
  expect(await sql`select from pg_namespace where nspname like '%club'`).toHaveLength(0);
  await sql`select set_config('search_path', 'stage_club, public', false)`;
  await sql.unsafe(await Bun.file(join(folder, "init/001_schema.sql")).text());
  await sql`insert into stage_club.users values (1, 'Oslo'), (7, 'Bonn')`;
  const failed = await refused();
  await sql`reset search_path`;
  expect(await sql`select from stage_club.users`).toHaveLength(2);
  await sql.unsafe(/`([^`]+)`/.exec(failed?.hint ?? "")?.[1] ?? "");
  await Bun.file(join(folder, "init/001_schema.sql")).delete();
  const manifest = await Bun.file(join(folder, "dataset.json")).json();
  await Bun.write(join(folder, "dataset.json"), JSON.stringify({ ...manifest, schema: "club" }));
  const moved = open("club", folder);
  expect(lastOf(await ranIn(moved, ["month_000"]), "run.finished")?.status).toBe("published");
  await moved.close();
  const rows =
    await sql`select (select count(*) from club.users) as live, (select count(*) from club.users_frozen) as frozen`;
  expect([...rows]).toEqual([{ live: 3, frozen: 2 }]);
});

test("files that lay beside the console before are known as those of the folder that they were moved to", async () => {
  const folder = makeDataset("moved", "public", "cities");
  const text = await Bun.file(join(folder, "init/001_schema.sql")).text();
  await database.sql.unsafe(text);
  await database.sql`
    insert into console.migrations (file, sha256) values ('100_moved.sql', ${new Bun.CryptoHasher("sha256").update(text).digest("hex")})`;
  writeFileSync(join(folder, "init/100_moved.sql"), text);
  await Bun.file(join(folder, "init/001_schema.sql")).delete();
  const moved = open("moved", folder);
  expect(lastOf(await ranIn(moved, ["month_000"]), "run.finished")?.status).toBe("published");
  await moved.close();
});

test("a folder without a manifest is told, with the command that writes one", async () => {
  const none = open("shop", join(drops.path, "nowhere"));
  await expect(none.call({ kind: "runs" })).rejects.toMatchObject({
    code: "manifest_invalid",
    title: `The manifest ${drops.path}/nowhere/dataset.json cannot be read.`,
    hint: expect.stringContaining("init DROP --to"),
  });
  await none.close();
});
