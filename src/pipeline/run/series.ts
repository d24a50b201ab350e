import { ConsoleError, exitCodes, metLater } from "../../core/errors.ts";
import type { RunEvent, Warning } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import { ruledTables } from "../../postgres/catalog/ruled-tables.ts";
import { requireWhole } from "../../postgres/cluster/whole.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import { protectionOf } from "../../postgres/connection/connect.ts";
import { backendPid } from "../../postgres/connection/lock.ts";
import { prepareStage } from "../../postgres/live/stage.ts";
import { unlogged } from "../../postgres/snapshots/unlogged.ts";
import { exposure } from "../../postgres/target/protection.ts";
import { passedOver } from "../drop/lacking.ts";
import { dropsOnDisk, type MonthOnDisk, selectMonths } from "../drop/months.ts";
import { type Past, readPast } from "../drop/past.ts";
import { stampedAhead } from "../drop/stamped-ahead.ts";
import { untaken } from "../drop/untaken.ts";
import { settled, watchNodesOf } from "../session/cluster.ts";
import { exchanged, type Reached } from "../session/reach.ts";
import type { Session } from "../session/session.ts";
import { tidyUp } from "../session/tidy.ts";
import { openWriter } from "../session/writer.ts";
import { unlessCancelled } from "../stages/cancel.ts";
import { type EventStream, eventStream, type Job, publishingMode } from "../stages/context.ts";
import { fromOutside } from "../waits/outside.ts";
import type { MonthRun, Series } from "./publish.ts";
import { pausesMs, Retries, retried, type Stopped } from "./retry.ts";
import { isUnchanged } from "./unchanged.ts";

/** A session that is being opened, and before that the database is reached. */
interface Opening {
  reached: Promise<Reached>;
  opened: Promise<Session>;
}

/** What a request has come to, over all of its tries. */
interface Progress extends EventStream {
  request: RunRequest;
  signal: AbortSignal;
  retries: Retries;
  /** For the first run that begins. */
  untold: Warning[];
  /** What is still to be run; null where that is not chosen yet. */
  left: readonly MonthName[] | null;
  /** What of earlier tries the ledger may not hold yet. */
  unrecorded: NonNullable<Stopped["recordLate"]>[];
  /** Is told what is waited for, once that takes a moment. */
  tell(text: string): void;
  /** Is told of runs that were found dead. */
  found?(crashed: readonly number[]): void;
}

/**
 * Run the months a request names, oldest first, and stop at the first that fails. What failed by something that passes by
 * itself is tried again, with all that was not done yet and on connections that are made anew. Every outcome is told as
 * events; returns the exit code.
 */
export async function runMonths(
  { first, again, tell, found }: { first: Opening; again(): Opening } & Pick<Progress, "tell" | "found">,
  request: RunRequest,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
  pauses = pausesMs,
): Promise<number> {
  const retries = new Retries(pauses, signal);
  const progress: Progress = {
    ...eventStream(onEvent),
    request,
    signal,
    retries,
    untold: [],
    left: null,
    unrecorded: [],
    tell,
    ...(found && { found }),
  };
  for (let opening = first; ; opening = again()) {
    const stopped = await tryMonths(opening, progress).catch((thrown) => stoppedBetween(progress, opening, thrown));
    if (stopped === null) return exitCodes.done;
    if (stopped.again === null) return stopped.error.exitCode;
    if (stopped.recordLate !== undefined) progress.unrecorded.push(stopped.recordLate);
    try {
      await unlessCancelled(signal, Bun.sleep(stopped.again.pauseMs));
    } catch (reason) {
      return (await stoppedBetween(progress, opening, reason)).error.exitCode;
    }
  }
}

/** It failed before a month was begun, or between two. */
async function stoppedBetween(
  { emit, setRun, retries, left }: Progress,
  { reached, opened }: Opening,
  thrown: unknown,
): Promise<Stopped> {
  const { explained } = await import("../session/explained.ts");
  const at = thrown instanceof ConsoleError ? null : await opened.catch(() => reached).catch(() => null);
  const stopped = await retries.after(await explained(thrown, at));
  const { code, title, hint } = stopped.error;
  const [month] = left ?? [];
  const where = { stage: null, ...(month !== undefined && { month }) };
  // It is no word on the month before.
  setRun(null);
  if (stopped.again !== null) emit(retried(stopped.error, stopped.again, where));
  else {
    emit({ event: "run.failed", ...where, code, title, hint });
    // What a try before this one left in the stage was left to this one.
    if (retries.wereMade) await opened.then(tidyUp).catch(() => undefined);
  }
  return stopped;
}

