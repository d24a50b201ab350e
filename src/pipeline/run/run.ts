import type { ConsoleError } from "../../core/errors.ts";
import { countVerdicts } from "../../core/messages/verdicts.ts";
import { runStatus } from "../../postgres/ledger/queries.ts";
import { emptyStage } from "../../postgres/live/stage.ts";
import { knownBefore } from "../drop/known-before.ts";
import type { Session } from "../session/session.ts";
import { isEmptiedBefore, warn } from "../stages/context.ts";
import { leaveStage } from "./leave-stage.ts";
import { type MonthRun, publish } from "./publish.ts";
import { recordFailure } from "./record.ts";
import { retried, type Stopped } from "./retry.ts";
import { whyFailed } from "./why-failed.ts";

/**
 * One month's run: the four stages and the ledger in one transaction. Says `run.started` first and its last word last;
 * returns what stopped it, or null.
 */
export async function runMonth(open: MonthRun): Promise<Stopped | null> {
  const stopped = await runToLastWord(open);
  await leaveStage(open, stopped === null || stopped.again === null);
  return stopped;
}

async function runToLastWord(open: MonthRun): Promise<Stopped | null> {
  const { mode, record, emit } = open;
  const head = { month: open.month, as_of: open.asOf, mode };
  const start = performance.now();
  emit({
    event: "run.started",
    ...head,
    logs_all: open.tables.some(({ live }) => live.logsAll),
    tables: open.incoming.map((one) => ({
      table: one.table.name,
      file: one.file.path,
      bytes: one.file.bytes,
      expectations: open.suites.get(one.table.name)?.expectations.length ?? 0,
      snapshot: one.table.snapshot !== null,
      ...knownBefore(open, one),
    })),
  });
  for (const warning of open.untold.splice(0)) warn(open, warning);
  open.stage = "ingest";
  try {
    await open.staging;
    if (isEmptiedBefore(open)) await emptyStage(open.sql, open.tables);
    const { inForce, lifted, replaced, seconds } = await publish(open);
    emit({
      event: "run.finished",
      status: mode === "dry_run" ? "dry_run" : "published",
      ...head,
      // Where the clock was set back meanwhile, ours.
      seconds: seconds ?? secondsSince(start),
      tables: record.tables,
      expectations: countVerdicts(record.verdicts),
      snapshots: inForce,
      ...(open.restamp && { lifted, replaced }),
    });
    return null;
  } catch (thrown) {
    return fail(open, await whyFailed(open, thrown));
  }
}

/** The last word of a run that publishes nothing, in the ledger and to those who listen. */
export async function fail(open: MonthRun, error: ConsoleError): Promise<Stopped> {
  const { session, run, record, stage, month, left, signal } = open;
  const stopped = await open.retries.after(error);
  const { again } = stopped;
  const { code, title, faults, faultCount: fault_count } = error;
  const reject_file = open.faults.close();
  const fault_groups = fault_count > 0 ? open.faults.groups : [];
  const failure = { stage, code, title, hint: again?.recorded ?? error.hint, fault_count, fault_groups, reject_file };
  const recordIn = (at: Session) => recordFailure(at, run, record, error, failure);
  const hindrance = await recordIn(session);
  if (again !== null) {
    // The ledger waits for a server that is gone: no further try is told to whoever cancelled meanwhile.
    if (!signal.aborted) open.emit(retried(error, again, { month, stage }));
    const recordLate = async (at: Session) => {
      if ((await runStatus(at.sql, run)) === "crashed") await recordIn(at);
    };
    return { ...stopped, recordLate };
  }
  const hint = hindrance === null ? error.hint : `${error.hint} ${hindrance}`;
  open.emit({
    event: "run.failed",
    month,
    ...(left.length > 0 && { left: left.map(({ month }) => month) }),
    stage,
    code,
    title,
    hint,
    ...(fault_count > 0 && { faults, fault_count, fault_groups }),
    ...(reject_file !== null && { reject_file }),
  });
  return stopped;
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
