import type { Pipeline } from "../client/pipeline.ts";
import { fold, type RunState } from "../client/state.ts";
import { type ConsoleError, exitCodes, type FailureCode, toConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/messages/events.ts";
import type { RunRequest } from "../core/messages/requests.ts";
import type { Context } from "./command.ts";
import { printerFor } from "./printers/choose.ts";
import type { Printer } from "./printers/printer.ts";

/** Milliseconds that a commit has to end once we are told to go. */
const commitPatience = 2_000;

/** Run months and print what the pipeline tells of them; resolves to the exit code. Closes the pipeline. */
export async function performRun(request: RunRequest, pipeline: Pipeline, context: Context): Promise<number> {
  const printer = await printerFor(context, request);
  // Told before the first event, since it is asked first. What keeps it from being reached is told by the run.
  pipeline.call({ kind: "database" }).then(
    ({ database }) => printer.notice(`database: ${database}`),
    () => {},
  );
  pipeline.heed(printer.notice);
  const story = follow(printer);
  const signals = watchSignals(
    () => {
      printer.notice("Cancelling: what is not committed is rolled back. Once more ends the pipeline at once.");
      // Should the pipeline be gone already, the run's own answer tells it.
      pipeline.call({ kind: "cancel" }).then(
        ({ committing }) => committing && tooLate(),
        () => {},
      );
    },
    () => pipeline.kill(),
  );
  let patience: Timer | undefined;
  const tooLate = () => {
    printer.notice(
      "Too late to cancel this month: its commit is under way. What comes of it is told when the server answers.",
    );
    // Whoever sends this does not send it twice: the ledger is asked then, as after any end of the pipeline.
    if (signals.exitCode() === exitCodes.terminated) patience = setTimeout(() => pipeline.kill(), commitPatience);
  };
  try {
    const { exit_code } = await pipeline.call(request, story.tell);
    const wasInterrupted = exit_code === exitCodes.interrupted || exit_code === exitCodes.terminated;
    return (wasInterrupted ? signals.exitCode() : null) ?? exit_code;
  } catch (thrown) {
    if (!story.lastWordWasFailure()) throw thrown;
    const error = toConsoleError(thrown);
    return (isOurDoing(error) ? signals.exitCode() : null) ?? error.exitCode;
  } finally {
    clearTimeout(patience);
    printer.end(story.states);
    await pipeline.close();
    signals.stop();
  }
}

/** Whether it is a signal to us that ended the run so, if there was one; by its exit code the run published nothing. */
function isOurDoing({ code }: ConsoleError): boolean {
  const doings: FailureCode[] = ["interrupted", "terminated", "pipeline_died"];
  return doings.includes(code);
}

/** Fold the events into the states of the months' runs, and show each to the printer. */
export function follow(printer: Printer) {
  const states: RunState[] = [];
  let state: RunState | null = null;
  return {
    states,
    tell(event: RunEvent): void {
      if (state?.end) state = null;
      state = fold(state, event);
      if (state === null) return;
      if (state.end !== null) states.push(state);
      printer.event(event, state);
    },
    /** True when a failure was told as an event, so that it need not be told again. */
    lastWordWasFailure: () => state?.end?.event === "run.failed",
  };
}

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
