import type { RunState } from "../../client/state.ts";
import type { RunEvent } from "../../core/messages/events.ts";

/** One way to show a stream of events. Several may follow the same stream. */
export interface Printer {
  /** An event, with what the stream has told of its run up to it. */
  event(event: RunEvent, state: RunState): void;
  /** Something to say that is not in the stream. */
  notice(text: string): void;
  /** The stream is over; these are its runs. */
  end(states: readonly RunState[]): void;
}

const silent: Printer = { event: () => {}, notice: () => {}, end: () => {} };

/** A printer of which only some parts do anything. */
export function printer(parts: Partial<Printer>): Printer {
  return { ...silent, ...parts };
}

/** Printers that follow the same stream, each in turn. */
export function together(printers: readonly Printer[]): Printer {
  return {
    event: (event, state) => {
      for (const one of printers) one.event(event, state);
    },
    notice: (text) => {
      for (const one of printers) one.notice(text);
    },
    end: (states) => {
      for (const one of printers) one.end(states);
    },
  };
}
