import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Mode } from "../../src/core/messages/events.ts";
import type { RunStatus } from "../../src/core/messages/listings.ts";
import { lastRuns, listRuns, publications, showRun } from "../../src/postgres/ledger/queries.ts";
import {
  closeRun,
  markCrashed,
  openRun,
  recordVerdicts,
  type VerdictRecord,
} from "../../src/postgres/ledger/records.ts";
import { observations } from "../../src/postgres/ledger/standing.ts";
import { listSeals, recordUnsealedDrop, unsealedDropsSince } from "../../src/postgres/snapshots/seals.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Which of a month's runs says where it stands. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());
beforeEach(() => emptied(database.sql));

async function ran(
  month: string,
  status: RunStatus,
  mode: Mode = "publish",
  dataset = "streamflow",
  as_of = "2024-01-31",
): Promise<number> {
  const who = { operator: "somebody", host: "somewhere", process: 1, backend_pid: 1 };
  const run = await openRun(database.sql, { dataset, month, as_of, mode, ...who });
  if (status !== "running") await closeRun(database.sql, run, status, []);
  return run;
}

test("dry runs and refusals say nothing of where a month stands; what failed does", async () => {
  const { sql } = database;
  const published = await ran("month_000", "published");
  await ran("month_000", "dry_run", "dry_run");
  // A dry run that failed is a failure of nobody's.
  await ran("month_000", "rejected", "dry_run");
  await ran("month_000", "refused");
  await ran("month_001", "published");
  const rejected = await ran("month_001", "rejected");
  await ran("month_001", "published", "publish", "another");
  await ran("month_002", "refused");
  const last = await lastRuns(sql, "streamflow", null);
  expect(last.map(({ month, run, status }) => [month, run, status])).toEqual([
    ["month_000", published, "published"],
    ["month_001", rejected, "rejected"],
  ]);
  expect(await listRuns(sql, "streamflow", null)).toHaveLength(7);
});

test("a run that goes on is one of the lock's holder; any other has crashed", async () => {
  const { sql } = database;
  await ran("month_000", "running");
  const statuses = async (holder: number | null) =>
    (await listRuns(sql, "streamflow", holder)).map(({ status }) => status);
  expect([await statuses(1), await statuses(2), await statuses(null)]).toEqual([["running"], ["crashed"], ["crashed"]]);
});

test("who takes a dataset's lock calls the dead runs of that dataset crashed, and of no other", async () => {
  const { sql } = database;
  const [ours, theirs] = [await ran("month_000", "running"), await ran("month_000", "running", "publish", "another")];
  const over = await ran("month_001", "published");
  await markCrashed(sql, "streamflow");
  const rows = await sql<{ run: number; status: string }[]>`select run, status from console.runs order by run`;
  expect(rows.map(({ run, status }) => [run, status])).toEqual([
    [ours, "crashed"],
    [theirs, "running"],
    [over, "published"],
  ]);
});

test("a month's publication is its newest; live is one that the live tables took part in", async () => {
  const { sql } = database;
  await ran("month_000", "published");
  const newest = await ran("month_000", "published", "backfill");
  const backfilled = await ran("month_001", "published", "backfill");
  const adopted = await ran("month_002", "published", "adopt");
  await ran("month_003", "rejected");
  await ran("month_004", "dry_run", "dry_run");
  const found = await publications(sql, "streamflow");
  expect(found.map(({ month, run, mode, live }) => [month, run, mode, live])).toEqual([
    ["month_000", newest, "backfill", true],
    ["month_001", backfilled, "backfill", false],
    ["month_002", adopted, "adopt", false],
  ]);
});

test("a month is dropped once retention took its seals, until it has one again", async () => {
  const { sql } = database;
  const run = await ran("month_000", "published");
  const dropped = async () => (await publications(sql, "streamflow")).map((one) => one.dropped);
  expect(await dropped()).toEqual([false]);
  const lifted = (reason: string) => sql`
    insert into console.lifted_seals (dataset, table_name, as_of, month, rows, fingerprint, run, mode, sealed_at, reason)
    values ('streamflow', 'labels_snapshots', '2024-01-31', 'month_000', 1, '3-0', ${run}, 'publish', now(), ${reason})`;
  await lifted("restamp");
  expect(await dropped()).toEqual([false]);
  await lifted("retention");
  expect(await dropped()).toEqual([true]);
  await sql`
    insert into console.seals (dataset, table_name, as_of, month, rows, fingerprint, run, mode)
    values ('streamflow', 'labels_snapshots', '2024-01-31', 'month_000', 1, '3-0', ${run}, 'publish')`;
  expect(await dropped()).toEqual([false]);
});

test("seals and drops of another dataset are no concern of ours", async () => {
  const { sql } = database;
  for (const dataset of ["streamflow", "another"]) {
    const run = await ran("month_000", "published", "publish", dataset);
    await sql`
      insert into console.seals (dataset, table_name, as_of, month, rows, fingerprint, run, mode)
      values (${dataset}, 'labels_snapshots', '2024-01-31', 'month_000', 1, '3-0', ${run}, 'publish')`;
  }
  expect((await listSeals(sql, "streamflow")).map(({ run, table }) => [run, table])).toEqual([[1, "labels_snapshots"]]);
  await sql.begin(async (tx) => {
    const rows = { table: "labels_snapshots", as_of: "2024-02-29", rows: 1 };
    await recordUnsealedDrop(tx, { dataset: "another", ...rows }, { operator: "somebody", host: "somewhere" });
  });
  expect(await unsealedDropsSince(sql, "streamflow")).toEqual([]);
  expect(await unsealedDropsSince(sql, "another")).toEqual(["2024-02-29"]);
});

