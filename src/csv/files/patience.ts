import { AsyncLocalStorage } from "node:async_hooks";

const signals = new AsyncLocalStorage<AbortSignal>();

/** Does the work, in which nothing is waited for any more, of all that a bucket is asked, once the signal is aborted. */
export function waitingUntil<Result>(signal: AbortSignal, work: () => Result): Result {
  return signals.run(signal, work);
}

/** The signal of whoever asks; undefined for one who waits however long it takes. */
export function signalOfWaiting(): AbortSignal | undefined {
  return signals.getStore();
}
