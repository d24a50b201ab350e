import { ConsoleError } from "../../core/errors.ts";
import type { Stage } from "../../core/messages/events.ts";
import type { MonthName } from "../../core/month.ts";
import type { Suite } from "../../core/suites/suite.ts";
import { changedSince } from "../../csv/drop.ts";
import { transact } from "../../postgres/connection/attempt.ts";
import { type Queryable, type Sql, type Transaction, writeExactly } from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { countAsPublished } from "../../postgres/ledger/records.ts";
import { fireDeferred } from "../../postgres/live/other-writers.ts";
import type { Parents } from "../../postgres/live/parents.ts";
import { emptyStage } from "../../postgres/live/stage.ts";
import { DropFaults, rejectPath } from "../drop/faults.ts";
import { findKeyFaults, isKeyViolation, KeyFault } from "../drop/key-faults.ts";
import type { Incoming, MonthFile } from "../drop/months.ts";
import type { Holding } from "../drop/past.ts";
import type { RowsBefore } from "../drop/row-counts.ts";
import {
  type EventStream,
  inStage,
  type Job,
  publishingMode,
  type StageContext,
  secondsSince,
  whileCancellable,
} from "./context.ts";
import { warnOfDrift } from "./drift.ts";
import { ingest } from "./ingest.ts";
import {
  countVerdicts,
  emptyRecord,
  type RunRecord,
  recordFailure,
  recordRolledBack,
  recordSuccess,
  requireCommitted,
} from "./record.ts";
import { type Snapshots, snapshot } from "./snapshot.ts";
import { findUnexpected } from "./unexpected-faults.ts";
import { upsert } from "./upsert.ts";
import { validate } from "./validate.ts";
import { requireWritten } from "./written.ts";

/** A run that is open in the ledger and holds the lock. */
export interface OpenRun {
  run: number;
  job: Job;
  /** Months that are to follow, and are not run should this one fail. */
  left: MonthName[];
  /** The connection that does the work; of a dry run, the transaction that will be rolled back. */
  sql: Queryable;
  /** Where the run's record is kept, whatever becomes of the work. */
  ledger: Sql;
  incoming: Incoming[];
  suites: Map<string, Suite>;
  rowsBefore: RowsBefore;
  holding: Holding;
  /** The dates of all snapshots there are, newest first. */
  standing: readonly string[];
  parents: Parents;
  /** When the drop was listed, in milliseconds since 1970, and how it lies on disk now. */
  listedAt: number;
  listAgain(): Promise<MonthFile[]>;
  home: string;
  stream: EventStream;
  signal: AbortSignal;
  /** Stop the statement that `sql` is in, through another connection. */
  stopStatement(): Promise<void>;
}

/** What a run has found out so far, filled as it goes on, and there whatever ends it. */
interface Findings {
  record: RunRecord;
  faults: DropFaults;
  progress: { stage: Stage | null };
}

/**
 * One month's run: the four stages and the ledger in one transaction. Says `run.started` first and `run.finished` or
 * `run.failed` last; returns the error that stopped it, or null.
 */
export async function runMonth(open: OpenRun): Promise<ConsoleError | null> {
  const { run, job, ledger, stream } = open;
  const start = performance.now();
  const record = emptyRecord();
  const faults = new DropFaults(job.month, rejectPath(open.home, ledger, job.dataset.name, `${job.month}-${run}`));
  const progress: { stage: Stage | null } = { stage: null };
  sayStarted(open);
  try {
    const { inForce, lifted, replaced } = await publish(open, { record, faults, progress });
    stream.emit({
      event: "run.finished",
      status: job.mode === "dry_run" ? "dry_run" : "published",
      month: job.month,
      as_of: job.asOf,
      mode: job.mode,
      seconds: secondsSince(start),
      tables: record.tables,
      expectations: countVerdicts(record.verdicts),
      snapshots: inForce,
      ...(job.restamp && { lifted, replaced }),
    });
    return null;
  } catch (thrown) {
    const error = await explain(open, thrown, faults);
    const rejectFile = faults.close();
    const groups = error.faultCount > 0 ? faults.groups : [];
    await recordFailure(ledger, run, record, { error, groups, stage: progress.stage, rejectFile });
    stream.emit({
      event: "run.failed",
      month: job.month,
      ...(open.left.length > 0 && { left: open.left }),
      stage: progress.stage,
      code: error.code,
      title: error.title,
      hint: error.hint,
      ...(error.faultCount > 0 && { faults: error.faults, fault_count: error.faultCount, fault_groups: groups }),
      ...(rejectFile !== null && { reject_file: rejectFile }),
    });
    return error;
  }
}

function sayStarted({ job, incoming, suites, stream }: OpenRun): void {
  stream.emit({
    event: "run.started",
    month: job.month,
    as_of: job.asOf,
    mode: job.mode,
    tables: incoming.map(({ table, file }) => ({
      table: table.name,
      file: file.path,
      bytes: file.bytes,
      expectations: suites.get(table.name)?.expectations.length ?? 0,
      snapshot: table.snapshot !== null,
    })),
  });
}

