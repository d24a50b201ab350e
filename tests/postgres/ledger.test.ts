import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { backendPid } from "../../src/postgres/connection/lock.ts";
import { formerEdges, recordProfiles } from "../../src/postgres/ledger/profiles.ts";
import { lastRuns, listRuns, publications, showRun } from "../../src/postgres/ledger/queries.ts";
import * as ledger from "../../src/postgres/ledger/records.ts";
import { observations } from "../../src/postgres/ledger/standing.ts";
import {
  liftSeal,
  listSeals,
  recordSeals,
  type SealedTable,
  sealedGroups,
} from "../../src/postgres/snapshots/seals.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const dataset = "streamflow";
const opening = { dataset, mode: "publish", operator: "ada", host: "here", process: 7 } as const;
const month0 = { ...opening, month: "month_000", as_of: "2024-01-31" };
const month1 = { ...opening, month: "month_001", as_of: "2024-02-29" };
const verdict = {
  table: "users",
  type: "expect_column_mean_to_be_between",
  column: "n",
  kwargs: { column: "n", min_value: 0 },
  severity: "critical",
  verdict: "passed",
  unexpected_count: null,
  unexpected_percent: null,
} as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

async function published(what: typeof month0, observed: number): Promise<number> {
  const { sql } = database;
  const run = await ledger.openRun(sql, what);
  const file = {
    table: "users",
    path: "users.csv",
    bytes: 10,
    modified_ms: 1.25,
    identity: "1:2:3",
    sha256: "ab",
    rows: 2,
    columns: ["user_id"],
    read_as: null,
  };
  await sql.begin(async (tx) => {
    await ledger.recordFiles(tx, run, [file]);
    await ledger.recordTables(tx, run, [{ table: "users", rows: 2, inserted: 2, updated: 0, unchanged: 0, absent: 0 }]);
    await ledger.recordVerdicts(tx, run, [{ ...verdict, success: true, observed, result: {} }]);
    const seal: SealedTable = {
      ...{ table: "s", as_of: what.as_of, rows: 2, fingerprint: "ff" },
      columns: [["user_id", "text"]],
      groups: [[0, 2, "9", "8"]],
    };
    await recordSeals(tx, run, [seal], { dataset, month: what.month, mode: "publish" });
    await ledger.closeRun(tx, run, "published", [{ title: "small", hint: "look" }]);
  });
  return run;
}

test("a run is opened, filled, closed and read back whole", async () => {
  const { sql } = database;
  const run = await published(month0, 3.5);
  const detail = await showRun(sql, dataset, run, null);
  expect(detail).toMatchObject({
    run,
    month: "month_000",
    as_of: "2024-01-31",
    status: "published",
    failure: null,
    tables: [{ table: "users", rows: 2, inserted: 2, updated: 0, unchanged: 0, absent: 0 }],
    expectations: { passed: 1, failed: 0, warned: 0, unevaluated: 0 },
    files: [{ table: "users", path: "users.csv", bytes: 10, sha256: "ab", rows: 2 }],
    verdicts: [{ ...verdict, success: true, observed: 3.5 }],
    snapshots: [{ table: "s", as_of: "2024-01-31", rows: 2, fingerprint: "ff" }],
    warnings: [{ title: "small", hint: "look" }],
  });
  expect(await showRun(sql, dataset, run + 1_000, null)).toBeNull();
  expect((await publications(sql, dataset))[0]).toMatchObject({ run, month: "month_000", live: true });
  expect(await listSeals(sql, dataset)).toMatchObject([{ table: "s", run, month: "month_000", mode: "publish" }]);
  expect(await sealedGroups(sql, { dataset, table: "s", as_of: "2024-01-31" })).toEqual([[0, 2, "9", "8"]]);
});

test("a running run whose session is gone is shown as crashed, and marked so by the next holder of the lock", async () => {
  const { sql } = database;
  const pid = await backendPid(sql);
  const run = await ledger.openRun(sql, month1);
  expect((await listRuns(sql, dataset, pid))[0]).toMatchObject({ run, status: "running", finished_at: null });
  expect((await listRuns(sql, dataset, pid + 1))[0]).toMatchObject({ run, status: "crashed" });
  await ledger.markCrashed(sql, dataset);
  expect((await listRuns(sql, dataset, pid))[0]).toMatchObject({ run, status: "crashed" });
});

