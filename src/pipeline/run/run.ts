import { ConsoleError } from "../../core/errors.ts";
import { findKeyFaults, isKeyViolation, KeyFault } from "../drop/key-faults.ts";
import { knownBefore } from "../drop/known-before.ts";
import { parentsFor } from "../drop/past.ts";
import { explained } from "../session/explained.ts";
import { warn } from "../stages/context.ts";
import { leaveStage, type MonthRun, publish } from "./publish.ts";
import { countVerdicts, recordFailure } from "./record.ts";

/**
 * One month's run: the four stages and the ledger in one transaction. Says `run.started` first and `run.finished` or
 * `run.failed` last; returns the error that stopped it, or null.
 */
export async function runMonth(open: MonthRun): Promise<ConsoleError | null> {
  const error = await runToLastWord(open);
  await leaveStage(open);
  return error;
}

async function runToLastWord(open: MonthRun): Promise<ConsoleError | null> {
  const { mode, record, emit } = open;
  const head = { month: open.month, as_of: open.asOf, mode };
  const start = performance.now();
  emit({
    event: "run.started",
    ...head,
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
  const { session, run, record, stage, month, left } = open;
  const { code, title, hint, faults, faultCount: fault_count } = error;
  const reject_file = open.faults.close();
  const fault_groups = fault_count > 0 ? open.faults.groups : [];
  await recordFailure(session.sql, run, record, error, {
    stage,
    code,
    title,
    hint,
    fault_count,
    fault_groups,
    reject_file,
  });
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
  return error;
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}

/** What went wrong, in the operator's words. Key faults are looked up line by line, now that nothing is open. */
async function explain(open: MonthRun, thrown: unknown): Promise<ConsoleError> {
  const { session, sql, signal, month, incoming, faults } = open;
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
  return explained(thrown, session);
}
