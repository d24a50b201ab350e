import { ConsoleError } from "../../core/errors.ts";
import type { Stage } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import type { MonthName } from "../../core/month.ts";
import { changedSince } from "../../csv/drop.ts";
import { transact } from "../../postgres/connection/attempt.ts";
import {
  giveRoom,
  type Queryable,
  type Sql,
  type Transaction,
  writeExactly,
} from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { cancelBackend } from "../../postgres/connection/lock.ts";
import { countAsPublished } from "../../postgres/ledger/records.ts";
import { fireDeferred } from "../../postgres/live/other-writers.ts";
import { emptyStage, truncateStage } from "../../postgres/live/stage.ts";
import { findKeyFaults, isKeyViolation, KeyFault } from "../drop/key-faults.ts";
import { filesOf, type MonthOnDisk } from "../drop/months.ts";
import { parentsFor } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { stopIfCancelled, tooLate, whileCancellable } from "../stages/cancel.ts";
import { type EventStream, publishingMode, type StageContext, type Staged } from "../stages/context.ts";
import { type Ingesting, ingest } from "../stages/ingest.ts";
import { prepareSnapshot } from "../stages/prepared.ts";
import { type Snapshots, snapshot } from "../stages/snapshot.ts";
import { Tasks } from "../stages/tasks.ts";
import { findUnexpected } from "../stages/unexpected-faults.ts";
import { upsert } from "../stages/upsert.ts";
import { validate } from "../stages/validate.ts";
import { requireWritten } from "../stages/written.ts";
import { countVerdicts, recordFailure, recordRun, requireCommitted } from "./record.ts";

/** What all runs of one request share. */
export interface Series extends EventStream {
  session: Session;
  request: RunRequest;
  /** The one connection that holds the lock and does the work; of dry runs, the transaction that is rolled back. */
  sql: Queryable;
  /** Where the record of each run is kept, whatever becomes of the work. */
  ledger: Sql;
  /** Where others can help with what nobody sees yet; null where all is one transaction. */
  side: Sql | null;
  /** The server's process for `sql`, which holds the lock. */
  pid: number;
  signal: AbortSignal;
}

/** A run that is open in the ledger and holds the lock. */
export interface MonthRun extends Series, Omit<StageContext, "tx" | "tasks" | "prepared"> {
  drop: MonthOnDisk;
  /** Months that are to follow, and are not run should this one fail. */
  left: MonthName[];
  /** The one it is in; null before the first. */
  stage: Stage | null;
}

/**
 * One month's run: the four stages and the ledger in one transaction. Says `run.started` first and `run.finished` or
 * `run.failed` last; returns the error that stopped it, or null.
 */
export async function runMonth(open: MonthRun): Promise<ConsoleError | null> {
  const { mode, record, emit } = open;
  const head = { month: open.month, as_of: open.asOf, mode };
  const start = performance.now();
  emit({
    event: "run.started",
    ...head,
    tables: open.incoming.map(({ table, file }) => ({
      table: table.name,
      file: file.path,
      bytes: file.bytes,
      expectations: open.suites.get(table.name)?.expectations.length ?? 0,
      snapshot: table.snapshot !== null,
    })),
  });
  try {
    const { inForce, lifted, replaced } = await publish(open);
    emit({
      event: "run.finished",
      status: mode === "dry_run" ? "dry_run" : "published",
      ...head,
      seconds: secondsSince(start),
      tables: record.tables,
      expectations: countVerdicts(record.verdicts),
      snapshots: inForce,
      ...(open.restamp && { lifted, replaced }),
    });
    return null;
  } catch (thrown) {
    return fail(open, await explain(open, thrown));
  }
}

/** The last word of a run that publishes nothing, in the ledger and to those who listen. Returns the error. */
export async function fail(open: MonthRun, error: ConsoleError): Promise<ConsoleError> {
  const { ledger, run, record, stage, month, left } = open;
  const { code, title, hint, faults, faultCount: fault_count } = error;
  const reject_file = open.faults.close();
  const fault_groups = fault_count > 0 ? open.faults.groups : [];
  await recordFailure(ledger, run, record, error, { stage, code, title, hint, fault_count, fault_groups, reject_file });
  open.emit({
    event: "run.failed",
    month,
    ...(left.length > 0 && { left }),
    stage,
    code,
    title,
    hint,
    ...(fault_count > 0 && { faults, fault_count, fault_groups }),
    ...(reject_file !== null && { reject_file }),
  });
  return error;
}

