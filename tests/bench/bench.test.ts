import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../data/generate/drop.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { differingTables } from "./agreement.ts";
import { driverRunner, psqlRunner, type Runner } from "./by-hand.ts";
import { watchMemory } from "./memory.ts";
import { stageSeconds } from "./ours.ts";
import { report } from "./report.ts";
import { type Phase, type Sample, summarize } from "./samples.ts";
import { urlOf } from "./server.ts";

setDefaultTimeout(60_000);

const psql = Bun.which("psql");
const runners: Runner[] = psql === null ? [driverRunner] : [driverRunner, psqlRunner(psql)];
const population = { seed: 3, users: 300 };

let data = "";
const databases: TestDatabase[] = [];

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "bench-test-"));
  for (const month of [0, 1]) writeDrop(population, month, data);
});
afterAll(async () => {
  rmSync(data, { recursive: true, force: true });
  for (const database of databases) await database.drop();
});

async function fresh(runner: Runner): Promise<TestDatabase> {
  const database = await testDatabase();
  databases.push(database);
  await runner.setUp(database.url);
  return database;
}

async function loadBothMonths(runner: Runner): Promise<TestDatabase> {
  const database = await fresh(runner);
  await runner.load(database.url, join(data, "month_000"), "2024-01-31");
  await runner.load(database.url, join(data, "month_001"), "2024-02-29");
  return database;
}

describe.each(runners.map((runner) => [runner.name, runner] as const))("by hand with %s", (_, runner) => {
  test("both months end up in the live and the snapshot tables", async () => {
    const { sql } = await loadBothMonths(runner);
    const [live] = await sql<{ users: number; labels: number }[]>`
      select (select count(*) from users) as users, (select count(*) from labels) as labels`;
    expect(live).toEqual({ users: 300, labels: 300 });
    const taken = await sql<{ as_of: string; rows: number }[]>`
      select as_of::text, count(*) as rows from usage_agg_30d_snapshots group by as_of order by as_of`;
    expect([...taken]).toEqual([
      { as_of: "2024-01-31", rows: 300 },
      { as_of: "2024-02-29", rows: 300 },
    ]);
    const usage = await Bun.file(join(data, "month_001/usage_agg_30d.csv")).text();
    const [, firstRow = ""] = usage.split("\n");
    const [id = "", hours = ""] = firstRow.split(",");
    const [row] = await sql`select watch_hours_30d from usage_agg_30d where user_id = ${id}`;
    expect(row?.watch_hours_30d).toBe(hours);
  });

  test("a failed check leaves nothing behind", async () => {
    const broken = join(data, `broken-${databases.length}`);
    cpSync(join(data, "month_000"), broken, { recursive: true });
    const payments = Bun.file(join(broken, "payments_agg_90d.csv"));
    await payments.write((await payments.text()).replace(/,\d\n/, ",-1\n"));
    const { url, sql } = await fresh(runner);
    await expect(runner.load(url, broken, "2024-01-31")).rejects.toThrow("division by zero");
    expect([...(await sql`select user_id from users`)]).toEqual([]);
  });
});

test("databases with the same rows agree, and one changed cell is found", async () => {
  const one = await loadBothMonths(driverRunner);
  const other = await loadBothMonths(driverRunner);
  expect(await differingTables(one.url, other.url)).toEqual([]);
  await other.sql`
    update labels set churn_label = not churn_label where user_id = (select user_id from labels limit 1)`;
  expect(await differingTables(one.url, other.url)).toEqual(["labels"]);
});

test.skipIf(process.platform !== "linux")("peak memory counts a process and its children", async () => {
  const child = "Buffer.alloc(200e6, 1); console.log('full'); await Bun.stdin.text()";
  const parent = Bun.spawn(
    [
      process.execPath,
      "-e",
      `Bun.spawn([process.execPath, "-e", ${JSON.stringify(child)}], { stdio: ["inherit", "inherit", "inherit"] })`,
    ],
    { stdin: "pipe", stdout: "pipe" },
  );
  for await (const _ of parent.stdout) break;
  const peak = watchMemory(parent.pid).stop();
  parent.stdin.end();
  await parent.exited;
  // A system that reclaims idle pages may have taken some already; the parent alone has less than a third of this.
  expect(peak).toBeGreaterThan(150e6);
});

test("seconds of stages come from the events of all runs", () => {
  const events = [
    { event: "run.started", month: "month_000" },
    { event: "stage.finished", stage: "ingest", seconds: 1.5 },
    { event: "stage.finished", stage: "upsert", seconds: 0.25 },
  ];
  expect(stageSeconds(`${events.map((event) => JSON.stringify(event)).join("\n")}\n`)).toEqual({
    ingest: 1.5,
    upsert: 0.25,
  });
});

test("another database keeps the rest of a URL", () => {
  expect(urlOf("postgresql://me@/mine?host=/run/x&port=5432", "b")).toBe("postgresql://me@/b?host=/run/x&port=5432");
  expect(urlOf("postgresql://me:word@server:5433", "b")).toBe("postgresql://me:word@server:5433/b");
  expect(urlOf("postgresql://server?sslmode=require", "b")).toBe("postgresql://server/b?sslmode=require");
});

describe("the report", () => {
  const sample = (users: number, phase: Phase, round: number, seconds: number, byHand: number): Sample => ({
    users,
    round,
    phase,
    ours: { seconds, peakBytes: 150 * 2 ** 20 + round, stages: { ingest: seconds / 2, upsert: seconds / 4 } },
    byHand,
  });
  const samples = [
    sample(1000, "first month", 1, 1, 4),
    sample(1000, "first month", 2, 2, 4),
    sample(1000, "first month", 3, 4, 4),
    sample(2000, "first month", 1, 2, 9),
  ];

  test("takes the median of the ratios, not the ratio of the medians", () => {
    const [summary] = summarize([...samples.slice(0, 2), sample(1000, "first month", 3, 8, 80)]);
    expect(summary?.seconds).toBe(2);
    expect(summary?.byHandSeconds).toBe(4);
    expect(summary?.ratio).toBe(4);
    expect(summary?.rowsPerSecond).toBe(3000);
  });

  test("is Markdown", () => {
    const circumstances = { server: "PostgreSQL 18.4", byHand: "psql 15", processors: "2 processors", rounds: 3 };
    expect(report(circumstances, summarize(samples))).toBe(
      [
        "PostgreSQL 18.4; 2 processors; by hand: psql 15; medians of 3 rounds.",
        "",
        "| users | month | console | by hand | ratio | rows/s | peak memory |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
        "| 1,000 | first month | 2.00 s | 4.00 s | 2.0× | 3,000 | 150 MB |",
        "| 2,000 | first month | 2.00 s | 9.00 s | 4.5× | 6,000 | 150 MB |",
        "",
        "Share of each stage of a run:",
        "",
        "| users | month | ingest | upsert | start and end |",
        "| ---: | --- | ---: | ---: | ---: |",
        "| 1,000 | first month | 50 % | 25 % | 25 % |",
        "| 2,000 | first month | 50 % | 25 % | 25 % |",
        "",
        "Seconds for each million users:",
        "",
        "| month | way | 1,000 users | 2,000 users |",
        "| --- | --- | ---: | ---: |",
        "| first month | console | 2000.0 s | 1000.0 s |",
        "| first month | by hand | 4000.0 s | 4500.0 s |",
      ].join("\n"),
    );
  });
});
