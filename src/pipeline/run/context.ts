import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { EventBody, Mode, RunEvent, Stage, Warning } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import type { FileRecord } from "../../postgres/ledger/records.ts";
import type { Parents } from "../../postgres/live/parents.ts";
import type { DropFaults } from "../drop/faults.ts";
import type { Holding } from "../drop/past.ts";
import type { RowsBefore } from "../drop/row-counts.ts";
import type { Session } from "../session/session.ts";

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

/** What a stage works with: the job, inside the run's one transaction. */
export interface StageContext extends Job {
  run: number;
  tx: Transaction;
  rowsBefore: RowsBefore;
  /** What the live tables hold before the run. */
  holding: Holding;
  /** The dates of all snapshots before the run, newest first. */
  standing: readonly string[];
  parents: Parents;
  /** True when the transaction goes on after this run: nothing may be locked against readers for so long. */
  goesOn: boolean;
  emit: Emit;
  faults: DropFaults;
  /** Collected for the ledger; add by `warn`. */
  warnings: Warning[];
  signal: AbortSignal;
}

/** A table whose every row is in the stage. */
export interface Staged {
  name: string;
  table: LoadTable;
  /** The columns that the file carried, in its order. */
  carried: string[];
  rows: number;
  record: FileRecord;
}

/** Frame a stage: say when it starts, how long it took, and that it does not start once the run was cancelled. */
export async function inStage<Result>(
  { emit, signal }: Pick<StageContext, "emit" | "signal">,
  stage: Stage,
  work: () => Promise<Result>,
): Promise<Result> {
  stopIfCancelled(signal);
  emit({ event: "stage.started", stage });
  const start = performance.now();
  const result = await work();
  stopIfCancelled(signal);
  emit({ event: "stage.finished", stage, seconds: secondsSince(start) });
  return result;
}

/** Tell the operator something that does not stop the run, and keep it for the ledger. */
export function warn({ emit, warnings }: Pick<StageContext, "emit" | "warnings">, warning: Warning): void {
  warnings.push(warning);
  emit({ event: "run.warned", ...warning });
}

export function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof ConsoleError ? signal.reason : cancelled("interrupted");
}

/** The reason of a cancelled run; `terminated` when a signal from outside ended it. */
export function cancelled(code: "interrupted" | "terminated"): ConsoleError {
  return new ConsoleError(code, "The run was cancelled and rolled back.", {
    hint: "Nothing of this run was published; the database is as it was before it. Run the month again when you are ready.",
  });
}

/** Where the stages report what happens. */
export type Emit = (body: EventBody) => void;

export interface EventStream {
  emit: Emit;
  /** The ledger's number for the run from here on; null between runs. */
  setRun(run: number | null): void;
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

const againAfterMs = 50;

/** Of runs whose work is through: what they wrote is on its way to be committed, and nothing can call that back. */
const through = new WeakSet<AbortSignal>();

/** Whether a cancel by this signal comes too late for the month that is being run. */
export function isTooLate(signal: AbortSignal): boolean {
  return through.has(signal);
}

/** The month's last word was said: what comes after it can be cancelled again. */
export function cancellableAgain(signal: AbortSignal): void {
  through.delete(signal);
}

/**
 * Do the work, and once it is cancelled, stop the statement it is in: again and again until it is through, for a cancel
 * that comes between two statements is lost, and the next one may wait for a lock for ever. The work learns of it by its
 * statement's error; nothing that comes after the work is stopped.
 */
export async function whileCancellable<Result>(
  signal: AbortSignal,
  stopStatement: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  let isThrough = false;
  let stopping = Promise.resolve();
  const stop = async () => {
    while (!isThrough) {
      // Should the server be gone, the work's own statement tells it.
      await stopStatement().catch(() => undefined);
      if (!isThrough) await Bun.sleep(againAfterMs);
    }
  };
  const onAbort = () => {
    stopping = stop();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const result = await work();
    through.add(signal);
    return result;
  } finally {
    isThrough = true;
    signal.removeEventListener("abort", onAbort);
    await stopping;
  }
}

/** What running this month means, given the request's flags. */
export function jobFor({ dataset, tables }: Session, request: RunRequest, month: MonthName): Job {
  return {
    dataset,
    tables,
    month,
    asOf: request.as_of ?? asOfOf(monthIndex(month) ?? 0, dataset.first_month),
    mode: modeOf(request),
    restamp: request.restamp,
    backfill: request.backfill,
  };
}

function modeOf(request: RunRequest): Mode {
  return request.dry_run ? "dry_run" : publishingMode(request);
}

/** What a run is when it is no dry run. */
export function publishingMode({ backfill, restamp }: Pick<RunRequest, "backfill" | "restamp">): Mode {
  if (backfill) return "backfill";
  return restamp ? "restamp" : "publish";
}