test("a failure is kept with its faults, whatever bytes their values hold", async () => {
  const { sql } = database;
  const run = await ledger.openRun(sql, month1);
  const fault = {
    file: "users.csv",
    line: 3,
    column: "n",
    value: "a\u0000'\"\\b\\u0000\ud800",
    code: "nul_byte",
    reason: "NUL",
  } as const;
  await ledger.recordFaults(sql, run, [fault, { file: "labels.csv", code: "file_missing", reason: "gone" }]);
  await ledger.closeRun(sql, run, "rejected", [], {
    stage: "ingest",
    code: "drop_rejected",
    title: "rejected",
    hint: "mend it",
    fault_count: 12,
    fault_groups: [],
    reject_file: "r.csv",
  });
  const detail = await showRun(sql, dataset, run, null);
  expect(detail?.failure).toEqual({
    stage: "ingest",
    code: "drop_rejected",
    title: "rejected",
    hint: "mend it",
    fault_count: 12,
    fault_groups: [],
    reject_file: "r.csv",
  });
  expect(detail?.faults).toEqual([
    { ...fault, value: "a\ufffd'\"\\b\\u0000\ufffd" },
    { file: "labels.csv", code: "file_missing", reason: "gone" },
  ]);
  const last = await lastRuns(sql, dataset, null);
  expect(last.map(({ month, status }) => [month, status])).toEqual([
    ["month_000", "published"],
    ["month_001", "rejected"],
  ]);
});

test("a lifted seal leaves the list and stays in the ledger with its reason", async () => {
  const { sql } = database;
  const run = await published(month1, 4.5);
  await sql.begin((tx) => liftSeal(tx, { dataset, table: "s", as_of: "2024-02-29" }, { run, reason: "restamp" }));
  expect((await listSeals(sql, dataset)).map((seal) => seal.as_of)).toEqual(["2024-01-31"]);
  const [lifted] = await sql`select as_of, fingerprint, lifted_by, reason from console.lifted_seals`;
  expect(lifted).toEqual({ as_of: "2024-02-29", fingerprint: "ff", lifted_by: run, reason: "restamp" });
});

test("the history of an expectation is what it observed in the publications before", async () => {
  const { sql } = database;
  const all = await publications(sql, dataset);
  const [older, newest] = ["month_000", "month_001"].map((month) => all.find((one) => one.month === month)?.run ?? 0);
  expect(await observations(sql, dataset, newest ?? 0, 6)).toEqual([
    { position: 0, run: older ?? 0, as_of: "2024-01-31", observed: 3.5, verdict: "passed" },
    { position: 0, run: newest ?? 0, as_of: "2024-02-29", observed: 4.5, verdict: "passed" },
  ]);
});

test("edges of histograms are those of the type that a column had last", async () => {
  const { sql } = database;
  const figures = { rows: 1, nulls: 0, distinct: 1, distinct_exact: true, min: "1", max: "1", mean: "1", stddev: "0" };
  const taken = async (as_of: string, type: string, edges: string[]) => {
    const run = await published({ ...month0, month: `month_${as_of}`, as_of }, 1);
    const histogram = { edges, counts: [1], under: 0, over: 0 };
    const profile = { ...figures, column: "n", type, kind: "number" as const, quantiles: [], frequent: [], histogram };
    await recordProfiles(sql, run, [{ table: "edged", columns: [profile] }]);
    return (await formerEdges(sql, dataset, "edged")).get("n");
  };
  expect(await taken("2030-01-31", "int4", ["0", "9"])).toEqual({ type: "int4", edges: ["0", "9"] });
  expect(await taken("2030-02-28", "numeric", ["0", "0.5"])).toEqual({ type: "numeric", edges: ["0", "0.5"] });
});

test.each(["one that is taken", "one that is free, and lower than others"])(
  "a sequence that gives %s has fallen behind: numbers go on above all others",
  async (which) => {
    const { sql } = database;
    const newest = await published(month1, 3);
    await ledger.openRun(sql, month1);
    const last = await ledger.openRun(sql, month1);
    if (which.includes("free")) await sql`delete from console.runs where run = ${last - 1}`;
    await sql.unsafe(`alter table console.runs alter run restart with ${last - 1}`);
    await sql`alter table console.lifted_seals alter lift restart with 1`;
    expect(await sql.begin((tx) => ledger.openRun(tx, month1))).toBeGreaterThan(last);
    const runs = (await sql<{ run: number }[]>`select run from console.runs order by run desc`).map(({ run }) => run);
    expect(runs.filter((run) => run > last)).toHaveLength(1);
    expect(await ledger.openRun(sql, month1)).toBeGreaterThan(runs[0] ?? 0);
    const seal = { dataset, table: "s", as_of: month1.as_of };
    await sql.begin((tx) => liftSeal(tx, seal, { run: newest, reason: "restamp" }));
  },
);
