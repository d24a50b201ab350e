import type { Size } from "./state/model.ts";

type Environment = Record<string, string | undefined>;

/** Why the screens cannot be drawn here, in words; null when they can. The caller then prints the months instead. */
export function obstacle(env: Environment, stdin: { isTTY?: boolean }, stdout: { isTTY?: boolean }): string | null {
  if (stdin.isTTY !== true) return "stdin is not a terminal";
  if (stdout.isTTY !== true) return "stdout is not a terminal";
  return env.TERM === "dumb" ? "TERM=dumb has no cursor to move" : null;
}

/** A terminal that does not tell its size, as over a serial line, is taken for the classic one. */
export function sizeOf(stdout: { columns?: number; rows?: number }): Size {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/** Terminals take this much at most, some less; a longer text would be cut without a word. */
const clipboardLimit = 74_000;

/**
 * The escape sequence that puts a text on the clipboard of the terminal's own machine, over ssh too (OSC 52).
 * In tmux it works with `set -g set-clipboard on`.
 */
export function clipboardSequence(text: string): string {
  const encoded = Buffer.from(text).toString("base64");
  return encoded.length > clipboardLimit ? "" : `\x1b]52;c;${encoded}\x07`;
}

/** Signals that end the console, with the exit code for each. */
export const endingSignals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 } as const;
