import { ConsoleError, metLater } from "../../core/errors.ts";
import type { Stage, Warning } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { isRejecting } from "../../core/messages/verdicts.ts";
import { changedSince } from "../../csv/drop/changes.ts";
import { transact } from "../../postgres/connection/attempt.ts";
import type { Queryable, Sql, Transaction } from "../../postgres/connection/connect.ts";
import { isLost } from "../../postgres/connection/errors.ts";
import { cancelBackend } from "../../postgres/connection/lock.ts";
import { settleLong, settleWriting } from "../../postgres/connection/settings.ts";
import { countAsPublished } from "../../postgres/ledger/records.ts";
import { fireDeferred, keepOthersOut, tablesWithHooks, thisMoment } from "../../postgres/live/other-writers.ts";
import { emptyStage } from "../../postgres/live/stage.ts";
import { filesOf, incomingOf, type MonthOnDisk } from "../drop/months.ts";
import { collectProfiles, profileSoon } from "../profiles/staged.ts";
import { keepUndivided } from "../session/cluster.ts";
import type { Session } from "../session/session.ts";
import type { Silence } from "../session/silence.ts";
import { stopIfCancelled, tooLate, whileCancellable } from "../stages/cancel.ts";
import {
  type EventStream,
  isEmptiedBefore,
  publishingMode,
  type StageContext,
  type Staged,
  type StagedDrop,
} from "../stages/context.ts";
import { type Ingesting, ingest } from "../stages/ingest.ts";
import { prepareSnapshot, tellingReady } from "../stages/prepared.ts";
import { type Ahead, readAhead } from "../stages/read-ahead.ts";
import { type Snapshots, snapshot } from "../stages/snapshot.ts";
import { Tasks } from "../stages/tasks.ts";
import { planSoon, upsert } from "../stages/upsert.ts";
import { validate } from "../stages/validate.ts";
import { isAlone, requireOwn, requireStageUnaltered, requireUnaltered, requireWritten } from "../stages/written.ts";
import { recordRun, requireCommitted } from "./record.ts";
import { rejectionOf } from "./rejection.ts";
import type { Retries } from "./retry.ts";

/** What all runs of one request share. */
export interface Series extends EventStream {
  session: Session;
  request: RunRequest;
  /**
   * The one connection that holds the lock and does the work; of dry runs, the transaction that is rolled back. The record
   * of each run is kept by the session's own, whatever becomes of this one.
   */
  sql: Queryable;
  /** Where others can help with what nobody sees yet; null where all is one transaction. */
  side: Sql | null;
  ahead: Ahead;
  /** What the first run has to tell of all of them, and takes out. */
  untold: Warning[];
  /** The server's process for `sql`, which holds the lock. */
  pid: number;
  retries: Retries;
  /** Of the nodes of a cluster, and why the run's connection was let go of. */
  silence: Silence;
  during: StageContext["during"];
  signal: AbortSignal;
}

/** A run that is open in the ledger and holds the lock. */
export interface MonthRun extends Series, Omit<StageContext, "tx" | "tasks" | "prepared"> {
  drop: MonthOnDisk;
  /** Months that are to follow, and are not run should this one fail. */
  left: MonthOnDisk[];
  /** The one it is in; null before the first. */
  stage: Stage | null;
  /** Resolves once the staging tables are there to be filled. */
  staging: Promise<void>;
}

/** What a run came to, and the seconds that it took by the ledger's stamps; null where those do not tell. */
type Published = Snapshots & { seconds: number | null };

