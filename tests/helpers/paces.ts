import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { timeLeft } from "../../src/client/estimate.ts";
import { fold, type RunState } from "../../src/client/state.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";

/** Runs with the times at which they told what they told, from tests/fixtures/paces: `record-paces.ts` records them. */

const folder = fileURLToPath(new URL("../fixtures/paces/", import.meta.url));

export const paces = readdirSync(folder)
  .filter((file) => file.endsWith(".jsonl"))
  .map((file) => file.slice(0, -".jsonl".length))
  .sort();

export async function readPace(name: string): Promise<RunEvent[]> {
  const lines = (await Bun.file(`${folder}${name}.jsonl`).text()).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** What was told of a run at a moment, in seconds from its beginning: `told` is null where no figure was. */
export interface Moment {
  at: number;
  told: number | null;
  left: number;
  state: RunState;
  /** Seconds since the newest event. */
  since: number;
}

/** So many moments of a run, evenly spread over it, by the clock of its events. */
export function momentsOf(events: readonly RunEvent[], count: number, pace: number | null = null): Moment[] {
  const time = (event: RunEvent | undefined) => Date.parse(event?.at ?? "");
  const [begin, end] = [time(events[0]), time(events.at(-1))];
  const states: RunState[] = [];
  for (const event of events) {
    const state = fold(states.at(-1) ?? null, event);
    if (state === null) throw new Error("a run that never began");
    states.push(state);
  }
  return Array.from({ length: count }, (_, index): Moment => {
    const now = begin + ((end - begin) * index) / count;
    const state = states[events.findLastIndex((event) => time(event) <= now)];
    if (state === undefined) throw new Error("a moment before the run");
    const since = (now - Date.parse(state.latest_at)) / 1000;
    const left = timeLeft(state, since, pace);
    const told = left === null || left === "finishing" ? null : left.seconds;
    return { at: (now - begin) / 1000, told, left: (end - now) / 1000, state, since };
  });
}
