import { readFileSync } from "node:fs";
import type { Seal } from "../../src/core/messages/events.ts";
import type { DropFile, MonthEntry, RunDetail, RunEntry, RunStatus } from "../../src/core/messages/listings.ts";
import type { SnapshotEntry } from "../../src/core/messages/seals.ts";
import { noVerdicts, type Verdict } from "../../src/core/messages/verdicts.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";

/** A dataset that exists nowhere: months, runs and seals of any number, the same at every call. */

/** What "now" is in everything made up. */
export const madeUpNow = Date.parse("2024-04-01T12:00:00.000Z");

/** The verdicts of a first month that was recorded: those of the shipped suites. */
const recorded = readFileSync(new URL("../fixtures/recorded/first-month.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.includes('"expectation.evaluated"'))
  .map((line): Verdict => {
    const { event: _, run: __, seq: ___, at: ____, ...verdict } = JSON.parse(line);
    return verdict;
  });

const made = [
  { table: "users", bytesPerRow: 44, snapshot: null },
  { table: "subscriptions", bytesPerRow: 60, snapshot: "subscriptions_profile_snapshots" },
  { table: "usage_agg_30d", bytesPerRow: 53, snapshot: "usage_agg_30d_snapshots" },
  { table: "payments_agg_90d", bytesPerRow: 13, snapshot: "payments_agg_90d_snapshots" },
  { table: "support_agg_90d", bytesPerRow: 17, snapshot: "support_agg_90d_snapshots" },
  { table: "labels", bytesPerRow: 16, snapshot: "labels_snapshots" },
] as const;
export const tables = made.map((one) => ({
  ...one,
  expectations: recorded.filter(({ table }) => table === one.table).length,
}));

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

const positionOf = (column: string) => recorded.findIndex((one) => one.column === column);

/** Positions of the three that the stories let fail. */
export const positions = {
  fee: positionOf("monthly_fee"),
  hours: positionOf("watch_hours_30d"),
  resolution: positionOf("ticket_avg_resolution_hrs_90d"),
};

export function verdicts(
  failing: readonly number[] = [],
  warning: readonly number[] = [],
  unevaluated: readonly number[] = [],
): Verdict[] {
  return recorded.map((one, position) => {
    const rows = usersIn(2);
    const verdict = one.type.includes("row_count") ? { ...one, observed: { self: rows, other: rows } } : one;
    if (unevaluated.includes(position)) {
      const nothing = { observed: null, unexpected_count: null, unexpected_percent: null };
      return { ...verdict, ...nothing, verdict: "unevaluated", success: false, error: "value out of range: overflow" };
    }
    if (!failing.includes(position) && !warning.includes(position)) return verdict;
    const severity = warning.includes(position) ? "warning" : "critical";
    return { ...verdict, severity, verdict: "failed", success: false, unexpected_count: 12, unexpected_percent: 0.17 };
  });
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
    expectations: judged ? { ...noVerdicts, passed: recorded.length - failed, failed } : noVerdicts,
    warned: 0,
  };
}

export function detail(entry: RunEntry): RunDetail {
  const index = Number(entry.month.slice("month_".length));
  const rejected = entry.status === "rejected";
  const published = entry.status === "published";
  return {
    ...entry,
    operator: "loader",
    host: "vault",
    failure: rejected
      ? {
          stage: "validate",
          code: "expectation_failed",
          title: `${entry.month} was rejected: 2 of ${recorded.length} expectations failed.`,
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
    verdicts: entry.expectations.passed === 0 ? [] : verdicts(rejected ? [positions.fee, positions.hours] : []),
    faults: [],
    snapshots: published
      ? seals(index).map((seal) => ({
          ...seal,
          source: tables.find(({ snapshot }) => snapshot === seal.table)?.table ?? null,
        }))
      : [],
    lifted: [],
    moves: [],
    suites: [],
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
    due_since: null,
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
