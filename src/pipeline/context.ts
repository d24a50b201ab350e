import type { Dataset } from "../core/dataset.ts";
import { ConsoleError } from "../core/errors.ts";
import type { Mode, Stage, Warning } from "../core/events.ts";
import type { MonthName } from "../core/month.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import type { Transaction } from "../postgres/connect.ts";
import type { FileRecord } from "../postgres/ledger.ts";
import type { Parents } from "../postgres/parents.ts";
import type { Holding } from "./past.ts";
import type { Rejects } from "./rejects.ts";
import type { RowsBefore } from "./row-counts.ts";
import type { Emit } from "./stream.ts";

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
  rejects: Rejects;
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
