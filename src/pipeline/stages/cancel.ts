import { ConsoleError, metLater } from "../../core/errors.ts";

/** The reason of a cancelled run; `terminated` when a signal from outside ended it. */
export function cancelled(code: "interrupted" | "terminated"): ConsoleError {
  return new ConsoleError(code, "The run was cancelled and rolled back.", {
    hint: "Nothing of this run was published; the database is as it was before it. Run the month again when you are ready.",
  });
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw reasonOf(signal);
}

function reasonOf({ reason }: AbortSignal): ConsoleError {
  return reason instanceof ConsoleError ? reason : cancelled("interrupted");
}

/** What the work comes to, unless the run is cancelled first: then it is waited for no more. */
export async function unlessCancelled<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const cancel = Promise.withResolvers<never>();
  const onAbort = () => cancel.reject(reasonOf(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([metLater(work), cancel.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const againAfterMs = 50;

/** Ways to stop the statements that something is in. */
type Stops = readonly (() => Promise<void>)[];

/**
 * Stop the statements that something is in, again and again until it is over: a cancel that comes between two statements is
 * lost, and the next one may wait for a lock for ever. None is on its way any more then, to meet what comes after.
 */
export async function stopUntil(over: Promise<unknown>, stops: Stops): Promise<void> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  const ended = over.then(end, end);
  while (!isOver) {
    // Should the server be gone, the statement itself tells it.
    await Promise.allSettled(stops.map((stop) => stop()));
    await Promise.race([ended, Bun.sleep(againAfterMs)]);
  }
}

/**
 * The signals of runs whose work is through: what they wrote is on its way to be committed, and nothing can call that
 * back. Once a month's last word was said, what comes after it can be cancelled again.
 */
export const tooLate = new WeakSet<AbortSignal>();

/**
 * Do the work, and once it is cancelled, stop the statements it is in. The work learns of it by its statement's error; nothing
 * that comes after the work is stopped.
 */
export async function whileCancellable<Result>(
  signal: AbortSignal,
  stops: Stops,
  work: () => Promise<Result>,
): Promise<Result> {
  const through = Promise.withResolvers<void>();
  let stopping = Promise.resolve();
  const onAbort = () => {
    stopping = stopUntil(through.promise, stops);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await work();
  } finally {
    through.resolve();
    signal.removeEventListener("abort", onAbort);
    await stopping;
  }
}