async function tryMonths({ reached, opened }: Opening, progress: Progress): Promise<Stopped | null> {
  const { signal, retries, left } = progress;
  // Before it has the lock: others may publish meanwhile.
  if (progress.request.wait !== undefined) progress.request = await whenThere(opened, progress);
  const { request } = progress;
  const database = await unlessCancelled(signal, reached);
  retries.reached();
  await using writer = openWriter(database);
  const session = await unlessCancelled(signal, opened);
  const locked = Promise.all([dropsOnDisk(session), writer.lock(session, signal)]);
  const [onDisk, sql] = await unlessCancelled(signal, locked);
  progress.found?.(writer.crashed);
  // Those of another dataset have been refused by then.
  requireWhole(session.tables);
  for (const record of progress.unrecorded.splice(0)) await record(session);
  // One statement behind the other, without waiting for each.
  await unlessCancelled(signal, settled(session, progress));
  const letGo = () => void sql.end({ timeout: 0 });
  await using silence = await watchNodesOf(session, { tell: progress.tell, letGo });
  await using outside = fromOutside(session.url);
  const emit: Progress["emit"] = (body) => {
    silence.heard();
    progress.emit(body);
  };
  const [pid, past, atRisk] = await Promise.all([
    backendPid(sql),
    readPast(sql, session),
    unlogged(sql, session.tables),
  ]);
  const asked = left === null ? request : { ...request, selection: { months: [...left] } };
  const months = selectMonths(session, asked, onDisk, past);
  progress.left = months.map(({ month }) => month);
  const { setRun, untold } = progress;
  // Once a request: of another try it is no news.
  if (left === null) {
    const ahead = stampedAhead(session.dataset, progress.left, request.as_of, past);
    const news = [exposure(protectionOf(sql)), untaken(past, progress.left), ahead, atRisk].filter(
      (one) => one !== null,
    );
    untold.push(...news, ...passedOver(session, request, onDisk, past));
    // No run begins that could tell it.
    if (months.length === 0) for (const { title, hint } of untold) progress.tell(`warning: ${title} ${hint}`);
  }
  const ahead = { sound: [], end: async () => {} };
  const isSpread = areDistributed(session.tables);
  // What nodes of a cluster write is not seen here.
  const during = isSpread ? null : outside.during;
  const series = { emit, setRun, retries, session, request, pid, signal, untold, ahead, silence, during };
  if (!request.dry_run) {
    const side = isSpread ? null : session.sql;
    const onDone = (rest: readonly MonthOnDisk[]) => {
      progress.left = rest.map(({ month }) => month);
      retries.done();
    };
    return await runEach({ ...series, sql, side }, months, past, onDone);
  }
  // One transaction over all of them, so that each finds what the months before it would leave.
  return await rolledBack(sql, (tx) => runEach({ ...series, sql: tx, side: null }, months, past, () => {}));
}

/** The same request for the drops that are there by then. */
async function whenThere(opened: Promise<Session>, { request, signal, tell }: Progress): Promise<RunRequest> {
  const { wait = 0, ...others } = request;
  const [session, { awaitDrop }] = await Promise.all([unlessCancelled(signal, opened), import("./await-drop.ts")]);
  return { ...others, selection: { months: await awaitDrop(session, wait, tell, signal) } };
}

type OnDone = (left: readonly MonthOnDisk[]) => void;

/** `before` is what there was before the first of them; of each month that is done it is told what is left. */
async function runEach(
  series: Series,
  months: readonly MonthOnDisk[],
  before: Past,
  onDone: OnDone,
): Promise<Stopped | null> {
  try {
    return await runInTurn(series, months, before, onDone);
  } finally {
    await series.ahead.end();
  }
}

async function runInTurn(
  series: Series,
  months: readonly MonthOnDisk[],
  before: Past,
  onDone: OnDone,
): Promise<Stopped | null> {
  for (const [index, drop] of months.entries()) {
    const left = months.slice(index + 1);
    await series.ahead.end();
    const past = index === 0 ? before : await readPast(series.sql, series.session);
    const stopped = await beginMonth(series, { drop, left }, past);
    if (stopped !== null) return stopped;
    onDone(left);
  }
  return null;
}

async function beginMonth(
  series: Series,
  { drop, left }: Pick<MonthRun, "drop" | "left">,
  past: Past,
): Promise<Stopped | null> {
  const { session, request, sql } = series;
  const job = jobFor(session, request, drop.month);
  // A restamp is asked for because of the snapshots, whatever the files say.
  if (!request.force && !request.restamp && (await isUnchanged(series, job, drop, past))) return null;
  // Nothing is heard of the server while code is being loaded, so it is told before what to do meanwhile.
  const staging = metLater(prepareStage(sql, session.tables));
  const ruled = metLater(ruledTables(sql, session.tables, series.side ?? sql));
  const { runJob } = await loadRun();
  return runJob(series, job, { drop, left, past, staging, ruled });
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
