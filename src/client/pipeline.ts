import { ConsoleError, isFailureCode, toConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/events.ts";
import { linesOf } from "../core/lines.ts";
import type { Message, Replies, RequestKind, RequestOf, WireError } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { type Subprocess, spawnPipeline } from "./subprocess.ts";

/** The pipeline subprocess, as a front end sees it. */
export interface Pipeline {
  /** Ask for something; a run's events arrive before its answer. Rejects with a ConsoleError. */
  call<Kind extends RequestKind>(request: RequestOf<Kind>, onEvent?: (event: RunEvent) => void): Promise<Replies[Kind]>;
  /** Resolves when the subprocess is gone, with its last words. */
  readonly exited: Promise<PipelineExit>;
  readonly pid: number;
  /** Let it finish what it does, release the database and leave. */
  close(): Promise<void>;
  /** End it at once; the server rolls back what was open. */
  kill(): void;
}

export interface PipelineExit {
  exitCode: number | null;
  signal: string | null;
  /** The end of what it wrote to stderr. */
  lastWords: string;
}

interface Pending {
  resolve(result: Replies[RequestKind]): void;
  reject(error: ConsoleError): void;
  onEvent: ((event: RunEvent) => void) | undefined;
  latest: RunEvent | null;
}

const lastWordsKept = 2_000;

// Loaded while the subprocess starts, and not at all by a listing: the gate is most of a front end's start-up time.
const eventGate = () => import("../core/events.ts");

/** Begin to talk with a subprocess: one that was started before, or else a new one. */
export function startPipeline(settings: Settings, child: Subprocess = spawnPipeline()): Pipeline {
  const pending = new Map<number, Pending>();
  let nextId = 0;
  const send = async (line: unknown) => {
    try {
      child.stdin.write(`${JSON.stringify(line)}\n`);
      await child.stdin.flush();
    } catch {
      // It is gone: `exited` tells every pending call, with its last words.
    }
  };
  const lastWords = collectLastWords(child.stderr);
  let misunderstanding: ConsoleError | null = null;
  const listening = listen(child.stdout, pending).catch((thrown) => {
    // Nothing it says from here on can be trusted; the server rolls back what it had open.
    misunderstanding = toConsoleError(thrown);
    child.kill("SIGKILL");
  });
  const exited = Promise.all([child.exited, listening, lastWords]).then(([, , words]) => {
    const signal = child.signalCode === null ? null : String(child.signalCode);
    const exit: PipelineExit = { exitCode: child.exitCode, signal, lastWords: words };
    for (const call of pending.values()) endAbruptly(call, misunderstanding ?? diedError(exit));
    pending.clear();
    return exit;
  });
  void send({ settings });

  return {
    exited,
    pid: child.pid,
    call<Kind extends RequestKind>(request: RequestOf<Kind>, onEvent?: (event: RunEvent) => void) {
      return new Promise<Replies[Kind]>((resolve, reject) => {
        const id = nextId++;
        if (child.exitCode !== null || child.signalCode !== null) {
          void exited.then((exit) => reject(diedError(exit)));
          return;
        }
        if (onEvent !== undefined) void eventGate();
        pending.set(id, { resolve: (result) => resolve(result as Replies[Kind]), reject, onEvent, latest: null });
        void send({ id, request });
      });
    },
    async close() {
      await child.stdin.end();
      await exited;
    },
    kill: () => child.kill("SIGKILL"),
  };
}

async function listen(stdout: ReadableStream<Uint8Array>, pending: Map<number, Pending>): Promise<void> {
  for await (const line of linesOf(stdout)) {
    const message = messageIn(line);
    const call = pending.get(message.id);
    if (call === undefined) continue;
    if ("event" in message) {
      const { isRunEvent } = await eventGate();
      if (!isRunEvent(message.event)) throw misspoken(line);
      call.latest = message.event;
      call.onEvent?.(message.event);
      continue;
    }
    pending.delete(message.id);
    if ("error" in message) call.reject(fromWire(message.error));
    else call.resolve(message.result);
  }
}

function messageIn(line: string): Message {
  try {
    return JSON.parse(line) as Message;
  } catch {
    throw misspoken(line);
  }
}

function misspoken(line: string): ConsoleError {
  return new ConsoleError("internal", "The pipeline said something that the console does not understand.", {
    hint: `This is a defect of the console: please report it with this line: ${line.slice(0, 200)}`,
  });
}

async function collectLastWords(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let words = "";
  for await (const line of linesOf(stderr)) words = `${words}${line}\n`.slice(-lastWordsKept);
  return words.trim();
}

function fromWire(error: WireError): ConsoleError {
  const code = isFailureCode(error.code) ? error.code : "internal";
  return new ConsoleError(code, error.title, {
    hint: error.hint,
    faults: error.faults,
    faultCount: error.fault_count,
  });
}

/** A run whose process died gets the last word that it could not say itself. */
function endAbruptly(call: Pending, error: ConsoleError): void {
  const { latest } = call;
  if (latest !== null && latest.event !== "run.finished" && latest.event !== "run.failed") {
    call.onEvent?.({
      event: "run.failed",
      run: latest.run,
      seq: latest.seq + 1,
      at: new Date().toISOString(),
      stage: null,
      code: error.code,
      title: error.title,
      hint: error.hint,
    });
  }
  call.reject(error);
}

function diedError(exit: PipelineExit): ConsoleError {
  const how = exit.signal === null ? `with exit code ${exit.exitCode}` : `by ${exit.signal}`;
  const words = exit.lastWords === "" ? "It left no last words." : `Its last words: ${exit.lastWords}`;
  return new ConsoleError("pipeline_died", `The pipeline subprocess ended ${how}.`, {
    hint: `Nothing was published; the database is as it was before. Run it again. ${words}`,
  });
}
