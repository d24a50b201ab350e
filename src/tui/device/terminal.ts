import { type ConsoleError, exitCodeOfSignal, toConsoleError } from "../../core/errors.ts";
import type { Environment } from "../../core/settings.ts";
import type { Size } from "../model/model.ts";

/** Why the screens cannot be drawn here, in words; null when they can. The caller then prints the months instead. */
export function obstacle(env: Environment, stdin: { isTTY?: boolean }, stdout: { isTTY?: boolean }): string | null {
  if (stdin.isTTY !== true) return "stdin is not a terminal";
  if (stdout.isTTY !== true) return "stdout is not a terminal";
  return env.TERM === "dumb" ? "TERM=dumb has no cursor to move" : null;
}

/** Whether it is of use to ask for the background. The Linux console would show the question. */
export function canTellBackground(env: Environment, colour: boolean): boolean {
  return colour && (env.NO_COLOR ?? "") === "" && env.TERM !== "linux" && env.INK_SCREEN_READER !== "true";
}

/** A terminal that does not tell its size, as over a serial line, is taken for the classic one. */
export function sizeOf(stdout: { columns?: number; rows?: number }): Size {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/**
 * The escape sequence that puts a text on the clipboard of the terminal's own machine, over ssh too (OSC 52).
 * In tmux it works with `set -g set-clipboard on`.
 */
export function clipboardSequence(text: string): string {
  return `\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`;
}

/**
 * Everything that can end a session, brought together: the user, a signal, an error nobody caught. The first word counts;
 * a second signal, while the first is still being obeyed, calls `hurry`.
 */
export function watchEndings(hurry: () => void) {
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number; error: ConsoleError | null }>();
  let over = false;
  const end = (code: number, error: ConsoleError | null = null) => {
    if (over) hurry();
    over = true;
    resolve({ code, error });
  };
  const fail = (thrown: unknown) => {
    const error = toConsoleError(thrown);
    // What fails on the way out changes nothing any more.
    if (!over) end(error.exitCode, error);
  };
  const signals = Object.entries(exitCodeOfSignal).map(([signal, code]) => ({ signal, obey: () => end(code) }));
  // A terminal that is gone fails our last writes to it; that must not hide what ended us.
  const ignore = () => {};
  for (const { signal, obey } of signals) process.on(signal, obey);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  process.stdout.on("error", ignore);
  return {
    ended,
    end: (code: number) => end(code),
    fail,
    /** Gives the signals back. */
    release() {
      for (const { signal, obey } of signals) process.off(signal, obey);
      process.off("uncaughtException", fail);
      process.off("unhandledRejection", fail);
      process.stdout.off("error", ignore);
    },
  };
}
