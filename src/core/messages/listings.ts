import type { FigureName, MovedTable, Moves } from "../drift.ts";
import type { Fault, FaultGroup } from "../faults.ts";
import type { MonthName } from "../month.ts";
import type { Mode, Seal, TableCounts, Warning } from "./events.ts";
import type { ProfileKind } from "./profiles.ts";
import type { LiftedSeal, SealOfRun } from "./seals.ts";
import type { KeptCounts, KeptSuite, KeptVerdict, Severity } from "./verdicts.ts";

/** One file of a drop as it lies on disk. `bytes` is 0 when it is not present. */
export interface DropFile {
  table: string;
  path: string;
  bytes: number;
  present: boolean;
  /** Of a table with several files: each, in the order in which they are read. The path is their pattern then. */
  parts?: { path: string; bytes: number }[];
}

/**
 * Where a month stands: `new` was never published; `ok` is published with these very files; `changed` is published, but
 * its files have moved since; `dropped` was published, and its snapshots were dropped since; `failed`, `crashed` and
 * `running` speak of its last run; `incomplete` lacks files;
 * `broken` is published, and rows of its snapshots are gone; `adopted` was taken by others, and its snapshots were sealed
 * as they were; `unsealed` was not published by a run of the ledger, yet rows stand under its date; `out_of_order` is
 * unpublished and older than what the live tables hold; `stamp_taken` is unpublished, and another month stands under its
 * day, or under one that would put the two out of order; `gone` is published and no longer on disk; `missing` is
 * not there, though newer months are; `due` is not there, and the day has come on which it was to be.
 */
export type MonthState =
  | "new"
  | "ok"
  | "changed"
  | "dropped"
  | "failed"
  | "crashed"
  | "running"
  | "incomplete"
  | "broken"
  | "adopted"
  | "unsealed"
  | "out_of_order"
  | "stamp_taken"
  | "gone"
  | "missing"
  | "due";

export interface MonthEntry {
  month: MonthName;
  as_of: string;
  /** True when that is another day than its month's last: whoever runs it again has to name it. */
  own_stamp: boolean;
  state: MonthState;
  /** Of a month that is `missing` or `due`: the day on which it was to be there, where the manifest sets one; else null. */
  due_since: string | null;
  files: DropFile[];
  last_run: RunEntry | null;
}

/** `running` runs hold the lock; `crashed` ones left no last word. */
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
  expectations: KeptCounts;
  /** Warnings that it told, such as drift. */
  warned: number;
}

