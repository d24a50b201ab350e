import { fold, isTriedAgain, type RunState } from "../../client/state.ts";
import type { RunEvent } from "../../core/messages/events.ts";

/** One way to show a stream of events, silent on what it leaves out. Several may follow the same stream. */
export interface Printer {
  /** An event, with what the stream has told of its run up to it. */
  event?(event: RunEvent, state: RunState): void;
  /** Something to say that is not in the stream; `isTrouble` where it is what could not be done beside the run. */
  notice?(text: string, isTrouble?: boolean): void;
  /** The stream is over; these are its runs. */
  end?(states: readonly RunState[]): void;
}

/** Printers that follow the same stream, each in turn. */
export function together(printers: readonly Printer[]): Required<Printer> {
  return {
    event(event, state) {
      for (const one of printers) one.event?.(event, state);
    },
    notice(...said) {
      for (const one of printers) one.notice?.(...said);
    },
    end(states) {
      for (const one of printers) one.end?.(states);
    },
  };
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
      if (state.end !== null && !isTriedAgain(state)) states.push(state);
      printer.event?.(event, state);
    },
    /** True when a failure was told as an event, so that it need not be told again. */
    lastWordWasFailure: () => state?.end?.event === "run.failed",
  };
}
