import type { ColumnChange } from "../../src/core/messages/listings.ts";
import type { Replies, Request, RequestOf, RunRequest } from "../../src/core/messages/requests.ts";
import { figureOf } from "../../src/core/suites/expectation-words.ts";
import * as madeUp from "./made-up.ts";
import { profiles } from "./made-up-profiles.ts";
import type { Scenario } from "./scenarios.ts";

/** The made-up answer to anything but a run and a cancel; null for what does not exist. */
export function answerOf(
  known: Scenario,
  request: Exclude<Request, RunRequest>,
): Replies[Exclude<Request["kind"], "run">] | null {
  switch (request.kind) {
    case "months":
      return { months: known.months, server: "embedded PostgreSQL 18.4", unsealed_dates: [] };
    case "runs":
      return { runs: known.runs };
    case "snapshots":
      return { snapshots: known.snapshots, unsealed: [] };
    case "show":
      return known.details.find((detail) => detail.run === request.run) ?? null;
    case "history":
      return { series: history(known, request.run) };
    case "observed":
      return { runs: [] };
    case "results":
      return { tables: [] };
    case "dataset":
      return { name: "streamflow", first_month: "2024-01", values: true, tables: [] };
    case "samples":
      return samples;
    case "values":
      return page(request, known.unexpected ?? samples.rows.length);
    case "verify":
      return {
        seals: known.snapshots.map((seal, index) => ({
          ...seal,
          state: index === 0 ? "broken" : "intact",
          found_rows: seal.rows - (index === 0 ? 1 : 0),
          found_fingerprint: seal.fingerprint,
          lost_columns: [],
          differences: index === 0 ? [{ key: "0002-VHCPW", change: "removed" }] : [],
          unnamed_groups: 0,
        })),
      };
    case "compare":
      return comparison(request.from, request.to);
    case "profile":
      return { profiles: profiles(request) };
    case "profiling":
      return { profiled: [], known: known.snapshots.length };
    case "retire":
      return retirement(known, request.as_of);
    case "export":
      return { ...trainingSet, file: request.out, as_of: request.as_of };
    case "suites":
      return { suites };
    case "feast":
    case "propose":
    case "init":
    case "suggest":
    case "validate":
    case "check":
      return null;
    case "outcome":
      return { detail: crashed(request.run), open: false, waits_for: null, in_force: [], left: [] };
    case "doctor":
      return { checks };
    case "partition":
      return { converted: [], checks: [] };
    case "distribute":
      return { tables: [], local: [], shards: 8, nodes: 2, done: request.confirmed };
    case "grants":
      return { sql: "" };
    case "adopt":
      return { live: [], live_as_of: null, dates: [], adopted: false };
    case "db":
      return { running: true, reachable: true, kept: false, version: "18.4", pid: null, url: null, home: "home" };
    case "database":
      return { database: "embedded PostgreSQL 18.4 in home" };
    case "cancel":
      return { cancelled: true };
  }
}

/** A run whose process was killed. */
const crashed = (run: number) => madeUp.detail(madeUp.run(run, 2, "crashed", 0));

function retirement(known: Scenario, asOf: string): Replies["retire"] {
  const gone = known.snapshots.filter(({ as_of }) => as_of === asOf);
  known.snapshots = known.snapshots.filter(({ as_of }) => as_of !== asOf);
  return { as_of: asOf, snapshots: gone.map(({ table, rows }) => ({ table, rows, sealed: true })) };
}

const trainingSet: Replies["export"] = {
  file: "",
  manifest: "",
  format: "parquet",
  as_of: "",
  labels_from: "2024-02-29",
  rows: 7043,
  labelled: 7003,
  columns: [{ name: "user_id", type: "text", source: null }],
  bytes: 412_000,
  sha256: "0".repeat(64),
};

function history(known: Scenario, run: number): Replies["history"]["series"] {
  const verdicts = known.details.find((detail) => detail.run === run)?.verdicts ?? [];
  return verdicts.map(({ observed, unexpected_count }, position) => ({
    position,
    points: [1, 2, 3, 4, 5, 6].map((month) => ({
      run: month === 6 ? run : month,
      as_of: `2023-0${month}-28`,
      observed: figureOf(observed) ?? unexpected_count,
      verdict: "passed",
    })),
  }));
}

