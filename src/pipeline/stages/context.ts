import type { Dataset } from "../../core/dataset.ts";
import type { MovedTable } from "../../core/drift.ts";
import type { EventBody, Mode, RunEvent, TableCounts, Warning } from "../../core/messages/events.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import type { KeptSuite } from "../../core/messages/verdicts.ts";
import type { MonthName } from "../../core/month.ts";
import type { Suite } from "../../core/suites/suite.ts";
import type { EvaluatedVerdict } from "../../expectations/evaluate.ts";
import { areDistributed, type LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { RuledTable } from "../../postgres/catalog/ruled-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import type { ProfiledTable } from "../../postgres/ledger/profiles.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { FileRecord } from "../../postgres/ledger/records.ts";
import type { MergePlan } from "../../postgres/live/merge.ts";
import type { Moment } from "../../postgres/live/other-writers.ts";
import type { Watch } from "../../postgres/live/written-so-far.ts";
import type { Sealed } from "../../postgres/snapshots/fingerprint.ts";
import type { DropFaults } from "../drop/faults.ts";
import type { Incoming } from "../drop/months.ts";
import type { Past } from "../drop/past.ts";
import type { Task, Tasks } from "./tasks.ts";

/** What a run has found out so far; the ledger keeps it whether or not the run publishes. */
export interface RunRecord {
  files: FileRecord[];
  tables: TableCounts[];
  verdicts: EvaluatedVerdict[];
  suites: KeptSuite[];
  warnings: Warning[];
  profiles: ProfiledTable[];
  moves: MovedTable[];
}

export function emptyRecord(): RunRecord {
  return { files: [], tables: [], verdicts: [], suites: [], warnings: [], profiles: [], moves: [] };
}

/** What a run is about, from its first moment. */
export interface Job {
  dataset: Dataset;
  tables: readonly LoadTable[];
  month: MonthName;
  asOf: string;
  mode: Mode;
  /** True when a sealed snapshot may be replaced. */
  restamp: boolean;
  /** True when the snapshot is built from the drop alone and live tables stay as they are. */
  backfill: boolean;
}

/**
 * Whether the stage is emptied before the run's transaction. Looked at within it, all parts of a table on one node would be
 * filled by the one connection that looked. Dry runs are one transaction over all of their months.
 */
export function isEmptiedBefore({ tables, mode }: Pick<Job, "tables" | "mode">): boolean {
  return mode !== "dry_run" && areDistributed(tables);
}

/** What a stage works with: the job inside the run's one transaction, and what the run has found out so far. */
export interface StageContext extends Job {
  /** The ledger's number for the run. */
  run: number;
  tables: readonly RuledTable[];
  tx: Transaction;
  incoming: readonly Incoming<RuledTable>[];
  suites: ReadonlyMap<string, Suite>;
  /** What there was before the run. */
  past: Past;
  /** The newest publication of an older month; null when there is none. */
  before: Publication | null;
  /** True when the transaction goes on after this run: nothing may be locked against readers for so long. */
  goesOn: boolean;
  /** For the ledger; to its warnings add by `warn`. */
  record: RunRecord;
  faults: DropFaults;
  /** What is done beside, and of it what the snapshots need. */
  tasks: Tasks;
  prepared: Prepared;
  /** Looks at a statement of the run while it goes on; null where none can be looked at. */
  during: Watch["during"] | null;
  emit: EventStream["emit"];
  signal: AbortSignal;
}

/** What is to become a partition. */
interface Built {
  rows: number;
  /** The transaction that wrote them; null where that is the run's own, and nobody else can have had a hand in them. */
  writer: string | null;
}

/** What was made of a table's staged rows for a snapshot that was not there yet, before its turn. */
export interface Made {
  sealed: Sealed;
  /** What was built in the stage's schema to become a partition; null when nothing was. */
  built: Built | null;
  drift: MovedTable | null;
}

/** By the live table's name. */
interface Prepared {
  /** What merging the table into the live one would do. */
  plans: Map<string, Task<MergePlan>>;
  made: Map<string, Task<Made>>;
  /** Whether a sealed snapshot holds the very rows that were staged, and these those that were sealed. */
  stands: Map<string, Task<boolean>>;
  /** What the columns come to; null where that could not be told. */
  profiles: Map<string, Task<Profile[] | null>>;
}

/** The drop in the stage, and the moment before anything of it was compared with the live tables. */
export interface StagedDrop {
  since: Moment;
  tables: Staged[];
}

/** A table whose every row is in the stage. */
export interface Staged {
  table: RuledTable;
  /** The columns that the drop says something of: those that its file carried, in its order, and what is NULL by leaving it out. */
  carried: string[];
  rows: number;
  /** The transaction that staged them; null where that is the run's own. */
  writer: string | null;
  record: FileRecord;
}

/** What a run is when it is no dry run. */
export function publishingMode({ backfill, restamp }: Pick<Job, "backfill" | "restamp">): Mode {
  if (backfill) return "backfill";
  return restamp ? "restamp" : "publish";
}

/** Tell the operator something that does not stop the run, and keep it for the ledger. */
export function warn({ emit, record }: Pick<StageContext, "emit" | "record">, warning: Warning): void {
  record.warnings.push(warning);
  emit({ event: "run.warned", ...warning });
}

/** Where a request's runs report what happens. */
export interface EventStream {
  emit(this: void, body: EventBody): void;
  /** The ledger's number for the run from here on; null between runs. */
  setRun(this: void, run: number | null): void;
}

const progressIntervalMs = 100;

/**
 * Number and date the events of one request. Progress comes at most ten times a second a table and stage,
 * but for the last of it: a file with faults that was read to its end has no other event to say so.
 */
export function eventStream(write: (event: RunEvent) => void): EventStream {
  let run: number | null = null;
  let seq = 0;
  const lastProgress = new Map<string, number>();
  return {
    setRun(number) {
      run = number;
      lastProgress.clear();
    },
    emit(body) {
      if (body.event === "table.progress") {
        const cell = `${body.stage} ${body.table}`;
        const now = performance.now();
        const last = lastProgress.get(cell);
        const isLast = body.done === body.total;
        if (!isLast && last !== undefined && now - last < progressIntervalMs) return;
        lastProgress.set(cell, now);
      }
      write({ ...body, run, seq: seq++, at: new Date().toISOString() });
    },
  };
}
