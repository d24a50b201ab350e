const againAfterMs = 50;

/** Of runs whose work is through: what they wrote is on its way to be committed, and nothing can call that back. */
const through = new WeakSet<AbortSignal>();

/** Whether a cancel by this signal comes too late for the month that is being run. */
export function isTooLate(signal: AbortSignal): boolean {
  return through.has(signal);
}

/** The month's last word was said: what comes after it can be cancelled again. */
export function cancellableAgain(signal: AbortSignal): void {
  through.delete(signal);
}

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
    const result = await work();
    through.add(signal);
    return result;
  } finally {
    isThrough = true;
    signal.removeEventListener("abort", onAbort);
    await stopping;
  }
}
