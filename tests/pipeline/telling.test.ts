import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import parse from "parse-prometheus-text-format";
import { startPipeline } from "../../src/client/pipeline.ts";
import { start } from "../headless/process.ts";
import { smallDrop } from "../helpers/drops.ts";
import { runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";
import { bareEnvironment, consoleProgram } from "../helpers/program.ts";

/** Who was not there hears what became of a run: by a POST, and by a file of metrics. */

setDefaultTimeout(60_000);

const users = ["u1", "u2", "u3", "u4"];
let place: Workplace;
let got: { url: string; body: Record<string, unknown> }[];
let answer = 200;
/** Is told of the next request, which is never answered. */
let stalled: (() => void) | null = null;
let server: Bun.Server<undefined>;

beforeAll(async () => {
  place = await workplace();
  for (const index of [0, 1]) place.drops.write(`month_00${index}`, smallDrop(users, index));
  const broken = smallDrop(users, 2);
  place.drops.write("month_002", { ...broken, "users.csv": [...(broken["users.csv"] ?? []), ["s3cret-cell"]] });
  mkdirSync(join(place.drops.path, "empty"));
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      got.push({ url: request.url, body: (await request.json()) as Record<string, unknown> });
      stalled?.();
      return stalled === null ? new Response("", { status: answer }) : new Promise<Response>(() => {});
    },
  });
});
afterAll(async () => {
  await server.stop(true);
  await place.close();
});
beforeEach(() => {
  got = [];
  answer = 200;
  stalled = null;
});

const receiver = () => `http://127.0.0.1:${server.port}/t0ken`;
const metricsFile = () => join(place.drops.path, "metrics", "streamflow.prom");

const run = (words: readonly string[], url?: string) => begin(words, url).outcome;

function begin(words: readonly string[], url = place.database.url, more: Record<string, string> = {}) {
  const where = ["--home", join(place.drops.path, "home"), "--database", url];
  if (!words.includes("--data")) where.push("--data", place.drops.path);
  const env = { ...bareEnvironment, STREAMFLOW_NOTIFY_URL: receiver(), ...more };
  return start([...consoleProgram, ...words, ...where], env);
}

const told = () => got.map(({ body }) => body);

test("a month that is published, once; nobody is told of a dry run, or of one that changes nothing", async () => {
  expect((await run(["--month", "0", "--dry-run"])).code).toBe(0);
  expect(told()).toEqual([]);
  expect((await run(["--month", "0"])).code).toBe(0);
  expect(told()).toEqual([
    expect.objectContaining({
      ...{ version: 1, event: "run", outcome: "published", dataset: "streamflow", month: "month_000", run: 2 },
      ...{ as_of: "2024-01-31", mode: "publish", failure: null, failed_checks: [], lacking: [] },
      expectations: expect.objectContaining({ failed: 0 }),
      again: expect.stringContaining("--month month_000 --data"),
    }),
  ]);
  expect((await run(["--month", "0"])).code).toBe(0);
  expect(told().length).toBe(1);
});

test("each month of several, the rejected one without a cell of it", async () => {
  expect((await run(["--pending"])).code).toBe(1);
  expect(told().map(({ month, outcome }) => `${month} ${outcome}`)).toEqual([
    "month_001 published",
    "month_002 rejected",
  ]);
  expect(told()[1]).toMatchObject({
    failure: { code: "drop_rejected", fault_count: 1, faults: [{ file: "users.csv", count: 1 }] },
  });
  expect(JSON.stringify(told())).not.toContain("s3cret-cell");
});

test("a database that cannot be reached", async () => {
  expect((await run(["--month", "1"], "postgres://nobody@127.0.0.1:1/none")).code).toBe(3);
  expect(told()).toEqual([
    expect.objectContaining({ outcome: "failed", dataset: "streamflow", run: null, month: null }),
  ]);
  expect(told()[0]).toMatchObject({ failure: { code: "database_unreachable" } });
});

test("a drop that does not come, with the command that waits for it again", async () => {
  expect((await run(["--pending", "--wait", "1s", "--data", join(place.drops.path, "empty")])).code).toBe(4);
  expect(told()).toEqual([
    expect.objectContaining({
      outcome: "failed",
      month: null,
      again: expect.stringContaining("--pending --wait 1s --data"),
    }),
  ]);
  expect(told()[0]).toMatchObject({ failure: { code: "drop_missing" }, lacking: [] });
});

test("a receiver that does not take it is a warning without its address, and no failure", async () => {
  answer = 403;
  const { code, stdout, stderr } = await run(["--month", "1", "--force"]);
  expect(code).toBe(0);
  expect(stderr).toContain(`warning: Nobody was notified of month_001: 127.0.0.1:${server.port} answered 403.`);
  expect(stdout + stderr).not.toContain("t0ken");
  const { code: found, stdout: doctor } = await run(["doctor", "--notify"]);
  expect({ found, doctor }).toEqual({ found: 3, doctor: expect.stringContaining("answered 403") });
  answer = 200;
  expect((await run(["doctor", "--notify"])).stdout).toContain("took a word, as json");
  expect(told().at(-1)).toMatchObject({ event: "test", dataset: "streamflow" });
});

