import { exitCodes } from "../core/errors.ts";

/** A hangup counts as a termination: both mean that somebody else wants the process gone. */
const exitCodeOfSignal = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.terminated,
} as const;

type Signal = keyof typeof exitCodeOfSignal;
const signals = Object.keys(exitCodeOfSignal) as Signal[];

export interface SignalWatch {
  /** Exit code of the first signal that came; null while none has. */
  exitCode(): number | null;
  /** Leave the signals to the system again. */
  stop(): void;
}

/**
 * One Ctrl-C may come twice: from the terminal, which signals all that run in its foreground, and from `bun run`, which
 * passes on what it gets. What follows within this time is the same wish.
 */
const sameWishMs = 500;

/** Call `first` for the first signal that asks the process to end, `again` for every later wish. */
export function watchSignals(first: () => void, again: () => void): SignalWatch {
  let caught: { signal: Signal; at: number } | null = null;
  const onSignal = (signal: Signal) => {
    if (caught === null) {
      caught = { signal, at: performance.now() };
      first();
    } else if (performance.now() - caught.at > sameWishMs) {
      caught.at = performance.now();
      again();
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    exitCode: () => (caught === null ? null : exitCodeOfSignal[caught.signal]),
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