/** So many values: the first ones are those of the samples. */
function page({ from, count, filter }: RequestOf<"values">, total: number): Replies["values"] {
  const row = (index: number) =>
    samples.rows[index] ?? {
      ...{ key: { user_id: `U-${index}` }, value: `-${index}`, line: index + 2 },
      file: "data/seeds/month_002/subscriptions.csv",
    };
  const wanted = Array.from({ length: total }, (_, index) => index).filter(
    (index) => filter === "" || JSON.stringify(row(index)).includes(filter),
  );
  return { total: wanted.length, all: total > 3, from, rows: wanted.slice(from, from + count).map(row) };
}

const samples: Replies["samples"] = {
  total: 12,
  sql: [
    "begin;",
    "create temporary table subscriptions (like public.subscriptions) on commit drop;",
    "\\copy subscriptions (user_id, monthly_fee) from '/data/month_002/subscriptions.csv' with (format csv, header)",
    "select user_id, monthly_fee from subscriptions where monthly_fee < 0;",
    "rollback;",
  ].join("\n"),
  sql_note: "a psql script that reads the drop's file",
  rows: [
    { key: { user_id: "3668-CHVWT" }, value: "-3.20", file: "data/seeds/month_002/subscriptions.csv", line: 4 },
    { key: { user_id: "9237\u202ePRT" }, value: "-18.25", file: "data/seeds/month_002/subscriptions.csv", line: 17 },
    { key: { user_id: "日本-0001" }, value: "-0.01", file: null, line: null },
  ],
};

const suites: Replies["suites"]["suites"] = [
  fit("users", "db/expectations/users.json", 2),
  {
    ...fit("subscriptions", "db/expectations/subscriptions.json", 7),
    missing: [
      { column: "plan_tier", expectations: [2, 6] },
      { column: "日本\u202e", expectations: [5] },
    ],
    unsound: [
      { expectation: 2, type: "expect_column_values_to_not_be_null", reason: "no plan_tier", column: "plan_tier" },
      { expectation: 7, type: "expect_column_to_sparkle", reason: "there is no such expectation", column: null },
    ],
  },
  {
    ...fit("usage_agg_30d", "db/expectations/usage.json", 0),
    trouble: "The suite cannot be read. Put the file there.",
  },
  { ...fit("labels", "db/expectations/labels.json", 1), missing: [{ column: "churned", expectations: [1] }] },
  fit("payments_agg_90d", null, 0),
];

const checks: Replies["doctor"]["checks"] = [
  { name: "Bun", state: "ok", detail: "1.4.5", remedy: null },
  {
    name: "database",
    state: "ok",
    detail: `embedded PostgreSQL 18.4 in .streamflow, database "streamflow"`,
    remedy: null,
  },
  {
    name: "snapshot tables",
    state: "warn",
    detail: "usage_agg_30d_snapshots has no partitions: each run rewrites what its index holds of all dates",
    remedy: "`doctor --partition-snapshots --yes` builds it anew, with one for each as_of",
  },
  { name: "drops", state: "fail", detail: "data/seeds: 日本\u202e is no folder of a month", remedy: null },
];

function fit(table: string, path: string | null, expectations: number): (typeof suites)[number] {
  return { table, path, expectations, missing: [], unsound: [], trouble: null };
}

function comparison(from: string, to: string): Replies["compare"] {
  const column = (name: string, distance: number): ColumnChange => ({
    ...{ column: name, changed: 312, rounded: 4, measure: "psi", distance, chance: null, ks: 0.03 },
    ...{ beyond: 0.002, missing: 0, mean: 0.11, drifts: distance >= 0.2 ? ["psi"] : [] },
  });
  return {
    from,
    to,
    threshold: 0.2,
    not_as_sealed: [],
    tables: [
      {
        table: "usage_agg_30d_snapshots",
        from_rows: 7043,
        to_rows: 7120,
        added: 117,
        removed: 40,
        changed: 7003,
        rounded: 12,
        columns: [column("watch_hours_30d", 0.31), column("skips_7d", 0.02)],
      },
    ],
  };
}
