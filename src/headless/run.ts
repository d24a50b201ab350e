import type { Pipeline } from "../client/pipeline.ts";
import type { RunState } from "../client/state.ts";
import { exitCodeOfSignal, exitCodes, toConsoleError } from "../core/errors.ts";
import type { RunRequest } from "../core/messages/requests.ts";
import type { Context } from "./answer.ts";
import { jsonLines, lines, notices, troubles } from "./printers/lines.ts";
import { follow, type Printer, together } from "./printers/printer.ts";
import { failures, results, retries } from "./printers/results.ts";

/** Milliseconds that a commit has to end once we are told to go. */
const commitPatience = 2_000;

export interface RunContext extends Context {
  /** Each table's line of each stage, and of several months each one's table. */
  verbose: boolean;
  /** Told of the runs there were once they are over, whatever they came to. */
  over?: (states: readonly RunState[]) => void;
}

/** Run months and print what the pipeline tells of them; resolves to the exit code. Closes the pipeline. */
export async function performRun(request: RunRequest, pipeline: Pipeline, context: RunContext): Promise<number> {
  const printer = together(await printersFor(context, request));
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
  /** If it was a signal to us that ended the run so, its own code; by what the run ended with it published nothing. */
  const exitCodeFor = (code: number, hasDied = false) => {
    const isOurDoing = hasDied || code === exitCodes.interrupted || code === exitCodes.terminated;
    return (isOurDoing ? signals.exitCode() : null) ?? code;
  };
  try {
    const { exit_code } = await pipeline.call(request, story.tell);
    return exitCodeFor(exit_code);
  } catch (thrown) {
    if (!story.lastWordWasFailure()) throw thrown;
    const { code, exitCode } = toConsoleError(thrown);
    return exitCodeFor(exitCode, code === "pipeline_died");
  } finally {
    clearTimeout(patience);
    // It leaves while the last is printed.
    const closed = pipeline.close();
    printer.end(story.states);
    context.over?.(story.states);
    await closed;
    signals.stop();
  }
}

/** Results on stdout, everything else on stderr: as JSON, as little as possible, as live bars, or as plain lines. */
async function printersFor(
  { output: { out, err }, json, quiet, verbose }: RunContext,
  request: RunRequest,
): Promise<Printer[]> {
  const told = failures(err);
  const heard = quiet ? troubles(err) : notices(err);
  if (json) return [jsonLines(out), heard, told];
  if (quiet) return [heard, told];
  const summary = results(out, request, verbose);
  if (!err.isTerminal || process.env.TERM === "dumb") return [lines(err, verbose), heard, summary, told];
  const { live } = await import("./printers/live.ts");
  return [live(err), retries(err), summary, told];
}

/**
 * One Ctrl-C may come twice: from the terminal, which signals all that run in its foreground, and from `bun run`, which
 * passes on what it gets. What follows within this time is the same wish.
 */
export const sameWishMs = 500;

type Signal = keyof typeof exitCodeOfSignal;
export type SignalWatch = ReturnType<typeof watchSignals>;

/** Call `first` for the first signal that asks the process to end, `again` for every later wish. */
export function watchSignals(first: () => void, again: () => void) {
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
  const signals = Object.keys(exitCodeOfSignal) as Signal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    /** Of the first signal that came; null while none has. */
    exitCode: () => (caught === null ? null : exitCodeOfSignal[caught.signal]),
    /** Leave the signals to the system again. */
    stop() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
