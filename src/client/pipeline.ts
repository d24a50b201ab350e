import { ConsoleError, isFailureCode, toConsoleError } from "../core/errors.ts";
import { parseExactJson } from "../core/exact-number.ts";
import { type EventOf, isLastWord, isRunEvent, type RunEvent } from "../core/messages/events.ts";
import type { RunOutcome } from "../core/messages/listings.ts";
import {
  type Hello,
  linesOf,
  type Message,
  protocol,
  type Replies,
  type Request,
  type RequestKind,
  type RequestOf,
  type RunRequest,
  type WireError,
} from "../core/messages/requests.ts";
import { redact } from "../core/secrets/secrets.ts";
import type { Settings } from "../core/settings.ts";
import { escapeControl } from "../core/text.ts";
import { deathOf, notKnown, type PipelineExit, unanswered, withoutConnection, wordsOn } from "./last-words.ts";
import { type Subprocess, spawnPipeline } from "./subprocess.ts";

/** The pipeline subprocess, as a front end sees it. */
export interface Pipeline {
  /** Ask for something; a run's events arrive before its answer. Rejects with a ConsoleError. */
  call<Kind extends RequestKind>(request: RequestOf<Kind>, onEvent?: (event: RunEvent) => void): Promise<Replies[Kind]>;
  /** From now on, and once for what was said already. */
  heed(listener: Listener): void;
  /** Resolves when the subprocess is gone, with its last words. */
  readonly exited: Promise<PipelineExit>;
  readonly pid: number;
  /** Let it finish what it does, release the database and leave. */
  close(): Promise<void>;
  /** End it at once; the server rolls back what it has not been told to commit. A call of a run then asks what became of it. */
  kill(): void;
}

export type { PipelineExit } from "./last-words.ts";

/** Hears what is waited for, such as another console, and what could not be done beside the rest (`isTrouble`). */
type Listener = (text: string, isTrouble: boolean) => void;

interface Pending {
  request: Request;
  resolve(result: Replies[RequestKind]): void;
  reject(error: ConsoleError): void;
  onEvent: ((event: RunEvent) => void) | undefined;
  latest: RunEvent | null;
}

const lastWordsKept = 2_000;

/** Milliseconds that asking what became of a run may take in all: the server's commit has some of them to end. */
const askPatience = 9_000;

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
  const unheeded: Parameters<Listener>[] = [];
  let onNotice: Listener = (...said) => unheeded.push(said);
  const listening = listen(child.stdout, pending, (...said) => onNotice(...said)).catch((thrown) => {
    // Nothing it says from here on can be trusted; the server rolls back what it had open.
    misunderstanding = toConsoleError(thrown);
    child.kill("SIGKILL");
  });
  let asker: Pipeline | null = null;
  /** By another subprocess, which lives for this question alone. */
  const ask = async (run: number, request: RunRequest): Promise<RunOutcome> => {
    const other = startPipeline(settings, child.another());
    asker = other;
    other.heed((...said) => onNotice(...said));
    const timer = setTimeout(() => other.kill(), askPatience);
    try {
      return await other.call({ kind: "outcome", run, request });
    } finally {
      await other.close();
      clearTimeout(timer);
    }
  };
  const exited = Promise.all([child.exited, listening, lastWords]).then(([, , words]) => {
    const signal = child.signalCode === null ? null : String(child.signalCode);
    const exit: PipelineExit = { exitCode: child.exitCode, signal, lastWords: words };
    for (const call of pending.values()) void endAbruptly(call, misunderstanding ?? deathOf(exit), ask);
    pending.clear();
    return exit;
  });
  void send({ settings, protocol } satisfies Hello);

  return {
    exited,
    pid: child.pid,
    heed(listener) {
      onNotice = listener;
      for (const said of unheeded.splice(0)) listener(...said);
    },
    call<Kind extends RequestKind>(request: RequestOf<Kind>, onEvent?: (event: RunEvent) => void) {
      return new Promise<Replies[Kind]>((resolve, reject) => {
        const id = nextId++;
        if (child.exitCode !== null || child.signalCode !== null) {
          void exited.then((exit) => reject(unanswered(request.kind, deathOf(exit))));
          return;
        }
        const settle = { resolve: (result: Replies[RequestKind]) => resolve(result as Replies[Kind]), reject };
        pending.set(id, { request, ...settle, onEvent, latest: null });
        void send({ id, request });
      });
    },
    async close() {
      await child.stdin.end();
      await exited;
    },
    kill() {
      child.kill("SIGKILL");
      asker?.kill();
    },
  };
}

async function listen(
  stdout: ReadableStream<Uint8Array>,
  pending: Map<number, Pending>,
  onNotice: Listener,
): Promise<void> {
  let isOurs = false;
  for await (const line of linesOf(stdout)) {
    const message = messageIn(line);
    if ("protocol" in message) {
      isOurs = message.protocol === protocol;
      continue;
    }
    if ("notice" in message) {
      onNotice(escapeControl(message.notice), message.trouble ?? false);
      continue;
    }
    const call = pending.get(message.id);
    if (call === undefined) continue;
    if ("event" in message) {
      if (!isOurs && !isRunEvent(message.event)) throw misspoken(line);
      call.latest = message.event;
      call.onEvent?.(message.event);
      continue;
    }
    pending.delete(message.id);
    if ("error" in message) call.reject(withoutConnection(call.request.kind, fromWire(message.error)));
    else call.resolve(message.result);
  }
}

function messageIn(line: string): Message {
  try {
    return parseExactJson(line) as Message;
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
  return redact(words.trim());
}

function fromWire(error: WireError): ConsoleError {
  const code = isFailureCode(error.code) ? error.code : "internal";
  return new ConsoleError(code, error.title, {
    hint: error.hint,
    faults: error.faults,
    faultCount: error.fault_count,
  });
}

/**
 * A run whose process died gets the last word that it could not say itself: the true one, which the ledger knows. It is
 * asked after that word, too, for whoever asks takes away what the run left, and other months may have been to follow.
 */
async function endAbruptly(
  { request, resolve, reject, onEvent, latest }: Pending,
  death: ConsoleError,
  ask: (run: number, request: RunRequest) => Promise<RunOutcome>,
): Promise<void> {
  const failure = latest?.event === "run.failed" ? failureIn(latest) : null;
  if (request.kind !== "run" || latest === null || latest.run === null) {
    return reject(failure ?? unanswered(request.kind, death));
  }
  const last = latest.run;
  const isTold = isLastWord(latest);
  const told = await ask(last, request)
    .then((outcome) => wordsOn(outcome, death))
    .catch((thrown) => notKnown(last, death, toConsoleError(thrown)));
  let { seq } = latest;
  for (const { run, body } of told.said) {
    if (!isTold || run !== last) onEvent?.({ ...body, run, seq: ++seq, at: new Date().toISOString() });
  }
  const error = failure ?? told.error;
  if (error === null) resolve({ exit_code: 0 });
  else reject(error);
}

function failureIn({ code, title, hint }: EventOf<"run.failed">): ConsoleError {
  return new ConsoleError(isFailureCode(code) ? code : "internal", title, { hint });
}
