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

/** Call `first` for the first signal that asks the process to end, `again` for every later one. */
export function watchSignals(first: () => void, again: () => void): SignalWatch {
  let caught: Signal | null = null;
  const onSignal = (signal: Signal) => {
    const isFirst = caught === null;
    caught ??= signal;
    if (isFirst) first();
    else again();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    exitCode: () => (caught === null ? null : exitCodeOfSignal[caught]),
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
