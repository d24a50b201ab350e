const againAfterMs = 50;

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
