import type { ExpectationCounts, Mode, Seal, TableCounts, Verdict } from "./events.ts";
import type { Fault } from "./faults.ts";
import type { MonthName } from "./month.ts";

/** One file of a drop as it lies on disk. `bytes` is 0 when it is not present. */
export interface DropFile {
  table: string;
  path: string;
  bytes: number;
  present: boolean;
}

/**
 * Where a month stands: `new` was never published; `ok` is published with these very files; `changed` is published, but
 * its files have moved since; `failed`, `crashed` and `running` speak of its last run; `incomplete` lacks files;
 * `out_of_order` is unpublished and older than the newest published month; `gone` is published and no longer on disk.
 */
export type MonthState =
  | "new"
  | "ok"
  | "changed"
  | "failed"
  | "crashed"
  | "running"
  | "incomplete"
  | "out_of_order"
  | "gone";

export interface MonthEntry {
  month: MonthName;
  as_of: string;
  state: MonthState;
  files: DropFile[];
  last_run: RunEntry | null;
}

/** `running` runs hold the lock; `crashed` ones died without a last word. */
export type RunStatus =
  | "running"
  | "published"
  | "dry_run"
  | "rejected"
  | "failed"
  | "refused"
  | "interrupted"
  | "crashed";

export interface RunEntry {
  run: number;
  month: string;
  as_of: string;
  mode: Mode;
  status: RunStatus;
  /** ISO 8601, UTC. */
  started_at: string;
  finished_at: string | null;
  tables: TableCounts[];
  expectations: ExpectationCounts;
}

/** Why a run published nothing, as the ledger keeps it. */
export interface RunFailure {
  stage: string | null;
  code: string;
  title: string;
  hint: string;
  fault_count: number;
  reject_file: string | null;
}

export interface RunDetail extends RunEntry {
  failure: RunFailure | null;
  files: { table: string; path: string; bytes: number; sha256: string | null; rows: number | null }[];
  verdicts: Verdict[];
  faults: Fault[];
  snapshots: Seal[];
  warnings: { title: string; hint: string }[];
}

export interface SnapshotEntry extends Seal {
  run: number | null;
  sealed_at: string;
}

/** One line of `doctor`: what was looked at, how it stands, and the remedy when it is not well. */
export interface Check {
  name: string;
  state: "ok" | "warn" | "fail";
  detail: string;
  remedy: string | null;
}

export interface ServerStatus {
  running: boolean;
  kept: boolean;
  version: string | null;
  pid: number | null;
  url: string | null;
  home: string;
}