/** The transaction. A dry run goes all the way, and is recorded beside it: what it wrote is for the months after it. */
async function publish(open: MonthRun): Promise<Snapshots> {
  const { run, mode, session, sql, pid, ledger, record, signal } = open;
  const isDry = mode === "dry_run";
  const tasks = new Tasks(open.side);
  const stopStatements = async () => {
    await Promise.all([cancelBackend(session.sql, pid), tasks.cancelStatement(session.sql)]);
  };
  const context = { ...open, tasks, prepared: { made: new Map(), stands: new Map() } };
  let snapshots: Snapshots = { inForce: [], lifted: 0, replaced: 0 };
  let isCommitting = false;
  try {
    // Who helps has to see what is staged.
    const seen = open.side && (await whileCancellable(signal, stopStatements, () => stageFiles(open, context, null)));
    await transact(sql, async (tx) => {
      await Promise.all([writeExactly(tx), giveRoom(tx)]);
      snapshots = await whileCancellable(signal, stopStatements, async () => {
        const staged = seen ?? (await stageFiles(open, context, tx));
        return runStages(open, { ...context, tx }, staged);
      });
      tooLate.add(signal);
      if (isDry) await fireDeferred(tx);
      else await recordRun(tx, run, record, "published");
      // The last thing before the commit: another delivery may have begun to take this one's place.
      await requireAsListed(open);
      isCommitting = !isDry;
    });
  } catch (thrown) {
    await tasks.stop(session.sql);
    if (isCommitting) await requireCommitted(ledger, run, thrown);
    else {
      // Should that fail, the next run does it.
      if (open.side !== null) await emptyStage(ledger, open.tables).catch(() => undefined);
      throw thrown;
    }
  }
  if (isDry) {
    await ledger.begin((tx) => recordRun(tx, run, record, "dry_run"));
    await countAsPublished(sql, run, publishingMode(open));
  }
  return snapshots;
}

/** Stage the drop: in the run's transaction, or before it, each file in one of its own. What the snapshots need is begun. */
function stageFiles(open: MonthRun, context: Omit<StageContext, "tx">, tx: Transaction | null): Promise<Staged[]> {
  const { sql, tables, record } = open;
  const within: Ingesting["within"] = async (work) => {
    if (tx !== null) return work(tx);
    let result: { value: Awaited<ReturnType<typeof work>> } | undefined;
    await transact(sql, async (own) => {
      await writeExactly(own);
      result = { value: await work(own) };
    });
    if (result === undefined) throw new Error("a transaction had no work");
    return result.value;
  };
  return inStage(open, "ingest", async () => {
    await emptyStage(tx ?? sql, tables);
    const staged = await ingest({ ...context, within, onStaged: (table) => prepareSnapshot(context, table) });
    record.files = staged.map((table) => table.record);
    return staged;
  });
}

async function runStages(open: MonthRun, context: StageContext, staged: readonly Staged[]): Promise<Snapshots> {
  const { record } = open;
  const upserted = await inStage(open, "upsert", () => upsert(context, staged));
  record.tables = upserted.counts;
  await inStage(open, "validate", () => validate(context));
  const { failed } = countVerdicts(record.verdicts);
  if (failed > 0) {
    await findUnexpected(context);
    const title = `${open.month} was rejected: ${failed} of ${record.verdicts.length} expectations failed.`;
    throw new ConsoleError("expectation_failed", title, {
      hint: "Nothing was published. `show` with the run's number lists the values; mend the drop, then run the month again.",
      faults: open.faults.listed,
      faultCount: open.faults.count,
    });
  }
  const snapshots = await inStage(open, "snapshot", async () => {
    const taken = await snapshot(context);
    await requireWritten(context, upserted);
    return taken;
  });
  await truncateStage(
    context.tx,
    staged.map(({ table }) => table),
  );
  return snapshots;
}

/** Frame a stage: say when it starts, how long it took, and that it does not start once the run was cancelled. */
export async function inStage<Result>(
  open: Pick<MonthRun, "stage" | "emit" | "signal">,
  stage: Stage,
  work: () => Promise<Result>,
): Promise<Result> {
  open.stage = stage;
  stopIfCancelled(open.signal);
  open.emit({ event: "stage.started", stage });
  const start = performance.now();
  const result = await work();
  stopIfCancelled(open.signal);
  open.emit({ event: "stage.finished", stage, seconds: secondsSince(start) });
  return result;
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}

/** Two deliveries must not be mixed: every file has to be what it was when the drop was listed. */
async function requireAsListed({ session, drop, incoming, record, faults }: MonthRun): Promise<void> {
  const hashes = new Map(record.files.map(({ table, sha256 }) => [table, sha256]));
  const delivered = incoming.map(({ table, file }) => ({ listed: file, sha256: hashes.get(table.name) ?? null }));
  for (const fault of await changedSince(drop.listedAt, delivered, await filesOf(session, drop.month)))
    faults.add(fault);
  faults.throwIfAny();
}

/** What went wrong, in the operator's words. Key faults are looked up line by line, now that nothing is open. */
async function explain(open: MonthRun, thrown: unknown): Promise<ConsoleError> {
  const { sql, signal, month, incoming, faults } = open;
  if (thrown instanceof ConsoleError && thrown.code === "outcome_unknown") return thrown;
  if (signal.aborted && signal.reason instanceof ConsoleError) return signal.reason;
  if (thrown instanceof ConsoleError && thrown.code !== "drop_rejected") return thrown;
  // What became of a file meanwhile says nothing of what was read.
  if (faults.listed.some(({ code }) => code === "file_changed")) return faults.rejection();
  if (thrown instanceof ConsoleError || thrown instanceof KeyFault || isKeyViolation(thrown)) {
    await findKeyFaults(sql, { ...open, parents: parentsFor(month, open.backfill, open.past) }, incoming, faults);
    if (faults.count > 0) return faults.rejection();
  }
  // A key that was neither live when the plan was made nor is wrong in the drop.
  if (isKeyViolation(thrown)) {
    return new ConsoleError("not_as_planned", `A key of ${month} was written or removed while the run went on.`, {
      hint: "Nothing was published. Another session, or a trigger, writes to the live tables: run the month again without it.",
    });
  }
  return translate(thrown);
}
