import { ConsoleError } from "../../core/errors.ts";

/** The reason of a cancelled run; `terminated` when a signal from outside ended it. */
export function cancelled(code: "interrupted" | "terminated"): ConsoleError {
  return new ConsoleError(code, "The run was cancelled and rolled back.", {
    hint: "Nothing of this run was published; the database is as it was before it. Run the month again when you are ready.",
  });
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof ConsoleError ? signal.reason : cancelled("interrupted");
}

const againAfterMs = 50;

/**
 * Stop the statement that something is in, again and again until it is over: a cancel that comes between two statements is
 * lost, and the next one may wait for a lock for ever.
 */
export async function stopUntil(over: Promise<unknown>, stopStatement: () => Promise<void>): Promise<void> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  const ended = over.then(end, end);
  while (!isOver) {
    // Should the server be gone, the statement itself tells it.
    await stopStatement().catch(() => undefined);
    await Promise.race([ended, Bun.sleep(againAfterMs)]);
  }
}

/**
 * The signals of runs whose work is through: what they wrote is on its way to be committed, and nothing can call that
 * back. Once a month's last word was said, what comes after it can be cancelled again.
 */
export const tooLate = new WeakSet<AbortSignal>();

/**
 * Do the work, and once it is cancelled, stop the statement it is in. The work learns of it by its statement's error; nothing
 * that comes after the work is stopped.
 */
export async function whileCancellable<Result>(
  signal: AbortSignal,
  stopStatement: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  const through = Promise.withResolvers<void>();
  let stopping = Promise.resolve();
  const onAbort = () => {
    stopping = stopUntil(through.promise, stopStatement);
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
