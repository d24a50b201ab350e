import { ConsoleError } from "../../core/errors.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import type { MonthName } from "../../core/month.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import type { Queryable, Sql } from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { backendPid, cancelBackend } from "../../postgres/connection/lock.ts";
import { closeRun, openRun } from "../../postgres/ledger/records.ts";
import { prepareStage } from "../../postgres/live/stage.ts";
import { dropsOnDisk, filesOf, incomingOf, type MonthOnDisk } from "../drop/months.ts";
import { type Past, parentsFor, readPast } from "../drop/past.ts";
import { publicationBefore, rowsOf } from "../drop/row-counts.ts";
import { selectMonths } from "../drop/selection.ts";
import type { Session } from "../session/session.ts";
import { readSuites } from "../session/suites.ts";
import { whoami } from "../session/whoami.ts";
import { openWriter } from "../session/writer.ts";
import { type EventStream, eventStream, jobFor } from "./context.ts";
import { outOfOrder, stampOutOfOrder } from "./refusals.ts";
import { type OpenRun, runMonth } from "./run.ts";
import { isPublishedAlready, sayUnchanged } from "./unchanged.ts";

/** What all runs of one request share. */
interface Series {
  session: Session;
  request: RunRequest;
  /** The one connection that holds the lock and does the work; of dry runs, the transaction that is rolled back. */
  sql: Queryable;
  /** Where the record of each run is kept. */
  ledger: Sql;
  /** The server's process for `sql`, which holds the lock. */
  pid: number;
  stream: EventStream;
  signal: AbortSignal;
}

/**
 * Run the months a request names, oldest first, and stop at the first that fails. Every outcome is told as events;
 * returns the exit code.
 */
export async function runMonths(
  opened: Promise<Session>,
  request: RunRequest,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  const stream = eventStream(onEvent);
  try {
    const session = await opened;
    const writer = openWriter(session);
    try {
      const months = await monthsFor(session, request);
      if (months.length === 0) return 0;
      return await runAll({ session, request, stream, signal }, await writer.lock(), months);
    } finally {
      await writer.close();
    }
  } catch (thrown) {
    const error = thrown instanceof ConsoleError ? thrown : translate(thrown);
    const { code, title, hint, exitCode } = error;
    // It is no word on the month before.
    stream.setRun(null);
    stream.emit({ event: "run.failed", stage: null, code, title, hint });
    return exitCode;
  }
}

async function monthsFor(session: Session, request: RunRequest): Promise<MonthOnDisk[]> {
  const [onDisk, past] = await Promise.all([dropsOnDisk(session), readPast(session.sql, session)]);
  return selectMonths(session, request, onDisk, past);
}

/** Dry runs are one transaction over all of them, so that each finds what the months before it would leave. */
async function runAll(
  given: Omit<Series, "sql" | "ledger" | "pid">,
  writer: Sql,
  months: readonly MonthOnDisk[],
): Promise<number> {
  const { session, request } = given;
  // One statement behind the other, without waiting for each.
  const [pid] = await Promise.all([backendPid(writer), prepareStage(writer, session.tables)]);
  if (!request.dry_run) return runEach({ ...given, sql: writer, ledger: writer, pid }, months);
  return rolledBack(writer, (tx) => runEach({ ...given, sql: tx, ledger: session.sql, pid }, months));
}

async function runEach(series: Series, months: readonly MonthOnDisk[]): Promise<number> {
  const { session, sql, pid } = series;
  for (const [index, month] of months.entries()) {
    const past = await readPast(sql, session);
    const left = months.slice(index + 1).map((one) => one.month);
    const error = await runOne(series, { month, left }, past, () => cancelBackend(session.sql, pid));
    if (error !== null) return error.exitCode;
  }
  return 0;
}

async function runOne(
  series: Series,
  { month: drop, left }: { month: MonthOnDisk; left: MonthName[] },
  past: Past,
  stopStatement: OpenRun["stopStatement"],
): Promise<ConsoleError | null> {
  const { session, request, sql, ledger, pid, stream, signal } = series;
  const { dataset, tables, settings } = session;
  const job = jobFor(session, request, drop.month);
  // A restamp is asked for because of the snapshots, whatever the files say.
  if (!request.force && !request.restamp) {
    const already = await isPublishedAlready(sql, job, drop, past);
    if (already !== null) {
      sayUnchanged(stream, job, drop, already, past);
      return null;
    }
  }
  const suites = await readSuites(session);
  const run = await openRun(ledger, {
    dataset: dataset.name,
    month: job.month,
    as_of: job.asOf,
    mode: job.mode,
    backend_pid: pid,
    ...whoami(),
  });
  stream.setRun(run);
  const refusal = outOfOrder(job, past) ?? stampOutOfOrder(job, past);
  if (refusal !== null) return refuse(series, run, { month: job.month, left }, refusal);
  const before = publicationBefore(job.month, past.publications);
  const open: OpenRun = {
    run,
    job,
    left,
    sql,
    ledger,
    suites,
    stream,
    signal,
    stopStatement,
    home: settings.home,
    holding: past.holding,
    standing: [...new Set(past.stamps.map(({ as_of }) => as_of))].reverse(),
    parents: parentsFor(job.month, job.backfill, past, dataset.first_month),
    rowsBefore: rowsOf(before),
    incoming: incomingOf(tables, drop, before),
    listedAt: drop.listedAt,
    listAgain: () => filesOf(session, drop.month),
  };
  return runMonth(open);
}

async function refuse(
  { ledger, stream }: Series,
  run: number,
  { month, left }: { month: MonthName; left: MonthName[] },
  error: ConsoleError,
): Promise<ConsoleError> {
  const { code, title, hint } = error;
  await closeRun(ledger, run, "refused", [], {
    stage: null,
    code,
    title,
    hint,
    fault_count: 0,
    fault_groups: [],
    reject_file: null,
  });
  stream.emit({ event: "run.failed", month, ...(left.length > 0 && { left }), stage: null, code, title, hint });
  return error;
}
