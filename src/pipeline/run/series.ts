import type { ConsoleError } from "../../core/errors.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { hasDistributed } from "../../postgres/catalog/introspect.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { backendPid } from "../../postgres/connection/lock.ts";
import { openRun } from "../../postgres/ledger/records.ts";
import { prepareStage } from "../../postgres/live/stage.ts";
import { DropFaults, rejectPath } from "../drop/faults.ts";
import { dropsOnDisk, incomingOf, type MonthOnDisk, selectMonths } from "../drop/months.ts";
import { readPast } from "../drop/past.ts";
import { publicationBefore } from "../drop/row-counts.ts";
import type { Session } from "../session/session.ts";
import { readSuites } from "../session/suites.ts";
import { whoami } from "../session/whoami.ts";
import { openWriter } from "../session/writer.ts";
import { emptyRecord, eventStream, type Job, publishingMode } from "../stages/context.ts";
import { outOfOrder, stampOutOfOrder } from "../stages/refusals.ts";
import { fail, type MonthRun, runMonth, type Series } from "./run.ts";
import { isUnchanged } from "./unchanged.ts";

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
    await using writer = openWriter(session);
    const [onDisk, past] = await Promise.all([dropsOnDisk(session), readPast(session.sql, session)]);
    const months = selectMonths(session, request, onDisk, past);
    if (months.length === 0) return 0;
    const sql = await writer.lock();
    // One statement behind the other, without waiting for each.
    const [pid, isDistributed] = await Promise.all([
      backendPid(sql),
      hasDistributed(sql),
      prepareStage(sql, session.tables),
    ]);
    const series = { ...stream, session, request, pid, signal };
    const side = isDistributed ? null : session.sql;
    if (!request.dry_run) return await runEach({ ...series, sql, side, ledger: sql }, months);
    // One transaction over all of them, so that each finds what the months before it would leave.
    return await rolledBack(sql, (tx) => runEach({ ...series, sql: tx, side: null, ledger: session.sql }, months));
  } catch (thrown) {
    const { code, title, hint, exitCode } = translate(thrown);
    // It is no word on the month before.
    stream.setRun(null);
    stream.emit({ event: "run.failed", stage: null, code, title, hint });
    return exitCode;
  }
}

async function runEach(series: Series, months: readonly MonthOnDisk[]): Promise<number> {
  for (const [index, drop] of months.entries()) {
    const left = months.slice(index + 1).map(({ month }) => month);
    const error = await beginMonth(series, drop, left);
    if (error !== null) return error.exitCode;
  }
  return 0;
}

async function beginMonth(series: Series, drop: MonthOnDisk, left: MonthName[]): Promise<ConsoleError | null> {
  const { session, request, sql, ledger, pid } = series;
  const { dataset } = session;
  const past = await readPast(sql, session);
  const job = jobFor(session, request, drop.month);
  // A restamp is asked for because of the snapshots, whatever the files say.
  if (!request.force && !request.restamp && (await isUnchanged(series, job, drop, past))) return null;
  const suites = await readSuites(session);
  const { month, asOf: as_of, mode } = job;
  const run = await openRun(ledger, { dataset: dataset.name, month, as_of, mode, backend_pid: pid, ...whoami() });
  series.setRun(run);
  const before = publicationBefore(month, past.publications);
  const rejects = rejectPath(session.settings.home, ledger, dataset.name, `${month}-${run}`);
  const open: MonthRun = {
    ...series,
    ...job,
    ...{ run, drop, left, suites, past, before },
    incoming: incomingOf(job.tables, drop, before),
    goesOn: mode === "dry_run" && left.length > 0,
    record: emptyRecord(),
    faults: new DropFaults(month, rejects),
    stage: null,
  };
  const refusal = outOfOrder(job, past) ?? stampOutOfOrder(job, past);
  return refusal === null ? runMonth(open) : fail(open, refusal);
}

/** What running this month means, given the request's flags. */
function jobFor({ dataset, tables }: Session, request: RunRequest, month: MonthName): Job {
  const { restamp, backfill } = request;
  const asOf = request.as_of ?? asOfOf(monthIndex(month) ?? 0, dataset.first_month);
  const mode = request.dry_run ? "dry_run" : publishingMode(request);
  return { dataset, tables, month, asOf, mode, restamp, backfill };
}
