import type { RunState, TableProgress } from "../client/state.ts";
import { type ExitName, failureCodes, isFailureCode } from "../core/errors.ts";
import type { EventOf, ExpectationCounts, TableCounts } from "../core/events.ts";
import { formatCount, formatCounted, formatDuration } from "../core/format.ts";
import { escapeControl } from "../core/text.ts";
import type { Look } from "./output.ts";
import { type Column, table } from "./table.ts";
import { spaced, verdictLine } from "./words.ts";

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

export function headline(state: RunState): string {
  const { month, as_of, run, end } = state;
  const name = [month, as_of].filter(Boolean).join(" → ");
  const how = end?.event === "run.finished" ? finished(end, run) : `${outcomeWord(state)}, ${unpublished(state)}`;
  return name === "" ? how : `${name}: ${how}`;
}

/** Seconds that a run took, as its last word says or as its events are dated. */
export function secondsOfRun({ end, started_at, latest_at }: RunState): number {
  if (end?.event === "run.finished") return end.seconds;
  return (Date.parse(end?.at ?? latest_at) - Date.parse(started_at)) / 1000;
}

/** Only where that is known. */
function unpublished({ end, run }: RunState): string {
  return isUnknown(end) ? `run ${run} may have been published` : "nothing was published";
}

function isUnknown(end: RunState["end"]): boolean {
  return end?.event === "run.failed" && end.code === "outcome_unknown";
}

/** How a run ended, in one word or two. */
export function outcomeWord({ end }: RunState): string {
  if (end === null) return "unfinished";
  if (isUnknown(end)) return "outcome unknown";
  if (end.event === "run.failed") return failedOutcomes[isFailureCode(end.code) ? failureCodes[end.code] : "failure"];
  return end.status === "published" ? deedOf(end) : spaced(end.status);
}

/** Where nothing stood that could give way, a restamp is a publication like any other. */
function deedOf({ mode, lifted, replaced }: EventOf<"run.finished">): string {
  return mode === "restamp" && lifted === 0 && replaced === 0 ? deeds.publish : deeds[mode];
}

const failedOutcomes: Record<ExitName, string> = {
  done: "done",
  rejected: "rejected",
  usage: "not understood",
  failure: "failed",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "terminated",
};

const deeds = {
  publish: "published",
  restamp: "restamped",
  backfill: "backfilled",
  dry_run: "published",
  adopt: "adopted",
} as const;

function finished(end: EventOf<"run.finished">, run: number | null): string {
  const { status, mode, seconds, tables, replaced = 0 } = end;
  if (status === "unchanged") return `nothing to do, these very files were published by run ${run}`;
  const took = formatDuration(seconds);
  const changes = tables.reduce((sum, { inserted = 0, updated = 0 }) => sum + inserted + updated, 0);
  const frozen = replaced === 0 ? "" : ` and replace ${formatCounted(replaced, "snapshot row")}`;
  if (status === "dry_run") {
    return `dry run in ${took}, rolled back; would change ${formatCounted(changes, "row")}${frozen}`;
  }
  const nothing = changes === 0 && mode !== "backfill" ? ", no live row changed" : "";
  return `${deedOf(end)} by run ${run} in ${took}${nothing}`;
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