test.each([[["--quiet"]], [["--json", "--quiet"]]])(
  "with %j what could not be told elsewhere is heard, too",
  async (words) => {
    answer = 403;
    // Where everything can be written, and nothing has room.
    const asked = ["--month", "1", "--force", "--metrics", "/dev/full"];
    const lineage = { OPENLINEAGE_URL: receiver() };
    const { code, stdout, stderr } = await begin([...asked, ...words], place.database.url, lineage).outcome;
    expect({ code, out: stdout === "" }).toEqual({ code: 0, out: words.length === 1 });
    const heads = stderr.split("\n").flatMap((line) => /^(warning: [^:]*)/.exec(line)?.[0] ?? []);
    expect([...new Set(heads)].map((head) => head.replace(/ run \d+$/, ""))).toEqual([
      "warning: Lineage was not told of",
      "warning: Nobody was notified of month_001",
      "warning: Metrics were not written to /dev/full",
    ]);
  },
);

test("Ctrl-C ends the wait for a receiver that does not answer; the month is published by then", async () => {
  const asked = Promise.withResolvers<void>();
  stalled = asked.resolve;
  const running = begin(["--month", "1", "--force"]);
  await asked.promise;
  running.signal("SIGINT");
  const { code, stderr } = await running.outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("was waited for no longer") });
  expect(told().length).toBe(1);
});

test("a run whose process was killed, by what the ledger has of it", async () => {
  // The subprocess has the environment of whoever starts it.
  const variable = "STREAMFLOW_NOTIFY_URL";
  const before = process.env[variable];
  process.env[variable] = receiver();
  try {
    const { database, drops } = place;
    const pipeline = startPipeline({ data: drops.path, home: join(drops.path, "home"), database: database.url });
    const kill = (event: { event: string }) => event.event === "stage.started" && pipeline.kill();
    await expect(pipeline.call(runRequest(["month_001"], { force: true }), kill)).rejects.toMatchObject({
      code: "pipeline_died",
    });
    await pipeline.exited;
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
  expect(told()).toEqual([expect.objectContaining({ outcome: "failed", month: "month_001" })]);
  expect(told()[0]).toMatchObject({ failure: { code: "pipeline_died" } });
});

test("a run whose whole console was killed, by the next one, once; a dry run is no news then, either", async () => {
  const dead = { dataset: "streamflow", month: "month_001", as_of: "2024-02-29", backend_pid: 0, process: 1 };
  const rows = ["publish", "dry_run"].map((mode) => ({ ...dead, mode, operator: "ann", host: "box" }));
  await place.database.sql`insert into console.runs ${place.database.sql(rows)}`;
  expect((await run(["--month", "0"])).code).toBe(0);
  expect(told()).toEqual([expect.objectContaining({ outcome: "failed", month: "month_001", mode: "publish" })]);
  expect((await run(["--month", "0"])).code).toBe(0);
  expect(told().length).toBe(1);
});

/** The labels' values but for the dataset's, which all have. */
function wordsIn({ dataset: _, ...labels }: Record<string, string>): string {
  return Object.values(labels).join(" ");
}

describe("metrics", () => {
  const values = () =>
    Object.fromEntries(
      parse(readFileSync(metricsFile(), "utf8")).map(({ name, metrics }) => [
        name,
        Object.fromEntries(metrics.map(({ labels = {}, value }) => [wordsIn(labels), Number(value)])),
      ]),
    );

  test("are those of the ledger, whatever the run came to, and nothing else is left beside the file", async () => {
    place.drops.write("metrics", {});
    expect((await run(["--month", "2", "--metrics", metricsFile()])).code).toBe(1);
    const [last, published] = await place.database.sql<{ at: number }[]>`
      (select extract(epoch from finished_at)::float8 as at from console.runs order by run desc limit 1) union all
      (select extract(epoch from finished_at)::float8 from console.runs where status = 'published' order by run desc limit 1)`;
    const found = values();
    expect(found.streamflow_last_run_success).toEqual({ "": 0 });
    expect(found.streamflow_last_run_timestamp_seconds?.[""]).toBeCloseTo(last?.at ?? 0, 2);
    expect(found.streamflow_last_success_timestamp_seconds?.[""]).toBeCloseTo(published?.at ?? 0, 2);
    expect(found.streamflow_newest_snapshot_timestamp_seconds).toEqual({ "": Date.parse("2024-02-29") / 1000 });
    expect(found.streamflow_table_rows).toMatchObject({ users: 4, labels: 4 });
    expect(Object.keys(found.streamflow_stage_duration_seconds ?? {})).toEqual([]);
    expect(Object.keys(found.streamflow_column_drift ?? {})).toContain("labels_snapshots churn_label");
    expect(readdirSync(join(metricsFile(), ".."))).toEqual(["streamflow.prom"]);

    expect((await run(["--month", "1", "--force", "--metrics", metricsFile()])).code).toBe(0);
    const then = values();
    expect(then.streamflow_last_run_success).toEqual({ "": 1 });
    expect(Object.keys(then.streamflow_stage_duration_seconds ?? {})).toEqual([
      "ingest",
      "upsert",
      "validate",
      "snapshot",
    ]);
    expect(then.streamflow_checks).toMatchObject({ failed: 0, warned: 0 });
  });

  test("that cannot be written are refused before the run, or else a warning", async () => {
    const runs = async () => (await place.database.sql`select run from console.runs`).length;
    const before = await runs();
    const refused = await run(["--month", "1", "--force", "--metrics", "/nowhere/m.prom"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--metrics /nowhere/m.prom cannot be written");
    expect(await runs()).toBe(before);
    // Where everything can be written, and nothing has room.
    const { code, stderr } = await run(["--month", "1", "--force", "--metrics", "/dev/full"]);
    expect(code).toBe(0);
    expect(stderr).toContain("warning: Metrics were not written to /dev/full: ENOSPC");
  });
});
