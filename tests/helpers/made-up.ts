import type { Seal, Verdict } from "../../src/core/events.ts";
import type { DropFile, MonthEntry, RunDetail, RunEntry, RunStatus } from "../../src/core/listings.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import type { SnapshotEntry } from "../../src/core/seal-listings.ts";

/** A dataset that exists nowhere: months, runs and seals of any number, the same at every call. */

/** What "now" is in everything made up. */
export const madeUpNow = Date.parse("2024-04-01T12:00:00.000Z");

export const tables = [
  { table: "users", bytesPerRow: 44, snapshot: null, expectations: 4 },
  { table: "subscriptions", bytesPerRow: 60, snapshot: "subscriptions_profile_snapshots", expectations: 7 },
  { table: "usage_agg_30d", bytesPerRow: 53, snapshot: "usage_agg_30d_snapshots", expectations: 7 },
  { table: "payments_agg_90d", bytesPerRow: 13, snapshot: "payments_agg_90d_snapshots", expectations: 2 },
  { table: "support_agg_90d", bytesPerRow: 17, snapshot: "support_agg_90d_snapshots", expectations: 2 },
  { table: "labels", bytesPerRow: 16, snapshot: null, expectations: 2 },
] as const;

export function usersIn(index: number): number {
  return 7043 + 77 * Math.max(0, index - 1);
}

export function files(index: number, missing: readonly string[] = []): DropFile[] {
  return tables.map(({ table, bytesPerRow }) => {
    const present = !missing.includes(table);
    const path = `data/seeds/${monthName(index)}/${table}.csv`;
    return { table, path, bytes: present ? usersIn(index) * bytesPerRow : 0, present };
  });
}

export function seals(index: number): Seal[] {
  return tables.flatMap(({ snapshot }, order) => {
    if (snapshot === null) return [];
    const word = (0x9e3779b9 * (index * 8 + order + 1)).toString(16).padStart(16, "0").slice(0, 16);
    const fingerprint = `3-${word.repeat(4)}`;
    return [{ table: snapshot, as_of: asOfOf(index, "2024-01"), rows: usersIn(index), fingerprint }];
  });
}

/** One expectation of a made-up suite: its type, its column, what else it says, and what it observes when it holds. */
type Made = [type: string, column: string | null, kwargs: object, observed: unknown];

const notNull: Made = ["expect_column_values_to_not_be_null", "user_id", {}, 0];
const sameRows: Made = ["expect_table_row_count_to_equal_other_table", null, { other_table_name: "users" }, 7120];
const atLeastZero = (column: string, least: number): Made => [
  "expect_column_values_to_be_between",
  column,
  { min_value: 0 },
  least,
];
const columns = (count: number): Made => [
  "expect_table_columns_to_match_set",
  null,
  { exact_match: true },
  `${count} columns`,
];

const suites: Record<string, Made[]> = {
  users: [
    notNull,
    columns(6),
    ["expect_column_values_to_be_unique", "user_id", {}, null],
    ["expect_column_values_to_be_in_set", "user_gender", { value_set: ["Female", "Male"] }, 2],
  ],
  subscriptions: [
    notNull,
    sameRows,
    columns(13),
    atLeastZero("months_active", 0),
    atLeastZero("monthly_fee", 18.25),
    [
      "expect_column_values_to_be_in_set",
      "contract_type",
      { value_set: ["Month-to-month", "One year", "Two year"] },
      3,
    ],
    ["expect_column_mean_to_be_between", "monthly_fee", { min_value: 50, max_value: 80 }, 64.76],
  ],
  usage_agg_30d: [
    notNull,
    sameRows,
    columns(6),
    atLeastZero("watch_hours_30d", 0.4),
    atLeastZero("avg_session_mins_7d", 3.1),
    atLeastZero("unique_devices_30d", 1),
    atLeastZero("rebuffer_events_7d", 0),
  ],
  payments_agg_90d: [sameRows, atLeastZero("failed_payments_90d", 0)],
  support_agg_90d: [sameRows, atLeastZero("support_tickets_90d", 0)],
  labels: [sameRows, ["expect_column_mean_to_be_between", "churn_label", { min_value: 0.2, max_value: 0.35 }, 0.265]],
};

