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
 * The signals of runs whose work is through: what they wrote is on its way to be committed, and nothing can call that
 * back. Once a month's last word was said, what comes after it can be cancelled again.
 */
export const tooLate = new WeakSet<AbortSignal>();

/**
 * Do the work, and once it is cancelled, stop the statement it is in: again and again until it is through, for a cancel
 * that comes between two statements is lost, and the next one may wait for a lock for ever. The work learns of it by its
 * statement's error; nothing that comes after the work is stopped.
 */
export async function whileCancellable<Result>(
  signal: AbortSignal,
  stopStatement: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  let isThrough = false;
  let stopping = Promise.resolve();
  const stop = async () => {
    while (!isThrough) {
      // Should the server be gone, the work's own statement tells it.
      await stopStatement().catch(() => undefined);
      if (!isThrough) await Bun.sleep(againAfterMs);
    }
  };
  const onAbort = () => {
    stopping = stop();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await work();
  } finally {
    isThrough = true;
    signal.removeEventListener("abort", onAbort);
    await stopping;
  }
}
