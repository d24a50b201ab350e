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
