import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Databases in which a dataset's stage, and its files, are called as they were while the folder decided on that. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
const open: Pipeline[] = [];
beforeAll(() => {
  drops = dropFolder();
  drops.write("data/month_000", smallDrop(["A", "B"]));
});
beforeEach(async () => {
  database = await testDatabase(migrated);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await database.drop();
});
afterAll(() => drops.remove());

function pipelineOf(dataset?: string): Pipeline {
  const settings = { data: join(drops.path, "data"), home: join(drops.path, "home"), database: database.url };
  const pipeline = startPipeline({ ...settings, ...(dataset && { dataset }) });
  open.push(pipeline);
  return pipeline;
}

/** A copy of the shipped dataset, in a folder of its own, with other words in its manifest. */
async function copied(folder: string, words: { name: string; schema?: string }): Promise<string> {
  const to = join(drops.path, folder);
  rmSync(to, { recursive: true, force: true });
  await pipelineOf().call({ kind: "init", folder: null, to, overwrite: false });
  const path = join(to, "dataset.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...words }));
  return to;
}

const stages = async () => {
  const rows = await database.sql<{ schema: string }[]>`
    select distinct schemaname as schema from pg_tables where schemaname like 'stage%' order by 1`;
  return rows.map(({ schema }) => schema);
};
const rowsIn = async (table: string) => {
  const [row] = await database.sql<{ count: number }[]>`select count(*) as count from ${database.sql.unsafe(table)}`;
  return row?.count;
};

/** What a run of an earlier release left there when it was killed. */
async function leftIn(schema: string): Promise<void> {
  await database.sql`create schema if not exists ${database.sql(schema)}`;
  await database.sql.unsafe(`
    create unlogged table if not exists ${schema}.users (like public.users);
    insert into ${schema}.users (user_id) values ('left');
    create table ${schema}.usage_agg_30d_snapshots_20240131 (like public.usage_agg_30d_snapshots)`);
}

const stageCheck = async (pipeline: Pipeline) =>
  (await pipeline.call({ kind: "doctor", check_data: false, notify: false })).checks.find(
    ({ name }) => name === "stage",
  );

test("what a package left in the stage of its own is told and taken away, by the run of a checkout", async () => {
  await leftIn("stage_streamflow");
  const pipeline = pipelineOf();
  expect(await stageCheck(pipeline)).toMatchObject({
    state: "warn",
    detail: expect.stringContaining("stage_streamflow.users, stage_streamflow.usage_agg_30d_snapshots_20240131"),
  });
  expect(lastOf(await ranIn(pipeline, ["0"]), "run.finished")?.status).toBe("published");
  expect(await rowsIn("stage_streamflow.users")).toBe(0);
  expect(await stageCheck(pipeline)).toMatchObject({ state: "ok" });
});

test("so is what a dataset left in the plain stage, as long as no other one has this database", async () => {
  const north = await copied("north", { name: "north" });
  await leftIn("stage");
  const pipeline = pipelineOf(north);
  expect(await stageCheck(pipeline)).toMatchObject({ state: "warn", detail: expect.stringContaining("stage.users") });
  expect(lastOf(await ranIn(pipeline, ["0"]), "run.finished")?.status).toBe("published");
  expect([await rowsIn("stage.users"), await stages()]).toEqual([0, ["stage", "stage_north"]]);
});

test("in a stage that is another's nothing is touched", async () => {
  expect(lastOf(await ranIn(pipelineOf(), ["0"]), "run.finished")?.status).toBe("published");
  const south = await copied("south", { name: "south", schema: "south" });
  writeFileSync(join(south, "init/000_schema.sql"), "create schema if not exists south;");
  await leftIn("stage");
  const pipeline = pipelineOf(south);
  // The shipped SQL makes this dataset's tables, though this database has seen the very same files for the shipped one.
  expect(lastOf(await ranIn(pipeline, ["0"]), "run.finished")?.status).toBe("published");
  expect([await rowsIn("stage.users"), await rowsIn("south.users"), await stages()]).toEqual([
    ...[1, 2],
    ["stage", "stage_south"],
  ]);
});

test("a file of a dataset counts as applied under either name, edited since or not", async () => {
  const folder = join(drops.path, "beside");
  cpSync("db", folder, { recursive: true });
  await database.sql`update console.migrations set file = 'streamflow/' || file where file like '001%' or file like '002%'`;
  writeFileSync(join(folder, "init/001_schema.sql"), "create table users (id int);");
  const pipeline = pipelineOf(folder);
  const events = await ranIn(pipeline, ["0"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  const files = await database.sql`select file from console.migrations where file ~ '00[12]_' order by 1`;
  expect(files.map(({ file }) => file)).toEqual(["streamflow/001_schema.sql", "streamflow/002_snapshots.sql"]);
});
