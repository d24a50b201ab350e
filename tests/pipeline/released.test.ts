import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { psql } from "../helpers/psql.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/**
 * Databases that earlier versions left, as pg_dump wrote them without owners and grants: two published months and a
 * rejected one. Each is taken forward by the console as it is now.
 */
const folder = fileURLToPath(new URL("../fixtures/releases/", import.meta.url));

const users = Array.from({ length: 30 }, (_, at) => `u${at}`);

setDefaultTimeout(60_000);

describe.each(readdirSync(folder))("%s", (file) => {
  let database: TestDatabase;
  let drops: DropFolder;
  let pipeline: Pipeline;
  beforeAll(async () => {
    database = await testDatabase();
    // Of what pg_dump writes only "this schema is there" is a complaint in a new database.
    const dump = readFileSync(join(folder, file), "utf8").replace(/^CREATE SCHEMA public;$/m, "");
    psql(database.url, dump.replace(/^SELECT pg_catalog\.set_config.*$/m, "set search_path = '';"));
    drops = dropFolder();
    drops.write("month_002", smallDrop(users, 2));
    pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  });
  afterAll(async () => {
    await pipeline.close();
    drops.remove();
    await database.drop();
  });

  test("its seals are intact, its runs told, and the next month goes on from it", async () => {
    const { seals } = await pipeline.call({ kind: "verify", as_of: null });
    expect(seals.length).toBe(10);
    expect(seals.filter(({ state }) => state !== "intact")).toEqual([]);
    const { runs } = await pipeline.call({ kind: "runs" });
    expect(runs.map(({ month, status }) => `${month} ${status}`)).toEqual([
      "month_002 rejected",
      "month_001 published",
      "month_000 published",
    ]);
    const rejected = await pipeline.call({ kind: "show", run: 3 });
    expect(rejected).toMatchObject({ failure: { code: "drop_rejected" } });
    const published = await pipeline.call({ kind: "show", run: 2 });
    expect(published.verdicts.length).toBeGreaterThan(0);
    expect(published.verdicts.filter(({ verdict }) => verdict !== "passed")).toEqual([]);
    const told = await ranIn(pipeline, ["month_002"]);
    expect(lastOf(told, "run.failed")).toBeUndefined();
    expect(lastOf(told, "run.finished")?.status).toBe("published");
    const { checks } = await pipeline.call({ kind: "doctor" });
    // Its months are not on disk here, and seals of an older kind are told until they are renewed.
    const expected = ["months", "seals"];
    expect(checks.filter(({ state, name }) => state !== "ok" && !expected.includes(name))).toEqual([]);
  });
});