/** Seconds that a run took; null while it lasts, and where the clock was set back meanwhile: then nobody knows. */
export function secondsOf({ started_at, finished_at }: Pick<RunEntry, "started_at" | "finished_at">): number | null {
  const seconds = finished_at === null ? null : (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
  return seconds === null || seconds < 0 ? null : seconds;
}

/** Why a run published nothing, as the ledger keeps it. */
export interface RunFailure {
  stage: string | null;
  code: string;
  title: string;
  hint: string;
  fault_count: number;
  /** All faults by kind, with the first few places of each. */
  fault_groups: FaultGroup[];
  reject_file: string | null;
}

export interface RunDetail extends RunEntry {
  /** Who ran it, and on which machine. */
  operator: string;
  host: string;
  failure: RunFailure | null;
  files: { table: string; path: string; bytes: number; sha256: string | null; rows: number | null }[];
  verdicts: KeptVerdict[];
  /** Those that were evaluated; of an older run nothing is kept. */
  suites: KeptSuite[];
  faults: Fault[];
  /** Seals of this run that are in force. */
  snapshots: SealOfRun[];
  /** Seals of this run that were lifted, and those of others that it lifted. */
  lifted: LiftedSeal[];
  /** How far the columns of its snapshots moved since those before; of an older run, or without limits, nothing is kept. */
  moves: MovedTable[];
  warnings: Warning[];
}

/** What the expectations of a run observed, in the order of its verdicts. */
export interface ObservedRun {
  run: number;
  /** `expectation` is the same number where table, type, column and arguments are the same. */
  verdicts: { expectation: number; observed: number | null; verdict: KeptVerdict["verdict"] }[];
}

/** What one expectation observed: a point for each month that was published up to this run, and for it, oldest first. */
export interface ObservedSeries {
  /** Index of the verdict in RunDetail.verdicts. */
  position: number;
  points: { run: number; as_of: string; observed: number | null; verdict: KeptVerdict["verdict"] }[];
}

/** One column of two snapshots: how many common keys changed it, and how far its cells moved: see core/drift.ts. */
export interface ColumnChange extends Moves {
  column: string;
  changed: number;
  /** Cells that differ by no more than what a float rounds; they do not count as changed. */
  rounded: number;
  /** Kolmogorov-Smirnov statistic, numbers only. */
  ks: number | null;
  /** The figures of which a run would warn. */
  drifts: readonly FigureName[];
  /**
   * What it holds on either side as the profiles have it: the mean of numbers, the median of times, else the most frequent
   * value. Absent where a side was not profiled, or nothing is kept.
   */
  usual?: { kind: ProfileKind; from: string; to: string };
}

export interface TableChange {
  table: string;
  from_rows: number;
  to_rows: number;
  added: number;
  removed: number;
  changed: number;
  /** Rows of which cells differ by no more than what a float rounds, and none by more. */
  rounded: number;
  columns: ColumnChange[];
}

export interface Comparison {
  from: string;
  to: string;
  /** Distances at or above this deserve attention. */
  threshold: number;
  /** Snapshots that hold more or fewer rows than were sealed; others may have been changed as well, which only their rows tell. */
  not_as_sealed: { table: string; as_of: string; rows: number; sealed: number }[];
  tables: TableChange[];
}

/** One line of `doctor`: what was looked at, how it stands, and the remedy when it is not well. */
export interface Check {
  name: string;
  state: "ok" | "warn" | "fail";
  detail: string;
  remedy: string | null;
}

export function check(state: Check["state"], name: string, detail: string, remedy: string | null = null): Check {
  return { name, state, detail, remedy };
}

export interface ServerStatus {
  /** Whether any of its processes lives, wherever that is. */
  running: boolean;
  /** False for one that starts or stops, and for one in another container or process space. */
  reachable: boolean;
  kept: boolean;
  version: string | null;
  pid: number | null;
  url: string | null;
  home: string;
}

/** One suite held against one table. */
export interface Validation {
  /** False when a critical expectation failed, or could not be evaluated. */
  success: boolean;
  /** Great Expectations' own validation result, as its tools read it. */
  result: ValidationResult;
}

/** The members of a Great Expectations validation result that a front end reads; it has more. */
export interface ValidationResult {
  success: boolean;
  meta: object;
  statistics: { evaluated_expectations: number; successful_expectations: number };
  results: ExpectationResult[];
}

export interface ExpectationResult {
  success: boolean;
  expectation_config: { type: string; kwargs: Record<string, unknown>; severity: Severity };
  /** As far as the expectation and the result format have them. */
  result: { observed_value?: unknown; unexpected_count?: number; unexpected_percent?: number | null };
  exception_info: { raised_exception: boolean; exception_message: string | null };
}

/** What the strict reader finds in a month's drop. */
export interface DropCheck {
  month: MonthName;
  /** Rows of each file that is sound; null where it is not. */
  files: { table: string; path: string; bytes: number; rows: number | null }[];
  fault_count: number;
  fault_groups: FaultGroup[];
  /** The first thousand of each file. */
  faults: Fault[];
  reject_file: string | null;
  /** What would not stop a run. */
  warnings: Warning[];
}

/** What became of a run whose process, or whose connection, was gone before the end of it could be told. */
export interface RunOutcome {
  /** The run as the ledger has it now. */
  detail: RunDetail;
  /** True while the server still has the end of the run under way: then nobody can say whether it will be published. */
  open: boolean;
  /** What the server waits for at that end, by PostgreSQL's own name, such as `SyncRep`; null when it does not tell. */
  waits_for: string | null;
  /** Of a run that was carried out: the seals in force under its date. */
  in_force: Seal[];
  /** Of a run that was carried out: the months that were asked for together with it and come after it. */
  left: MonthName[];
}
