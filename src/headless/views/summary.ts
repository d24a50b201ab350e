import { headline, notLookedAt, outcomeWord } from "../../client/run-words.ts";
import type { RunState, TableProgress } from "../../client/state.ts";
import { took, verdictLine } from "../../client/words.ts";
import { formatDuration } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { countVerdicts, type ExpectationCounts, isRejecting } from "../../core/messages/verdicts.ts";
import { escapeControl } from "../../core/text.ts";
import { asOfColumn, countColumn, countColumns, monthColumn, sumOf, verdictColumns } from "./columns.ts";
import type { Look } from "./output.ts";
import { type Column, table } from "./table.ts";

/** A line of the table that ends a run: one of its tables, or the sum of them. */
interface Line {
  name: string;
  /** What is known of its tables' rows. */
  counts: readonly TableCounts[];
  expectations: ExpectationCounts | null;
  /** Rows that were frozen; undefined where none were yet. */
  frozen: number | undefined;
}

/** How a run ended: one sentence, a line for each table and their sum where they are wanted, its warnings. */
export function printSummary(state: RunState, look: Look, { hasTable = true } = {}): string {
  const lines = state.tables.map(lineOf);
  const all = [...lines, totalOf(state, lines)];
  const isWorthATable = hasTable && lines.some(({ counts }) => counts.some(({ rows }) => rows > 0));
  return [
    `${look.paint("bold", headline(state))}\n`,
    isWorthATable ? table(columnsFor(state, all), all, look) : "",
    hasTable ? stageSeconds(state) : "",
    hasTable && isUnchanged(state) ? `${notLookedAt(state.tables.map(({ counts }) => counts))}\n` : "",
    ...warningsOf(state).map((text) => `${look.paint("yellow", "warning:")} ${escapeControl(text)}\n`),
  ].join("");
}

/** What did not stop the run: its warnings, and the expectations that only warn. */
function warningsOf({ warnings, tables }: RunState): string[] {
  const verdicts = tables.flatMap((one) => one.verdicts);
  const mild = verdicts.filter((one) => one.verdict !== "passed" && !isRejecting(one));
  return [...warnings.map(({ title, hint }) => `${title} ${hint}`), ...mild.map(verdictLine)];
}

/** What a run took, as its last word says or as its events are dated. */
function tookOf({ end, started_at, latest_at }: RunState): string {
  return end?.event === "run.finished" ? formatDuration(end.seconds) : took({ started_at, finished_at: latest_at });
}

function lineOf({ table: name, counts, verdicts, cells }: TableProgress): Line {
  return {
    name,
    counts: cells.ingest.state === "done" || counts.rows > 0 ? [counts] : [],
    expectations: verdicts.length === 0 ? null : countVerdicts(verdicts),
    frozen: cells.snapshot.state === "done" ? counts.rows : undefined,
  };
}

function totalOf({ expectations, seals, end }: RunState, lines: readonly Line[]): Line {
  const isOver = end?.event === "run.finished";
  return {
    name: "total",
    counts: lines.flatMap(({ counts }) => counts),
    expectations: lines.some((line) => line.expectations !== null) ? expectations : null,
    frozen: sumOf(isOver ? [0, ...seals.map(({ rows }) => rows)] : lines.map(({ frozen }) => frozen)),
  };
}

/** Where these very files were published before, nothing was compared, judged or sealed anew. */
function isUnchanged({ end }: RunState): boolean {
  return end?.event === "run.finished" && end.status === "unchanged";
}

function columnsFor(state: RunState, lines: readonly Line[]): Column<Line>[] {
  const judged = isUnchanged(state) ? [] : verdictColumns<Line>(({ expectations }) => expectations, lines);
  const columns: Column<Line>[] = [
    {
      title: "TABLE",
      cell: ({ name }) => name,
      flexible: true,
      style: ({ name }) => (name === "total" ? "bold" : null),
    },
    ...countColumns<Line>(({ counts }) => counts),
    ...judged,
    countColumn("SNAPSHOT", ({ frozen }) => frozen),
  ];
  return isUnchanged(state)
    ? columns.filter(({ title }) => !["UNCHANGED", "ABSENT", "SNAPSHOT"].includes(title))
    : columns;
}

function stageSeconds({ seconds }: RunState): string {
  const parts = Object.entries(seconds).map(([stage, taken]) => `${stage} ${formatDuration(taken)}`);
  return parts.length === 0 ? "" : `${parts.join(" · ")}\n`;
}

const runColumns = (states: readonly RunState[]): Column<RunState>[] => [
  monthColumn,
  asOfColumn,
  {
    title: "OUTCOME",
    cell: outcomeWord,
    style: ({ end }) => (end?.event === "run.finished" ? "green" : "red"),
  },
  ...countColumns<RunState>(({ tables }) => tables.map(({ counts }) => counts)),
  ...verdictColumns<RunState>(({ expectations }) => expectations, states),
  { title: "TOOK", align: "right", cell: tookOf },
];

/** Runs of several months, a line each, and the months that were to follow one that failed. */
export function printSeries(states: readonly RunState[], look: Look): string {
  const end = states.at(-1)?.end;
  const left = end?.event === "run.failed" ? (end.left ?? []) : [];
  const series = states.length > 1 ? `\n${table(runColumns(states), states, look)}` : "";
  return left.length === 0 ? series : `${series}Not run: ${escapeControl(left.join(", "))}.\n`;
}
