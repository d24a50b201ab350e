import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { DropFolder } from "../csv/drop-folder.ts";
import { asExpected, byFile } from "../csv/expecting.ts";
import { badTogetherDrops, malformedDrops } from "../fixtures/bad/catalogue.ts";
import { migrated } from "../helpers/database.ts";
import { digest, lastOf, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** The catalogue's malformed drops, each run to the end by one pipeline on one database. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let pipeline: Pipeline;
const folder = new DropFolder();

beforeAll(async () => {
  database = await testDatabase(migrated);
  pipeline = startPipeline({ data: folder.path, home: `${folder.path}/home`, database: database.url });
});
afterAll(async () => {
  await pipeline.close();
  await database.drop();
  folder.remove();
});

async function run() {
  const events: RunEvent[] = [];
  const request = runRequest([folder.month], { force: true });
  const { exit_code } = await pipeline.call(request, (event) => events.push(event));
  return { exitCode: exit_code, events };
}

test("every malformed drop is rejected with its faults, and changes nothing", async () => {
  folder.write({});
  expect((await run()).exitCode).toBe(0);
  const before = await digest(database.sql);
  for (const { what, files, faults } of [...badTogetherDrops, ...malformedDrops]) {
    folder.write(files);
    const { exitCode, events } = await run();
    const failed = lastOf(events, "run.failed");
    expect([what, exitCode, failed?.code]).toEqual([what, 1, "drop_rejected"]);
    expect([what, byFile((failed?.faults ?? []).map(asExpected))]).toEqual([what, byFile(faults)]);
    expect(failed?.fault_count).toBe(faults.length);
  }
  expect(await digest(database.sql)).toBe(before);
});
