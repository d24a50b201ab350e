import { outcomeWord } from "../client/run-words.ts";
import type { RunState } from "../client/state.ts";
import type { TableCounts } from "../core/events.ts";
import { formatCount, formatDuration } from "../core/format.ts";
import type { Look } from "./output.ts";
import { secondsOfRun } from "./summary.ts";
import { type Column, table } from "./table.ts";

const sum = (state: RunState, name: Exclude<keyof TableCounts, "table">) => {
  const known = state.tables.map(({ counts }) => counts[name]).filter((count) => count !== undefined);
  return known.length === 0 ? "–" : formatCount(known.reduce((total, count) => total + count, 0));
};

const columns: Column<RunState>[] = [
  { title: "MONTH", cell: ({ month }) => month },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  {
    title: "OUTCOME",
    cell: outcomeWord,
    style: ({ end }) => (end?.event === "run.finished" ? "green" : "red"),
  },
  ...(["rows", "inserted", "updated", "unchanged", "absent"] as const).map(
    (name): Column<RunState> => ({ title: name.toUpperCase(), align: "right", cell: (state) => sum(state, name) }),
  ),
  { title: "PASSED", align: "right", cell: ({ expectations }) => formatCount(expectations.passed) },
  { title: "FAILED", align: "right", cell: ({ expectations }) => formatCount(expectations.failed) },
  { title: "TOOK", align: "right", cell: (state) => formatDuration(secondsOfRun(state)) },
];

/** Several months' runs, a line each. */
export function printSeries(states: readonly RunState[], look: Look): string {
  return table(columns, states, look);
}

/** The months that were to follow one that failed; empty when there were none. */
export function printLeft(states: readonly RunState[]): string {
  const end = states.at(-1)?.end;
  const left = end?.event === "run.failed" ? (end.left ?? []) : [];
  return left.length === 0 ? "" : `Not run: ${left.join(", ")}.\n`;
}