/** The transaction. A dry run goes all the way, and is recorded beside it: what it wrote is for the months after it. */
export async function publish(open: MonthRun): Promise<Published> {
  const { run, mode, session, sql, pid, record, signal } = open;
  const isDry = mode === "dry_run";
  const tasks = new Tasks(open.side);
  const stopStatements = [() => cancelBackend(session.sql, pid), () => tasks.cancelStatement(session.sql)];
  const prepared = { plans: new Map(), made: new Map(), stands: new Map(), profiles: new Map() };
  const context = { ...open, tasks, prepared, emit: tellingReady({ ...open, prepared }) };
  let snapshots: Snapshots = { inForce: [], lifted: 0, replaced: 0 };
  let seconds: number | null = null;
  let isCommitting = false;
  try {
    // Who helps has to see what is staged.
    const seen = open.side && (await whileCancellable(signal, stopStatements, () => stageFiles(open, context, null)));
    await transact(sql, async (tx) => {
      requireProcess(await settleLong(tx), pid);
      snapshots = await whileCancellable(signal, stopStatements, async () => {
        const staged = seen ?? (await stageFiles(open, context, tx));
        const taken = await runStages(open, { ...context, tx }, staged);
        if (!isDry) await keepUndivided(tx, session, signal);
        return taken;
      });
      tooLate.add(signal);
      if (isDry) await fireDeferred(tx);
      else seconds = await recordRun(tx, run, record, "published");
      // The last thing before the commit: another delivery may have begun to take this one's place.
      await requireAsListed(open);
      isCommitting = !isDry;
    });
  } catch (thrown) {
    // Once it is rolled back the run's own connection is free; there may be no other.
    await tasks.stop(isLost(thrown) ? session.sql : sql);
    if (!isCommitting) throw thrown;
    await requireCommitted(session.sql, run, thrown, open.silence.reason);
  }
  if (isDry) {
    seconds = await session.sql.begin((tx) => recordRun(tx, run, record, "dry_run"));
    await countAsPublished(sql, run, publishingMode(open));
  }
  return { ...snapshots, seconds };
}

/** Stage the drop: in the run's transaction, or before it, each file in one of its own. What can be done of it is begun. */
function stageFiles(
  open: MonthRun,
  context: Omit<StageContext, "tx"> & Pick<MonthRun, "ahead">,
  tx: Transaction | null,
): Promise<StagedDrop> {
  const { sql, tables, record } = open;
  const within: Ingesting["within"] = async (work) => {
    if (tx !== null) return work(tx, null);
    let result: { value: Awaited<ReturnType<typeof work>> } | undefined;
    await transact(sql, async (own) => {
      // Asked before the first COPY, and not waited for.
      result = { value: await work(own, metLater(settleWriting(own))) };
    });
    if (result === undefined) throw new Error("a transaction had no work");
    return result.value;
  };
  return inStage(open, "ingest", async () => {
    const [since] = await Promise.all([thisMoment(tx ?? sql), isEmptiedBefore(open) || emptyStage(tx ?? sql, tables)]);
    const onStaged = (table: Staged) => {
      planSoon(context, table);
      profileSoon(context, table);
      prepareSnapshot(context, table);
    };
    const staged = await ingest({ ...context, within, onStaged });
    record.files = staged.map((table) => table.record);
    readNext(open);
    return { since, tables: staged };
  });
}

/** The month that follows, unless its files were published already and may have nothing to do. */
function readNext({ ahead, left: [next], dataset, tables, request, past }: MonthRun): void {
  if (next === undefined) return;
  const isPublished = past.publications.some(({ month }) => month === next.month);
  if (isPublished && !request.force && !request.restamp) return;
  void readAhead(ahead, dataset, next.month, incomingOf(tables, next, null));
}

async function runStages(open: MonthRun, context: StageContext, staged: StagedDrop): Promise<Snapshots> {
  const { record } = open;
  const filled = staged.tables.flatMap(({ table, rows, writer }) =>
    writer === null ? [] : [{ schema: table.stage, name: table.name, rows, writer }],
  );
  await keepOthersOut(context.tx, filled, "writing");
  await requireStageUnaltered(context);
  const upserted = await inStage(open, "upsert", () => upsert(context, staged));
  record.tables = upserted.counts;
  await inStage(open, "validate", () => validate(context));
  if (record.verdicts.some(isRejecting)) {
    // Not the drop's fault where others wrote to what was staged of it.
    await requireOwn(context, filled);
    await collectProfiles(context, staged);
    throw await rejectionOf(open.month, context);
  }
  const snapshots = await inStage(open, "snapshot", async () => {
    const hasHooks = (await tablesWithHooks(context.tx, open.tables)).length > 0;
    // While the snapshots are still being made beside.
    if (hasHooks || !(await isAlone(context, staged))) {
      await requireOwn(context, filled);
      if (!hasHooks) await requireWritten(context, upserted, hasHooks);
    }
    const taken = await snapshot(context, staged);
    if (hasHooks) await requireWritten(context, upserted, hasHooks);
    await collectProfiles(context, staged);
    await requireUnaltered(context);
    return taken;
  });
  if (open.side === null) await emptyStage(context.tx, open.tables);
  return snapshots;
}

/** The lock is held by this process of the server alone; whatever has taken its place holds none. */
export function requireProcess(own: number, pid: number): void {
  if (own === pid) return;
  throw new ConsoleError("database_lost", "The connection that held the dataset's lock was lost.", {
    hint: "Nothing was published. Run the command again.",
  });
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
