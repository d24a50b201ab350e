import { headline, outcomeWord } from "../../client/run-words.ts";
import type { RunState, TableProgress } from "../../client/state.ts";
import { formatCount, formatDuration } from "../../core/format.ts";
import type { ExpectationCounts, TableCounts } from "../../core/messages/events.ts";
import { escapeControl } from "../../core/text.ts";
import type { Look } from "./output.ts";
import { type Column, table } from "./table.ts";
import { verdictLine } from "./words.ts";

/** A line of the table that ends a run; a figure that is not known is absent. */
interface Line {
  name: string;
  counts: Partial<TableCounts>;
  expectations: ExpectationCounts | null;
  snapshot: number | undefined;
}

/** How a run ended: one sentence, a line for each table and their sum, its warnings. */
export function printSummary(state: RunState, look: Look): string {
  const lines = state.tables.map(lineOf);
  const worthATable = lines.some(({ counts }) => (counts.rows ?? 0) > 0);
  return [
    `${look.paint("bold", headline(state))}\n`,
    worthATable ? table(columnsFor(state), [...lines, totalOf(state, lines)], look) : "",
    stageSeconds(state),
    ...warningsOf(state).map((text) => `${look.paint("yellow", "warning:")} ${escapeControl(text)}\n`),
  ].join("");
}

/** What did not stop the run: its warnings, and the expectations that only warn. */
function warningsOf({ warnings, tables }: RunState): string[] {
  const verdicts = tables.flatMap((one) => one.verdicts);
  const mild = verdicts.filter(({ success, severity }) => !success && severity !== "critical");
  return [...warnings.map(({ title, hint }) => `${title} ${hint}`), ...mild.map(verdictLine)];
}

/** Seconds that a run took, as its last word says or as its events are dated. */
export function secondsOfRun({ end, started_at, latest_at }: RunState): number {
  if (end?.event === "run.finished") return end.seconds;
  return (Date.parse(end?.at ?? latest_at) - Date.parse(started_at)) / 1000;
}

function lineOf({ table: name, counts, verdicts, cells }: TableProgress): Line {
  const passed = verdicts.filter(({ success }) => success).length;
  const failed = verdicts.filter(({ success, severity }) => !success && severity === "critical").length;
  return {
    name,
    counts: cells.ingest.state === "done" || counts.rows > 0 ? counts : {},
    expectations: verdicts.length === 0 ? null : { passed, failed, warned: verdicts.length - passed - failed },
    snapshot: cells.snapshot.state === "done" ? counts.rows : undefined,
  };
}

function totalOf({ expectations, seals, end }: RunState, lines: readonly Line[]): Line {
  const sum = (of: (line: Line) => number | undefined) => {
    const known = lines.map(of).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
  };
  const counts: Partial<TableCounts> = {};
  for (const name of ["rows", "inserted", "updated", "unchanged", "absent"] as const) {
    const total = sum((line) => line.counts[name]);
    if (total !== undefined) counts[name] = total;
  }
  const isOver = end?.event === "run.finished";
  return {
    name: "total",
    counts,
    expectations: lines.some((line) => line.expectations !== null) ? expectations : null,
    snapshot: isOver ? seals.reduce((total, { rows }) => total + rows, 0) : sum((line) => line.snapshot),
  };
}

const figure = (value: number | undefined) => (value === undefined ? "–" : formatCount(value));

function columnsFor({ expectations, end }: RunState): Column<Line>[] {
  // Where these very files were published before, nothing was judged or sealed anew.
  const nothingDone = end?.event === "run.finished" && end.status === "unchanged";
  const count = (title: string, of: (line: Line) => number | undefined): Column<Line> => ({
    title,
    align: "right",
    cell: (line) => figure(of(line)),
  });
  const judged: Column<Line>[] = [
    count("PASSED", (line) => line.expectations?.passed),
    {
      ...count("FAILED", (line) => line.expectations?.failed),
      style: (line) => (line.expectations?.failed ? "red" : null),
    },
  ];
  const warned = count("WARNED", (line) => line.expectations?.warned);
  return [
    {
      title: "TABLE",
      cell: ({ name }) => name,
      flexible: true,
      style: ({ name }) => (name === "total" ? "bold" : null),
    },
    count("ROWS", ({ counts }) => counts.rows),
    count("INSERTED", ({ counts }) => counts.inserted),
    count("UPDATED", ({ counts }) => counts.updated),
    count("UNCHANGED", ({ counts }) => counts.unchanged),
    ...(nothingDone ? [] : [count("ABSENT", ({ counts }) => counts.absent)]),
    ...(nothingDone ? [] : judged),
    ...(expectations.warned > 0 ? [warned] : []),
    ...(nothingDone ? [] : [count("SNAPSHOT", (line) => line.snapshot)]),
  ];
}

function stageSeconds({ seconds }: RunState): string {
  const parts = Object.entries(seconds).map(([stage, taken]) => `${stage} ${formatDuration(taken)}`);
  return parts.length === 0 ? "" : `${parts.join(" · ")}\n`;
}

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
