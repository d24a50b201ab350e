import type { RunRequest } from "../../core/requests.ts";
import type { Channel } from "../output.ts";
import { printLeft, printSeries } from "../series.ts";
import { printSummary } from "../summary.ts";
import { type Printer, printer } from "./printer.ts";

/** How each month ended, as a table; for several months a table of them all. */
export function results(out: Channel, { selection }: RunRequest): Printer {
  return printer({
    event(event, state) {
      // A run that was over before it began has nothing but its failure to tell.
      if (state.end === null || state.tables.length === 0) return;
      if (event.event === "run.finished" || event.event === "run.failed") out.write(`${printSummary(state, out)}`);
    },
    end(states) {
      if (states.length > 1) out.write(`\n${printSeries(states, out)}`);
      out.write(printLeft(states));
      if (states.length === 0 && "every" in selection && selection.every === "pending") {
        out.write("nothing to do: no month is pending\n");
      }
    },
  });
}
