import { ConsoleError } from "../../core/errors.ts";
import { formatMoment } from "../../core/format.ts";
import { isAlive } from "../../files/alive.ts";
import type { Queryable, Sql } from "../../postgres/connection/connect.ts";
import { lockHolder, tryLock } from "../../postgres/connection/lock.ts";
import { holderRun } from "../../postgres/ledger/queries.ts";
import type { Session } from "./session.ts";
import { whoami } from "./whoami.ts";

/** Who holds a dataset's lock: the server's process, and the newest run of it; null where the ledger has none. */
interface Holder {
  backend: number;
  run: Awaited<ReturnType<typeof holderRun>>;
}

/** Milliseconds that the server may take to notice that a console is gone, which holds the lock no longer then. */
const noticedMs = 4_000;
/** So long at most who holds the lock for no run is waited for: one that begins, or that clears away what another left. */
const momentMs = 800;
const lookAgainMs = 50;

/**
 * Take the lock once who holds it lets go. Who is there and at work is not waited for; what a console that is gone has left, for as long as it
 * usually takes.
 */
export async function waitForHolder(sql: Sql, { sql: other, dataset }: Session, signal?: AbortSignal): Promise<void> {
  let seen = { backend: 0, since: 0 };
  while (!(await tryLock(sql, dataset.name))) {
    const holder = await whoHolds(other, dataset.name);
    // It may have let go in between, to be followed by another.
    if (holder?.backend !== seen.backend) seen = { backend: holder?.backend ?? 0, since: performance.now() };
    if (holder !== null && performance.now() - seen.since >= patienceWith(holder)) throw lockedBy(holder);
    signal?.throwIfAborted();
    await Bun.sleep(lookAgainMs);
  }
}

/** The end of a run that lost its connection is recorded by another one, before the server has noticed. */
function patienceWith(holder: Holder): number {
  if (isGone(holder)) return noticedMs;
  return isAtWork(holder) ? 0 : momentMs;
}

function isAtWork({ run }: Holder): boolean {
  return run !== null && !run.isOver;
}

/** Null when nobody does. */
async function whoHolds(sql: Queryable, dataset: string): Promise<Holder | null> {
  const backend = await lockHolder(sql, dataset);
  return backend === null ? null : { backend, run: await holderRun(sql, dataset, backend) };
}

/**
 * True where its console is known to be gone: a process of this machine that is no more, or this one, which runs one month
 * at a time and lost the connection. The server has not noticed yet.
 */
function isGone({ run }: Holder): boolean {
  const own = whoami();
  return run !== null && run.host === own.host && (run.process === own.process || !isAlive(run.process));
}

/** The lock is taken: by whom, on which month, since when, and what to do about it. */
function lockedBy(holder: Holder): ConsoleError {
  const { backend, run } = holder;
  if (run === null || !(isAtWork(holder) || isGone(holder))) {
    return locked("Another console is at work on this dataset.", wait);
  }
  const console = `${run.operator} on ${run.host} (process ${run.process})`;
  const since = `${run.month} since ${formatMoment(run.started_at)}`;
  if (!isGone(holder)) return locked(`${console} is running ${since}.`, wait);
  const left = run.process === process.pid ? "lost the connection by which it ran" : "is gone, which ran";
  return locked(
    `${console} ${left} ${since}; server process ${backend} still finishes a statement of it.`,
    `Wait until that is done, or end it by \`select pg_terminate_backend(${backend})\`; then try again. \`runs\` tells what became of it.`,
  );
}

const wait = "A dataset has one writer at a time: wait until that run is done, then try again.";

function locked(title: string, hint: string): ConsoleError {
  return new ConsoleError("locked", title, { hint });
}
