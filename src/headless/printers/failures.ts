import type { RunState } from "../../client/state.ts";
import type { EventOf } from "../../core/events.ts";
import { printFailure } from "../failure.ts";
import { faultLines } from "../faults.ts";
import type { Channel } from "../output.ts";
import { verdictLine } from "../words.ts";
import { type Printer, printer } from "./printer.ts";

/** Only what went wrong: the last word of a run that published nothing, with all that led to it. */
export function failures(err: Channel): Printer {
  return printer({
    event(event, state) {
      if (event.event !== "run.failed") return;
      const { title, hint } = event;
      err.write(printFailure({ title, cause: causeOf(event, state), hint }, err.paint));
    },
  });
}

function causeOf(end: EventOf<"run.failed">, { month, run, tables }: RunState): string[] {
  const stage = end.stage === null ? "" : `stage ${end.stage}`;
  const where = [month, run === null ? "" : `run ${run}`, stage].filter(Boolean).join(", ");
  const verdicts = tables.flatMap((table) => table.verdicts);
  const failed = verdicts.filter(({ success, severity }) => !success && severity === "critical");
  return [...(where === "" ? [] : [where]), ...failed.map(verdictLine), ...faultLines(end)];
}
