import { fstatSync } from "node:fs";
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

/** Takes what is written, and keeps what went wrong with it. */
interface Sink {
  /** The terminal that it is. */
  terminal: NodeJS.WriteStream | null;
  write(text: string): void;
  flushed(): Promise<unknown>;
}

type Broken = (error: NodeJS.ErrnoException) => void;

/** A terminal, or what may be one. */
function streamOf(stream: NodeJS.WriteStream, onBroken: Broken): Sink {
  stream.on("error", onBroken);
  // Each write is waited for by itself: Bun calls back for an empty one before those that stand in front of it.
  let written: Promise<unknown> = Promise.resolve();
  const send = (text: string) =>
    new Promise<void>((resolve) => {
      stream.write(text, (error) => {
        if (error) onBroken(error);
        resolve();
      });
    });
  return {
    terminal: stream.isTTY === true ? stream : null,
    write(text) {
      written = Promise.all([written, send(text)]);
    },
    flushed: () => written,
  };
}

/** A pipe or a file: to load Node's streams for it would take longer than to read and to show most answers. */
function fileOf(descriptor: number, onBroken: Broken): Sink {
  const file = Bun.file(descriptor).writer();
  const send = async (text: string) => {
    await file.write(text);
    await file.flush();
  };
  return {
    terminal: null,
    write: (text) => void send(text).catch(onBroken),
    flushed: () => send("").catch(onBroken),
  };
}

function isPipeOrFile(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false;
  }
}

/**
 * A channel over an output of the process. A reader that went away (`| head`) is no error and stops nothing: what it
 * no longer reads is dropped. Any other failure, such as a full disk, is told by `flush`.
 */
function channelOf(descriptor: 1 | 2, allowsColour: boolean): Channel {
  let broken: NodeJS.ErrnoException | null = null;
  const onBroken: Broken = (error) => {
    broken ??= error;
  };
  const stream = () => (descriptor === 1 ? process.stdout : process.stderr);
  const sink = isPipeOrFile(descriptor) ? fileOf(descriptor, onBroken) : streamOf(stream(), onBroken);
  const { terminal } = sink;
  return {
    isTerminal: terminal !== null,
    get columns() {
      return terminal === null ? null : terminal.columns || 80;
    },
    get rows() {
      return terminal === null ? null : terminal.rows || 24;
    },
    paint: allowsColour && wantsColour(terminal !== null, process.env) ? coloured : plain,
    write(text) {
      if (broken === null && text !== "") sink.write(text);
    },
    async flush() {
      if (broken === null) await sink.flushed();
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
      out ??= channelOf(1, allowsColour);
      return out;
    },
    get err() {
      err ??= channelOf(2, allowsColour);
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