/** Positions of the three that the stories let fail: contract_type, watch_hours_30d, and the mean of churn_label. */
export const positions = { contract: 9, hours: 14, churn: 23 };

export function verdicts(failing: readonly number[] = [], warning: readonly number[] = []): Verdict[] {
  const all = tables.flatMap(({ table }) => (suites[table] ?? []).map((made) => verdict(table, made)));
  return all.map((one, position) => {
    if (failing.includes(position)) {
      return {
        ...one,
        success: false,
        observed: position === positions.contract ? 4 : -3.2,
        unexpected_count: 12,
        unexpected_percent: 0.17,
      };
    }
    return warning.includes(position) ? { ...one, success: false, severity: "warning", observed: 0.361 } : one;
  });
}

function verdict(table: string, [type, column, kwargs, observed]: Made): Verdict {
  const counted = type.startsWith("expect_column_values");
  return {
    table,
    type,
    ...(column !== null && { column }),
    kwargs: { ...(column !== null && { column }), ...kwargs },
    severity: "critical",
    success: true,
    observed,
    unexpected_count: counted ? 0 : null,
    unexpected_percent: counted ? 0 : null,
  };
}

export function run(number: number, index: number, status: RunStatus, daysAgo: number): RunEntry {
  const started = madeUpNow - daysAgo * 86_400_000;
  const rows = usersIn(index);
  const judged = status !== "refused" && status !== "crashed";
  const failed = status === "rejected" ? 2 : 0;
  return {
    run: number,
    month: monthName(index),
    as_of: asOfOf(index, "2024-01"),
    mode: status === "dry_run" ? "dry_run" : "publish",
    status,
    started_at: new Date(started).toISOString(),
    finished_at: status === "running" ? null : new Date(started + 2_100).toISOString(),
    tables: judged
      ? tables.map(({ table }) => ({ table, rows, inserted: 117, updated: 212, unchanged: rows - 329, absent: 40 }))
      : [],
    expectations: judged ? { passed: 24 - failed, failed, warned: 0 } : { passed: 0, failed: 0, warned: 0 },
  };
}

export function detail(entry: RunEntry): RunDetail {
  const index = Number(entry.month.slice("month_".length));
  const rejected = entry.status === "rejected";
  const published = entry.status === "published";
  return {
    ...entry,
    failure: rejected
      ? {
          stage: "validate",
          code: "expectation_failed",
          title: `${entry.month} was rejected: 2 of 24 expectations failed.`,
          hint: "Nothing was published. Mend the drop, then run the month again.",
          fault_count: 0,
          fault_groups: [],
          reject_file: null,
        }
      : null,
    files: files(index).map(({ table, path, bytes }) => ({
      table,
      path,
      bytes,
      sha256: "0".repeat(64),
      rows: usersIn(index),
    })),
    verdicts: entry.expectations.passed === 0 ? [] : verdicts(rejected ? [positions.contract, positions.hours] : []),
    faults: [],
    snapshots: published
      ? seals(index).map((seal) => ({
          ...seal,
          source: tables.find(({ snapshot }) => snapshot === seal.table)?.table ?? null,
        }))
      : [],
    lifted: [],
    warnings: [],
  };
}

export function month(
  index: number,
  state: MonthEntry["state"],
  lastRun: RunEntry | null,
  missing: string[] = [],
): MonthEntry {
  return {
    month: monthName(index),
    as_of: asOfOf(index, "2024-01"),
    own_stamp: false,
    state,
    files: files(index, missing),
    last_run: lastRun,
  };
}

export function snapshots(indexes: readonly number[]): SnapshotEntry[] {
  return indexes.flatMap((index) =>
    seals(index).map((seal) => ({
      ...seal,
      run: index + 1,
      month: monthName(index),
      mode: "publish",
      sealed_at: new Date(madeUpNow - (4 - index) * 86_400_000).toISOString(),
    })),
  );
}
