import { ConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/events.ts";
import type { MonthName } from "../core/month.ts";
import type { RunRequest } from "../core/requests.ts";
import { backendPid, cancelBackend } from "../postgres/backend.ts";
import type { Sql } from "../postgres/connect.ts";
import { translate } from "../postgres/errors.ts";
import { closeRun, openRun } from "../postgres/ledger.ts";
import { type Publication, publications } from "../postgres/ledger-queries.ts";
import { listSeals } from "../postgres/seals.ts";
import { prepareStage } from "../postgres/stage.ts";
import { dropsOnDisk } from "./drops.ts";
import { incomingOf } from "./incoming.ts";
import { type MonthOnDisk, newestLive } from "./months.ts";
import { outOfOrder, stampOutOfOrder } from "./refusals.ts";
import { rowsBeforeStamp } from "./row-counts.ts";
import { type OpenRun, runMonth } from "./run.ts";
import { jobFor, selectMonths } from "./selection.ts";
import type { Session } from "./session.ts";
import { type EventStream, eventStream } from "./stream.ts";
import { readSuites } from "./suites.ts";
import { isPublishedAlready, sayUnchanged } from "./unchanged.ts";
import { whoami } from "./whoami.ts";
import { openWriter } from "./writer.ts";

/** What all runs of one request share. */
interface Series {
  session: Session;
  request: RunRequest;
  /** The one connection that holds the lock and does the work. */
  sql: Sql;
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
      return await runEach({ session, request, sql: await writer.lock(), stream, signal }, months);
    } finally {
      await writer.close();
    }
  } catch (thrown) {
    const error = thrown instanceof ConsoleError ? thrown : translate(thrown);
    const { code, title, hint, exitCode } = error;
    stream.emit({ event: "run.failed", stage: null, code, title, hint });
    return exitCode;
  }
}

async function monthsFor(session: Session, request: RunRequest): Promise<MonthOnDisk[]> {
  const { sql, dataset } = session;
  const [onDisk, published] = await Promise.all([dropsOnDisk(session), publications(sql, dataset.name)]);
  return selectMonths(session, request, onDisk, published);
}

/** A dry run of several months rolls each back before the next. */
const notCounted = {
  title: "The months after this one are counted as if it had not been run, since it was rolled back.",
  hint: "Run it first, then dry-run the next, for the numbers that the next will have.",
};

async function runEach(series: Series, months: readonly MonthOnDisk[]): Promise<number> {
  const { session, sql } = series;
  // One statement behind the other, without waiting for each.
  let [pid, published] = await Promise.all([
    backendPid(sql),
    publications(sql, session.dataset.name),
    prepareStage(sql, session.tables),
  ]);
  for (const [index, month] of months.entries()) {
    if (index > 0) published = await publications(sql, session.dataset.name);
    const error = await runOne(series, month, published, () => cancelBackend(session.sql, pid));
    if (error !== null) return error.exitCode;
    if (series.request.dry_run && index + 1 < months.length) series.stream.emit({ event: "run.warned", ...notCounted });
  }
  return 0;
}

async function runOne(
  series: Series,
  drop: MonthOnDisk,
  published: readonly Publication[],
  stopStatement: OpenRun["stopStatement"],
): Promise<ConsoleError | null> {
  const { session, request, sql, stream, signal } = series;
  const { dataset, tables, settings } = session;
  const job = jobFor(session, request, drop.month);
  // A restamp is asked for because of the snapshots, whatever the files say.
  if (!request.force && !request.restamp) {
    const already = await isPublishedAlready(sql, job, drop, published);
    if (already !== null) {
      await sayUnchanged(sql, stream, job, drop, already);
      return null;
    }
  }
  const suites = await readSuites(session);
  const run = await openRun(sql, {
    dataset: dataset.name,
    month: job.month,
    as_of: job.asOf,
    mode: job.mode,
    ...whoami(),
  });
  stream.setRun(run);
  const refusal = outOfOrder(job, published) ?? stampOutOfOrder(job, await listSeals(sql, dataset.name));
  if (refusal !== null) return refuse(series, run, job.month, refusal);
  const open: OpenRun = {
    run,
    job,
    sql,
    suites,
    stream,
    signal,
    stopStatement,
    home: settings.home,
    rowsBefore: rowsBeforeStamp(job.asOf, published),
    liveFiles: new Set(newestLive(published)?.files.flatMap(({ sha256 }) => sha256 ?? [])),
    incoming: incomingOf(tables, drop),
  };
  return runMonth(open);
}

async function refuse(
  { sql, stream }: Series,
  run: number,
  month: MonthName,
  error: ConsoleError,
): Promise<ConsoleError> {
  const { code, title, hint } = error;
  await closeRun(sql, run, "refused", [], {
    stage: null,
    code,
    title,
    hint,
    fault_count: 0,
    fault_groups: [],
    reject_file: null,
  });
  stream.emit({ event: "run.failed", month, stage: null, code, title, hint });
  return error;
}
