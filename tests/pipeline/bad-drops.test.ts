import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { DropFolder } from "../csv/drop-folder.ts";
import { asExpected, byFile } from "../csv/expecting.ts";
import { paid, payments, sound } from "../fixtures/bad/building.ts";
import { badTogetherDrops, malformedDrops } from "../fixtures/bad/catalogue.ts";
import { migrated } from "../helpers/database.ts";
import { digest, lastOf, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** The catalogue's malformed drops, each run to the end by one pipeline on one database. */

setDefaultTimeout(300_000);

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

test("of many faulty keys a thousand a file are listed, all are counted, and all are in the reject file", async () => {
  const twice = Array.from({ length: 1_500 }, (_, i) => `r${i},0`);
  const orphans = Array.from({ length: 2_500 }, (_, i) => `"o${i}\u0007",0`);
  const users = sound("users.csv") + Array.from({ length: 1_500 }, (_, i) => `r${i},,,,,\n`).join("");
  folder.write({ "users.csv": users, [payments]: paid("u1,0", "u2,0", "u3,0", ...twice, ...twice, ...orphans) });
  const selection = { months: [folder.month] };
  const [drop] = (await pipeline.call({ kind: "check", selection })).drops;
  expect(drop?.fault_count).toBe(4_000);
  expect(drop?.fault_groups.map(({ code, count }) => [code, count])).toEqual([
    ["key_repeated", 1_500],
    ["key_orphaned", 2_500],
  ]);
  expect(drop?.faults).toHaveLength(1_000);
  expect(drop?.faults[2]).toMatchObject({ line: 1_507, value: "r2", reason: "the key stands on line 7 already" });
  expect(drop?.fault_groups[1]?.first[0]).toEqual({ line: 3_005, value: "o0\\x07" });
  const written = readFileSync(drop?.reject_file ?? "", "utf8")
    .trimEnd()
    .split("\n");
  expect(written).toHaveLength(4_001);
  expect(written.at(-1)).toBe(`${payments},5504,user_id,o2499\\x07,user_id is neither in users.csv nor live in users,`);
});
