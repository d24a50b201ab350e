import { isTriedAgain, type RunState } from "../../client/state.ts";
import { verdictLine } from "../../client/words.ts";
import type { EventOf } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { isRejecting } from "../../core/messages/verdicts.ts";
import { faultLines, printFailure } from "../views/faults.ts";
import type { Channel } from "../views/output.ts";
import { printSeries, printSummary } from "../views/summary.ts";
import type { Printer } from "./printer.ts";

/** Only what went wrong: the last word of a run that published nothing, with all that led to it. */
export function failures(err: Channel): Printer {
  return {
    event(event, state) {
      if (event.event === "run.failed") err.write(printFailure(event, causeOf(event, state), err.paint));
    },
  };
}

function causeOf(end: EventOf<"run.failed">, { month, run, tables }: RunState): string[] {
  const stage = end.stage === null ? "" : `stage ${end.stage}`;
  const where = [month, run === null ? "" : `run ${run}`, stage].filter(Boolean).join(", ");
  const verdicts = tables.flatMap((table) => table.verdicts);
  return [...(where === "" ? [] : [where]), ...verdicts.filter(isRejecting).map(verdictLine), ...faultLines(end)];
}

/** What is tried again, and when, above live bars, which show what is under way alone. */
export function retries(err: Channel): Printer {
  return {
    event(event) {
      if (event.event === "run.retried") err.write(`${event.title} ${event.hint}\n`);
    },
  };
}

/** How each month ended, as a table; for several months a line of each, its table on request, and a table of them all. */
export function results(out: Channel, { selection }: RunRequest, isVerbose: boolean): Printer {
  const isOne = "months" in selection && selection.months.length === 1;
  return {
    event(_event, state) {
      // A run that was over before it began has nothing but its failure to tell.
      const isOver = state.end !== null && !isTriedAgain(state);
      if (isOver && state.tables.length > 0) out.write(printSummary(state, out, { hasTable: isOne || isVerbose }));
    },
    end(states) {
      out.write(printSeries(states, out));
      if (states.length === 0 && "every" in selection && selection.every === "pending") {
        out.write("nothing to do: no month is pending\n");
      }
    },
  };
}
