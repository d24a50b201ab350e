import { readFileSync } from "node:fs";
import { ConsoleError, codeOf } from "../../core/errors.ts";
import { formatMoment } from "../../core/format.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { lockHolder } from "../../postgres/connection/lock.ts";
import { holderRun } from "../../postgres/ledger/queries.ts";
import { whoami } from "./whoami.ts";

/** Who holds a dataset's lock: the server's process, and the run that it is at work for; null where the ledger has none. */
export interface Holder {
  backend: number;
  run: Awaited<ReturnType<typeof holderRun>>;
}

/** Null when nobody does. */
export async function whoHolds(sql: Queryable, dataset: string): Promise<Holder | null> {
  const backend = await lockHolder(sql, dataset);
  return backend === null ? null : { backend, run: await holderRun(sql, dataset, backend) };
}

/**
 * True where its console is known to be gone: a process of this machine that is no more, or this one, which runs one month
 * at a time and lost the connection. The server has not noticed yet.
 */
export function isGone({ run }: Holder): boolean {
  const own = whoami();
  return run !== null && run.host === own.host && (run.process === own.process || !isAlive(run.process));
}

function isAlive(process_id: number): boolean {
  try {
    process.kill(process_id, 0);
  } catch (error) {
    // One of another user is there, too.
    return codeOf(error) !== "ESRCH";
  }
  try {
    // In a container there may be nobody who buries the dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${process_id}/status`, "utf8"));
  } catch {
    return true;
  }
}

/** The lock is taken: by whom, on which month, since when, and what to do about it. */
export function lockedBy(holder: Holder): ConsoleError {
  const { backend, run } = holder;
  if (run === null) return locked("Another console is at work on this dataset.", wait);
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
