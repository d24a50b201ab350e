import { ConsoleError } from "../../core/errors.ts";
import type { Environment } from "../../core/settings.ts";

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Style = keyof typeof codes;

/** Puts text in a style, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style | null, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const coloured: Paint = (style, text) =>
  style === null || text === "" ? text : `\x1b[${codes[style]}m${text}\x1b[0m`;

/** Colours on a terminal only, unless FORCE_COLOR asks for them or NO_COLOR (https://no-color.org) forbids them. */
function wantsColour(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: Environment): boolean {
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== "0" : isTerminal && TERM !== "dumb";
}

/** One of the two streams that a program writes to. */
export interface Channel {
  readonly isTerminal: boolean;
  /** Columns of the terminal, or null where text may be as wide as it likes. */
  readonly columns: number | null;
  readonly rows: number | null;
  readonly paint: Paint;
  write(text: string): void;
  /** Resolves when all that was written is with the system; rejects when it could not be written. */
  flush(): Promise<void>;
}

/** `out` carries results, `err` everything else. */
export interface Output {
  out: Channel;
  err: Channel;
}

/** How to print on a channel: how wide, and in which colours. */
export type Look = Pick<Channel, "columns" | "paint">;

/**
 * A channel over a stream of the process. A reader that went away (`| head`) is no error and stops nothing: what it
 * no longer reads is dropped. Any other failure, such as a full disk, is told by `flush`.
 */
function channelOf(stream: NodeJS.WriteStream, allowsColour: boolean): Channel {
  let broken: NodeJS.ErrnoException | null = null;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    broken = error;
  });
  const isTerminal = stream.isTTY === true;
  return {
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns || 80 : null;
    },
    get rows() {
      return isTerminal ? stream.rows || 24 : null;
    },
    paint: allowsColour && wantsColour(isTerminal, process.env) ? coloured : plain,
    write(text) {
      if (broken === null && text !== "") stream.write(text);
    },
    async flush() {
      if (broken === null) await new Promise<void>((resolve) => stream.write("", () => resolve()));
      if (broken !== null && !readerIsGone(broken)) throw unwritable(broken);
    },
  };
}

/** The program's own two. Each is opened when it is first used: that takes longer than to understand the command line. */
export function standardOutput(allowsColour: boolean): Output {
  let out: Channel | undefined;
  let err: Channel | undefined;
  return {
    get out() {
      out ??= channelOf(process.stdout, allowsColour);
      return out;
    },
    get err() {
      err ??= channelOf(process.stderr, allowsColour);
      return err;
    },
  };
}

function readerIsGone({ code }: NodeJS.ErrnoException): boolean {
  // EIO: the terminal itself was closed.
  return code === "EPIPE" || code === "EIO";
}

function unwritable(cause: NodeJS.ErrnoException): ConsoleError {
  return new ConsoleError("io_error", `The results could not be written: ${cause.message}`, {
    hint: "What the command did is done; make room where its output goes and list the results again.",
    cause,
  });
}
