import { type ConsoleError, metLater } from "../../core/errors.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { hasDistributed } from "../../postgres/catalog/introspect.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import { protectionOf } from "../../postgres/connection/connect.ts";
import { backendPid } from "../../postgres/connection/lock.ts";
import { prepareStage } from "../../postgres/live/stage.ts";
import { exposure } from "../../postgres/target/protection.ts";
import { dropsOnDisk, type MonthOnDisk, selectMonths } from "../drop/months.ts";
import { type Past, readPast } from "../drop/past.ts";
import { explained } from "../session/explained.ts";
import { exchanged, type Reached } from "../session/reach.ts";
import type { Session } from "../session/session.ts";
import { openWriter } from "../session/writer.ts";
import { eventStream, type Job, publishingMode } from "../stages/context.ts";
import type { MonthRun, Series } from "./publish.ts";
import { isUnchanged } from "./unchanged.ts";

/** A session that is being opened, and before that the database is reached. */
interface Opening {
  reached: Promise<Reached>;
  opened: Promise<Session>;
}

/**
 * Run the months a request names, oldest first, and stop at the first that fails. Every outcome is told as events;
 * returns the exit code.
 */
export async function runMonths(
  { reached, opened }: Opening,
  request: RunRequest,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  const stream = eventStream(onEvent);
  try {
    await using writer = openWriter(await reached);
    const session = await opened;
    const [onDisk, sql] = await Promise.all([dropsOnDisk(session), writer.lock(session, signal)]);
    // One statement behind the other, without waiting for each.
    const [pid, isDistributed, past] = await Promise.all([
      backendPid(sql),
      hasDistributed(sql),
      readPast(sql, session),
    ]);
    const months = selectMonths(session, request, onDisk, past);
    const exposed = exposure(protectionOf(sql));
    const untold = exposed === null ? [] : [exposed];
    const series = { ...stream, session, request, pid, signal, untold, ahead: { sound: [], end: async () => {} } };
    const side = isDistributed ? null : session.sql;
    if (!request.dry_run) return await runEach({ ...series, sql, side }, months, past);
    // One transaction over all of them, so that each finds what the months before it would leave.
    return await rolledBack(sql, (tx) => runEach({ ...series, sql: tx, side: null }, months, past));
  } catch (thrown) {
    const at = await reached.catch(() => null);
    const { code, title, hint, exitCode } = await explained(thrown, at);
    // It is no word on the month before.
    stream.setRun(null);
    stream.emit({ event: "run.failed", stage: null, code, title, hint });
    return exitCode;
  }
}

/** `before` is what there was before the first of them. */
async function runEach(series: Series, months: readonly MonthOnDisk[], before: Past): Promise<number> {
  try {
    return await runInTurn(series, months, before);
  } finally {
    await series.ahead.end();
  }
}

async function runInTurn(series: Series, months: readonly MonthOnDisk[], before: Past): Promise<number> {
  for (const [index, drop] of months.entries()) {
    const left = months.slice(index + 1);
    await series.ahead.end();
    const past = index === 0 ? before : await readPast(series.sql, series.session);
    const error = await beginMonth(series, { drop, left }, past);
    if (error !== null) return error.exitCode;
  }
  return 0;
}

async function beginMonth(
  series: Series,
  { drop, left }: Pick<MonthRun, "drop" | "left">,
  past: Past,
): Promise<ConsoleError | null> {
  const { session, request, sql } = series;
  const job = jobFor(session, request, drop.month);
  // A restamp is asked for because of the snapshots, whatever the files say.
  if (!request.force && !request.restamp && (await isUnchanged(series, job, drop, past))) return null;
  // Nothing is heard of the server while code is being loaded, so it is told before what to do meanwhile.
  const staging = metLater(prepareStage(sql, session.tables));
  const { runJob } = await loadRun();
  return runJob(series, job, { drop, left, past, staging });
}

/** What a run needs more than one that has nothing to do, in pieces between which the server is heard. */
async function loadRun(): Promise<typeof import("./run-job.ts")> {
  for (const load of [() => import("../stages/ingest.ts"), () => import("../session/suites.ts")]) {
    await exchanged();
    await load();
  }
  await exchanged();
  return import("./run-job.ts");
}

/** What running this month means, given the request's flags. */
function jobFor({ dataset, tables }: Session, request: RunRequest, month: MonthName): Job {
  const { restamp, backfill } = request;
  const asOf = request.as_of ?? asOfOf(monthIndex(month) ?? 0, dataset.first_month);
  const mode = request.dry_run ? "dry_run" : publishingMode(request);
  return { dataset, tables, month, asOf, mode, restamp, backfill };
}
