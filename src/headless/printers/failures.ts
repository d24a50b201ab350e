import { printFailedRun } from "../failure.ts";
import type { Channel } from "../output.ts";
import { type Printer, printer } from "./printer.ts";

/** Only what went wrong. */
export function failures(err: Channel): Printer {
  return printer({
    event(event, state) {
      if (event.event === "run.failed") err.write(printFailedRun(state, event, err.paint));
    },
  });
}
