import type { Pipeline } from "../client/pipeline.ts";
import { fold, type RunState } from "../client/state.ts";
import { exitCodes, toConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/events.ts";
import type { RunRequest } from "../core/requests.ts";
import type { Context } from "./command.ts";
import { printerFor } from "./printers/choose.ts";
import type { Printer } from "./printers/printer.ts";
import { watchSignals } from "./signals.ts";

/** Run months and print what the pipeline tells of them; resolves to the exit code. Closes the pipeline. */
export async function performRun(request: RunRequest, pipeline: Pipeline, context: Context): Promise<number> {
  const printer = await printerFor(context, request);
  const story = follow(printer);
  const signals = watchSignals(
    () => {
      printer.notice("Cancelling: what was written is being rolled back. Once more ends the pipeline at once.");
      // Should the pipeline be gone already, the run's own answer tells it.
      pipeline.call({ kind: "cancel" }).catch(() => {});
    },
    () => pipeline.kill(),
  );
  try {
    const { exit_code } = await pipeline.call(request, story.tell);
    const wasInterrupted = exit_code === exitCodes.interrupted || exit_code === exitCodes.terminated;
    return (wasInterrupted ? signals.exitCode() : null) ?? exit_code;
  } catch (thrown) {
    const code = signals.exitCode() ?? toConsoleError(thrown).exitCode;
    if (story.lastWordWasFailure()) return code;
    throw thrown;
  } finally {
    printer.end(story.states);
    await pipeline.close();
    signals.stop();
  }
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
