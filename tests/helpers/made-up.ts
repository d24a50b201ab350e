import type { Seal, Verdict } from "../../src/core/events.ts";
import type { DropFile, MonthEntry, RunDetail, RunEntry, RunStatus, SnapshotEntry } from "../../src/core/listings.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";

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
    const fingerprint = (0x9e3779b9 * (index * 8 + order + 1)).toString(16).padStart(16, "0").slice(0, 16);
    return [{ table: snapshot, as_of: asOfOf(index, "2024-01"), rows: usersIn(index), fingerprint }];
  });
}

export function verdicts(failing: readonly number[] = [], warning: readonly number[] = []): Verdict[] {
  const all = tables.flatMap(({ table, expectations }) =>
    Array.from({ length: expectations }, (_, order) => verdict(table, order)),
  );
  return all.map((one, position) => {
    if (failing.includes(position)) return { ...one, success: false, unexpected_count: 12, unexpected_percent: 0.17 };
    if (!warning.includes(position)) return one;
    return {
      ...one,
      success: false,
      severity: "warning",
      unexpected_count: null,
      unexpected_percent: null,
      observed: 36.1,
    };
  });
}

const checked: Record<string, string[]> = {
  users: ["signup_date", "user_gender"],
  subscriptions: ["months_active", "monthly_fee", "contract_type", "total_paid", "net_service"],
  usage_agg_30d: ["watch_hours_30d", "avg_session_mins_7d", "unique_devices_30d", "skips_7d", "rebuffer_events_7d"],
};

function verdict(table: string, order: number): Verdict {
  const judged = {
    severity: "critical",
    success: true,
    observed: 0,
    unexpected_count: 0,
    unexpected_percent: 0,
  } as const;
  if (order === 0) {
    return {
      ...judged,
      table,
      type: "expect_column_values_to_not_be_null",
      column: "user_id",
      kwargs: { column: "user_id" },
    };
  }
  if (order === 1) {
    const kwargs = { other_table_name: "users" };
    return {
      ...judged,
      table,
      type: "expect_table_row_count_to_equal_other_table",
      kwargs,
      observed: 7120,
      unexpected_count: null,
      unexpected_percent: null,
    };
  }
  const column = checked[table]?.[order - 2] ?? "churn_label";
  const kwargs = { column, min_value: 0 };
  return { ...judged, table, type: "expect_column_values_to_be_between", column, kwargs, observed: 0 };
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
    verdicts: entry.expectations.passed === 0 ? [] : verdicts(rejected ? [8, 13] : []),
    faults: [],
    snapshots: published ? seals(index) : [],
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
