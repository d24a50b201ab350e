import { type ConsoleError, toConsoleError } from "../core/errors.ts";
import { endingSignals } from "./terminal.ts";

/** How a session ends: an exit code, and the error when it was one. */
export interface Ending {
  code: number;
  error: ConsoleError | null;
}

/** The first word on how the session ends counts. */
export interface Endings {
  readonly ended: Promise<Ending>;
  end(code: number): void;
  fail(thrown: unknown): void;
  /** Give the signals back. */
  release(): void;
}

/**
 * Everything that can end a session, brought together: the user, a signal, an error nobody caught. A second signal,
 * while the first is still being obeyed, calls `hurry`.
 */
export function watchEndings(hurry: () => void): Endings {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  let over = false;
  const end = (ending: Ending) => {
    if (over) hurry();
    over = true;
    resolve(ending);
  };
  const fail = (thrown: unknown) => {
    const error = toConsoleError(thrown);
    // What fails on the way out changes nothing any more.
    if (!over) end({ code: error.exitCode, error });
  };
  const signals = Object.entries(endingSignals).map(([signal, code]) => ({
    signal,
    obey: () => end({ code, error: null }),
  }));
  // A terminal that is gone fails our last writes to it; that must not hide what ended us.
  const ignore = () => {};
  for (const { signal, obey } of signals) process.on(signal, obey);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  process.stdout.on("error", ignore);
  return {
    ended,
    end: (code) => end({ code, error: null }),
    fail,
    release() {
      for (const { signal, obey } of signals) process.off(signal, obey);
      process.off("uncaughtException", fail);
      process.off("unhandledRejection", fail);
      process.stdout.off("error", ignore);
    },
  };
}