test("which came first, a run or a drop of rows, is told by the runs' numbers, for a clock may be set back", async () => {
  const { sql } = database;
  const drop = (as_of: string) =>
    sql.begin((tx) =>
      recordUnsealedDrop(
        tx,
        { dataset: "streamflow", table: "labels_snapshots", as_of, rows: 1 },
        { operator: "somebody", host: "somewhere" },
      ),
    );
  // The clock is an hour ahead, and set right after the run.
  const run = await ran("month_000", "published", "publish", "streamflow");
  await sql`update console.runs set started_at = now() + interval '1 hour' where run = ${run}`;
  await drop("2024-01-31");
  expect(await unsealedDropsSince(sql, "streamflow")).toEqual(["2024-01-31"]);
  const next = await ran("month_001", "published", "publish", "streamflow");
  await sql`update console.runs set started_at = now() - interval '1 hour' where run = ${next}`;
  expect(await unsealedDropsSince(sql, "streamflow")).toEqual([]);
  // Written down before there were numbers.
  await sql`update console.lifted_seals set after_run = null`;
  expect(await unsealedDropsSince(sql, "streamflow")).toEqual([]);
  await sql`update console.runs set started_at = now() - interval '1 hour'`;
  expect(await unsealedDropsSince(sql, "streamflow")).toEqual(["2024-01-31"]);
});

/** Of an expectation that is held against one number of the month. */
function verdict(success: boolean, severity: "critical" | "warning" | "info", observed = 0, max = 1): VerdictRecord {
  const of = { table: "labels", type: "expect_table_row_count_to_be_between", kwargs: { max_value: max } };
  const judged = { severity, success, verdict: success ? "passed" : "failed" } as const;
  const result = { exception_info: { raised_exception: false } };
  return { ...of, ...judged, observed, unexpected_count: null, unexpected_percent: null, result };
}

test("what failed and was critical is counted as failed, all else that failed as a warning", async () => {
  const { sql } = database;
  const run = await ran("month_000", "published");
  const failed = (["critical", "warning", "warning", "info"] as const).map((severity) => verdict(false, severity));
  await recordVerdicts(sql, run, [...failed, verdict(true, "critical"), verdict(true, "warning")]);
  const [entry] = await listRuns(sql, "streamflow", null);
  expect(entry?.expectations).toEqual({ passed: 2, failed: 1, warned: 3, unevaluated: 0 });
});

test("what could not be evaluated is neither, in older runs too, and what was not kept is not guessed", async () => {
  const { sql } = database;
  const run = await ran("month_000", "published");
  const unevaluated = (severity: "critical" | "warning"): VerdictRecord => ({
    ...verdict(false, severity),
    verdict: "unevaluated",
    error: "division by zero",
    observed: null,
    result: { exception_info: { raised_exception: true, exception_message: "division by zero" } },
  });
  const notKept = { ...verdict(false, "critical"), result: null };
  await recordVerdicts(sql, run, [unevaluated("critical"), unevaluated("warning"), notKept, verdict(true, "critical")]);
  // Where it stood before.
  await sql`update console.run_expectations set observed = '"division by zero"' where position = 0`;
  const detail = await showRun(sql, "streamflow", run, null);
  expect(detail?.expectations).toEqual({ passed: 1, failed: 0, warned: 0, unevaluated: 2, unknown: 1 });
  expect(detail?.verdicts.map(({ verdict, success, error, observed }) => [verdict, success, error, observed])).toEqual([
    ["unevaluated", false, "division by zero", null],
    ["unevaluated", false, "division by zero", null],
    ["unknown", false, undefined, 0],
    ["passed", true, undefined, 0],
  ]);
});

test("an expectation's history is of the six publications before it, by their dates, and of the very same arguments", async () => {
  const { sql } = database;
  const days = Array.from({ length: 9 }, (_, at) => `2024-0${at + 1}-28`);
  const dayOf = (at: number) => days[at] ?? "";
  const runs: number[] = [];
  for (const [at, day] of days.entries()) {
    const run = await ran(`month_00${at}`, "published", "publish", "streamflow", day);
    await recordVerdicts(sql, run, [verdict(true, "critical", at), verdict(true, "critical", 100 + at, 2 + at)]);
    runs.push(run);
  }
  // One that came to nothing, and a later correction of an older month.
  await ran("month_007", "rejected", "publish", "streamflow", "2024-07-29");
  const again = await ran("month_002", "published", "backfill", "streamflow", days[2]);
  await recordVerdicts(sql, again, [verdict(true, "critical", 33)]);
  const seen = async (run: number) =>
    (await observations(sql, "streamflow", run, 6)).map(({ position, as_of, observed }) => [position, as_of, observed]);
  expect(await seen(runs[7] ?? 0)).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7].map((at) => [0, dayOf(at), at]),
    // The other's arguments are new each month.
    [1, dayOf(7), 107],
  ]);
  expect(await seen(again)).toEqual([
    [0, dayOf(0), 0],
    [0, dayOf(1), 1],
    [0, dayOf(2), 33],
  ]);
});

test("what was observed is one number: of two tables the rows of the first, of a list its length, of words none", async () => {
  const { sql } = database;
  const run = await ran("month_000", "published");
  const found = [7, { self: 3, other: 4 }, ["a", "b"], "No", null];
  await recordVerdicts(sql, run, [
    ...found.map((observed) => ({ ...verdict(true, "critical"), observed })),
    { ...verdict(false, "critical"), observed: "why", result: { exception_info: { raised_exception: true } } },
  ]);
  const seen = await observations(sql, "streamflow", run, 6);
  expect(seen.slice(0, 6).map((one) => [one.observed, one.verdict])).toEqual([
    [7, "passed"],
    [3, "passed"],
    [2, "passed"],
    [null, "passed"],
    [null, "passed"],
    [null, "unevaluated"],
  ]);
});
