import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../data/generate/drop.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { differingTables } from "./load/agreement.ts";
import { bareCopy, copiedTables, driverRunner, monthScript, psqlRunner, type Runner, schema } from "./load/by-hand.ts";
import { watchMemory } from "./memory.ts";
import { stageSeconds } from "./ours.ts";
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
  await runner.play(database.url, schema, ".");
  return database;
}

async function loadBothMonths(runner: Runner): Promise<TestDatabase> {
  const database = await fresh(runner);
  await runner.play(database.url, monthScript("2024-01-31"), join(data, "month_000"));
  await runner.play(database.url, monthScript("2024-02-29"), join(data, "month_001"));
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

  test("what is only tried leaves nothing behind", async () => {
    const { url, sql } = await fresh(runner);
    await runner.play(url, monthScript("2024-01-31", "rollback"), join(data, "month_000"));
    expect([...(await sql`select user_id from users`)]).toEqual([]);
  });

  test("the bare COPY puts every row into tables of its own", async () => {
    const { url, sql } = await fresh(runner);
    for (const script of [copiedTables, bareCopy]) await runner.play(url, script, join(data, "month_000"));
    const [copied] =
      await sql`select (select count(*) from copied.users) as users, (select count(*) from users) as live`;
    expect(copied).toEqual({ users: 300, live: 0 });
  });

  test("a failed check leaves nothing behind", async () => {
    const broken = join(data, `broken-${databases.length}`);
    cpSync(join(data, "month_000"), broken, { recursive: true });
    const payments = Bun.file(join(broken, "payments_agg_90d.csv"));
    await payments.write((await payments.text()).replace(/,\d\n/, ",-1\n"));
    const { url, sql } = await fresh(runner);
    await expect(runner.play(url, monthScript("2024-01-31"), broken)).rejects.toThrow("division by zero");
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
