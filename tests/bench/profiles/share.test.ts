import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../../data/generate/drop.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { runConsole } from "../ours.ts";
import { processorSeconds, serverProcess } from "./processor.ts";
import { playProfiles, profilesReport, ways } from "./share.ts";

setDefaultTimeout(60_000);

let data = "";
let database: TestDatabase;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "bench-profiles-"));
  for (const month of [0, 1]) writeDrop({ seed: 3, users: 300 }, month, data);
  database = await testDatabase();
});
afterAll(async () => {
  rmSync(data, { recursive: true, force: true });
  await database.drop();
});

test("one of the two ways takes no profiles, and does everything else", async () => {
  const { sql, url } = database;
  await runConsole(url, data, "month_000", [], ways.without);
  await runConsole(url, data, "month_001", [], ways.withProfiles);
  const found = await sql<{ month: string; seals: number; profiled: number }[]>`
    select month, (select count(*) from console.seals s where s.run = r.run) as seals,
           (select count(*) from console.profiles p where p.run = r.run) as profiled
      from console.runs r order by run`;
  expect(found.map(({ seals, profiled }) => [seals, profiled > 0])).toEqual([
    [5, false],
    [5, true],
  ]);
});

test.skipIf(process.platform !== "linux")(
  "the server's time is that of its processes, the ended ones too",
  async () => {
    const { sql } = database;
    const pid = await serverProcess(sql);
    if (pid === null) throw new Error("a server on this machine is not found");
    const before = processorSeconds(pid);
    const beginning = performance.now();
    while (processorSeconds(pid) - before < 0.05 && performance.now() - beginning < 20_000) {
      await sql`select count(*) from generate_series(1, 200000)`;
    }
    expect(processorSeconds(pid)).toBeGreaterThanOrEqual(before + 0.05);
  },
);

test.skipIf(process.platform !== "linux")("both months are played in both ways", async () => {
  // Under a name of its own, for others may bench on the same server.
  const ones: TestDatabase[] = [];
  const create = async () => {
    const one = await testDatabase();
    ones.push(one);
    return one.url;
  };
  const server = { name: "a server", create, async drop() {}, async settle() {}, async close() {} };
  const taken = await playProfiles(server, { users: 300, round: 1, data });
  for (const one of ones) await one.drop();
  expect(ones).toHaveLength(2);
  expect(taken?.map(({ what }) => what)).toEqual(["first month", "next month"]);
  for (const one of taken ?? []) expect(Math.min(one.withProfiles, one.without)).toBeGreaterThan(0);
});

test("the share is the median of the rounds'", () => {
  const of = (withProfiles: number, without: number) => ({ users: 7043, what: "first month", withProfiles, without });
  expect(profilesReport([of(1, 0.95), of(2, 1), of(10, 9)])).toBe(
    [
      "Processor time of a run, console and server together, and the share that its profiles have of it:",
      "",
      "| users | what | processor time | without profiles | profiles' share |",
      "| ---: | --- | ---: | ---: | ---: |",
      "| 7,043 | first month | 2.00 s | 1.00 s | 10.0 % |",
    ].join("\n"),
  );
});