/** The transaction. A dry run goes all the way, and is recorded beside it: what it wrote is for the months after it. */
async function publish(open: OpenRun, findings: Findings): Promise<Snapshots> {
  const { job, run, sql, ledger } = open;
  const { record } = findings;
  const isDry = job.mode === "dry_run";
  let snapshots: Snapshots = { inForce: [], fresh: [], lifted: 0, replaced: 0 };
  let isCommitting = false;
  try {
    await transact(sql, async (tx) => {
      await writeExactly(tx);
      snapshots = await whileCancellable(open.signal, open.stopStatement, () => stagesIn(tx, open, findings));
      if (isDry) await fireDeferred(tx);
      else await recordSuccess(tx, run, record);
      // The last thing before the commit: another delivery may have begun to take this one's place.
      await requireAsListed(open, findings);
      isCommitting = !isDry;
    });
  } catch (thrown) {
    if (!isCommitting) throw thrown;
    await requireCommitted(ledger, run, thrown);
  }
  if (isDry) {
    await recordRolledBack(ledger, run, record, null);
    await countAsPublished(sql, run, publishingMode(job));
  }
  return snapshots;
}

async function stagesIn(tx: Transaction, open: OpenRun, { record, faults, progress }: Findings): Promise<Snapshots> {
  const { job, incoming, suites, stream, signal } = open;
  const { run, rowsBefore, holding, standing, parents } = open;
  const goesOn = job.mode === "dry_run" && open.left.length > 0;
  const given = { run, rowsBefore, holding, standing, parents, goesOn, warnings: record.warnings };
  const context: StageContext = { ...job, ...given, tx, emit: stream.emit, faults, signal };
  const stage = <Result>(name: Stage, work: () => Promise<Result>) => {
    progress.stage = name;
    return inStage(context, name, work);
  };
  const staged = await stage("ingest", () => ingest(context, incoming));
  record.files = staged.map((table) => table.record);
  const { counts, publishing } = await stage("upsert", () => upsert(context, staged));
  record.tables = counts;
  await stage("validate", () => validate(context, suites, record.verdicts));
  const { failed } = countVerdicts(record.verdicts);
  if (failed > 0) {
    await findUnexpected(context, incoming, suites, record.verdicts);
    throw expectationsFailed(job, failed, record.verdicts.length, faults);
  }
  const snapshots = await stage("snapshot", async () => {
    const taken = await snapshot(context);
    await requireWritten(context, publishing);
    await warnOfDrift(context, taken.fresh);
    return taken;
  });
  await emptyStage(tx, job.tables);
  return snapshots;
}

/** Two deliveries must not be mixed: every file has to be what it was when the drop was listed. */
async function requireAsListed(
  { incoming, listedAt, listAgain }: OpenRun,
  { record, faults }: Findings,
): Promise<void> {
  const hashes = new Map(record.files.map(({ table, sha256 }) => [table, sha256]));
  const delivered = incoming.map(({ table, file }) => ({ listed: file, sha256: hashes.get(table.name) ?? null }));
  for (const fault of await changedSince(listedAt, delivered, await listAgain())) faults.add(fault);
  faults.throwIfAny();
}

/** A key that was neither live when the plan was made nor is wrong in the drop. */
function takenMeanwhile({ month }: Job): ConsoleError {
  return new ConsoleError("not_as_planned", `A key of ${month} was written or removed while the run went on.`, {
    hint: "Nothing was published. Another session, or a trigger, writes to the live tables: run the month again without it.",
  });
}

function expectationsFailed({ month }: Job, failed: number, all: number, faults: DropFaults): ConsoleError {
  return new ConsoleError("expectation_failed", `${month} was rejected: ${failed} of ${all} expectations failed.`, {
    hint: "Nothing was published. `show` with the run's number lists the values; mend the drop, then run the month again.",
    faults: faults.listed,
    faultCount: faults.count,
  });
}

/** What went wrong, in the operator's words. Key faults are looked up line by line, now that nothing is open. */
async function explain(open: OpenRun, thrown: unknown, faults: DropFaults): Promise<ConsoleError> {
  const { job, sql, signal, incoming } = open;
  if (thrown instanceof ConsoleError && thrown.code === "outcome_unknown") return thrown;
  if (signal.aborted && signal.reason instanceof ConsoleError) return signal.reason;
  if (thrown instanceof ConsoleError && thrown.code !== "drop_rejected") return thrown;
  // What became of a file meanwhile says nothing of what was read.
  if (faults.listed.some(({ code }) => code === "file_changed")) return faults.rejection();
  if (thrown instanceof ConsoleError || thrown instanceof KeyFault || isKeyViolation(thrown)) {
    await findKeyFaults(sql, { ...job, parents: open.parents }, incoming, faults);
    if (faults.count > 0) return faults.rejection();
    if (isKeyViolation(thrown)) return takenMeanwhile(job);
  }
  return translate(thrown);
}
