import type { Mode, Seal } from "./events.ts";

/**
 * A seal no longer in force: a restamp (`lifted_by` is its run) put another in its place, a renewal put one of the newest
 * kind in the place of a weak one for the same rows, or retention dropped its rows.
 */
export interface LiftedSeal extends Seal {
  /** The run that had made it. */
  run: number;
  lifted_at: string;
  reason: "restamp" | "renewal" | "retention";
  lifted_by: number | null;
  operator: string | null;
  host: string | null;
}

/** A seal that a run set; `source` is the live table it froze, null when the manifest names it no more. */
export interface SealOfRun extends Seal {
  source: string | null;
}

export interface SnapshotEntry extends Seal {
  run: number | null;
  /** The month whose drop it holds, and how it got there: `backfill` means from that drop alone. */
  month: string;
  mode: Mode;
  sealed_at: string;
}

/** Rows of one date that no seal vouches for: others took them, or the ledger was lost. */
export interface UnsealedEntry {
  table: string;
  as_of: string;
  rows: number;
}

/** A seal held against its rows: `missing` ones have no rows left at all. */
export interface SealCheck extends Seal {
  state: "intact" | "broken" | "missing";
  /** What is there now. */
  found_rows: number;
  found_fingerprint: string | null;
  /** Columns that were sealed and that the table lost, or changed the type of, since. */
  lost_columns: string[];
  /** The rows that differ, as far as they can be named. */
  differences: RowDifference[];
  /** Groups of keys (256 in all) where more than one row differs, so that none could be named. */
  unnamed_groups: number;
}

/** A row that is not as it was sealed; `key` as text, several key columns as `(a,b)`. */
export interface RowDifference {
  key: string;
  change: "changed" | "added" | "removed";
}

/** Snapshots that were dropped; `sealed` tells whether a seal was lifted with them. */
export interface Retirement {
  as_of: string;
  snapshots: { table: string; rows: number; sealed: boolean }[];
}

/** A snapshot table that was partitioned. */
export interface ConvertedTable {
  table: string;
  partitions: number;
  rows: number;
}

/**
 * How the rows under a seal were hashed; a fingerprint tells by how it begins. The first ones, of a row's text, began
 * with nothing.
 *
 * - `text` and `cells` have 64 bits and PostgreSQL's own hashes in them: changes there are that they do not show.
 * - `exact` has SHA-256 of every cell's exact value, and sums of 256 bits.
 */
export const hashings = { exact: "3-", cells: "2-", text: "" } as const;
export type Hashing = keyof typeof hashings;

export function hashingOf(fingerprint: string): Hashing {
  if (fingerprint.startsWith(hashings.exact)) return "exact";
  return fingerprint.startsWith(hashings.cells) ? "cells" : "text";
}

/** True for a seal of an older kind: what it vouches for may have changed without a sign. */
export function isWeak({ fingerprint }: { fingerprint: string }): boolean {
  return hashingOf(fingerprint) !== "exact";
}

/** Puts seals of the newest kind in the place of weak ones, month by month, wherever the rows still agree with the drop. */
export const renewal = "--all --backfill --force";

/** What removes a date's snapshots, as a remedy has it: without --yes nothing is removed. */
export const dropping = (asOf: string) => `\`snapshots --drop ${asOf} --yes\``;

/** Rows that no run of the ledger took, and what became of them: the answer to `adopt`. */
export interface Adoption {
  /** Rows that are live, by table. */
  live: { table: string; rows: number }[];
  /** What the live tables are taken to hold: up to this date; null when nothing says. */
  live_as_of: string | null;
  dates: UnsealedSnapshots[];
  /** True when their snapshots were sealed as they are; false when that was only looked at. */
  adopted: boolean;
}

/** What stands under one date without a seal. */
export interface UnsealedSnapshots {
  as_of: string;
  /** The month that it belongs to, such as `month_001`; before the first one the calendar's, such as `2023-12`. */
  month: string;
  snapshots: { table: string; rows: number }[];
  /** How the rows compare with the month's drop; null when it was not looked at. */
  drop: DropAgreement | null;
  /** The run that adopted it. */
  run: number | null;
}

export type DropAgreement =
  | { state: "absent" }
  | { state: "faulty"; reason: string }
  | { state: "compared"; tables: TableAgreement[] };

/** Rows of a snapshot held against those of the drop, by key. */
export interface TableAgreement {
  table: string;
  /** Rows that are the same in every cell. */
  equal: number;
  /** Rows that differ by no more than what a float rounds. */
  rounded: number;
  different: number;
  /** Rows that only the snapshot has, and only the drop. */
  only_here: number;
  only_in_drop: number;
  /** Columns that differ in some row. */
  columns: { column: string; rounded: number; different: number }[];
}
