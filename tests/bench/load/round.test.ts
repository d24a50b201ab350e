import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../../data/generate/drop.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { usersIn } from "../drops.ts";
import type { BenchServer } from "../server.ts";
import { driverRunner, findRunner } from "./by-hand.ts";
import { playRound } from "./round.ts";
import { loads, type Sample } from "./samples.ts";
import { pairsOfARound } from "./small.ts";

setDefaultTimeout(120_000);

const databases: TestDatabase[] = [];
let data = "";

/** Databases of the test's own under the bench's names: others may bench, or test, on the same server. */
const server: BenchServer = {
  name: "a server",
  async create() {
    const database = await testDatabase();
    databases.push(database);
    return database.url;
  },
  async drop() {},
  async settle() {},
  async close() {},
};

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "bench-round-test-"));
  for (const month of [0, 1]) writeDrop({ seed: 3, users: 50 }, month, data);
});
afterAll(async () => {
  rmSync(data, { recursive: true, force: true });
  for (const database of databases) await database.drop();
});

const whats = (samples: readonly Sample[]) => [...new Set(samples.map(({ what }) => what))];

test("the users of a folder of drops are counted", async () => {
  expect(await usersIn(data)).toBe(50);
  await expect(usersIn(join(data, "nowhere"))).rejects.toThrow("users.csv");
});

test("a round measures everything beside what it is held against: the small things beside psql, if there is one", async () => {
  const runner = findRunner();
  const samples = await playRound(server, runner, { users: 50, round: 1, data, oursOnly: false, tell() {} });
  const names = loads.map(({ what }) => what);
  const small = runner === driverRunner ? [] : ["same month again", "months", "snapshots", "terminal UI to its months"];
  expect(whats(samples)).toEqual([...names, ...small]);
  expect(samples).toHaveLength(names.length + small.length * pairsOfARound);
  for (const { what, ours, againstSeconds, copySeconds } of samples) {
    expect(ours.seconds).toBeGreaterThan(0);
    expect(againstSeconds).toBeGreaterThan(0);
    expect(copySeconds === null).toBe(small.includes(what));
  }
});

test("without psql the driver stands in; without the script by hand there is still the bare COPY", async () => {
  const samples = await playRound(server, driverRunner, { users: 50, round: 2, data, oursOnly: true, tell() {} });
  expect(whats(samples)).toEqual(loads.map(({ what }) => what));
  for (const { againstSeconds, copySeconds } of samples) {
    expect(againstSeconds).toBeNull();
    expect(copySeconds).toBeGreaterThan(0);
  }
});
