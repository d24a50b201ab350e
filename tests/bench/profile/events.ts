import { isRunEvent } from "../../../src/core/messages/events.ts";
import type { Moment, Part } from "./account.ts";

/** What a `--json` run said of itself, in milliseconds since `start` (milliseconds since 1970). */
export interface Told {
  moments: Moment[];
  /** From its start to its end, which is that of the run when it did not come so far. */
  stages: Part[];
}

export function toldBy(lines: string, start: number): Told {
  const told: Told = { moments: [], stages: [] };
  for (const line of lines.split("\n").filter((line) => line.startsWith('{"'))) {
    const event: unknown = JSON.parse(line);
    // A listing is one object of another kind.
    if (!isRunEvent(event)) continue;
    const at = Date.parse(event.at) - start;
    if (event.event === "stage.started") told.stages.push({ name: event.stage, span: [at, at] });
    if (event.event === "stage.finished") {
      const stage = told.stages.find(({ name }) => name === event.stage);
      if (stage !== undefined) stage.span = [stage.span[0], at];
    }
    if (event.event.startsWith("run.") || event.event.startsWith("stage.")) {
      told.moments.push({ at, what: "stage" in event ? `${event.event} ${event.stage}` : event.event });
    }
  }
  return told;
}
