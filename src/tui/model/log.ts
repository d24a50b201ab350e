import { frozenInWords, outcomeOf, type Outcome as Told } from "../../client/run-words.ts";
import { formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { Mode, RunEvent, TableCounts } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { KeptVerdict } from "../../core/messages/verdicts.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import { type Span, span, type Tone } from "../drawing/spans.ts";
import type { LogLine } from "./model.ts";
import { signOf, verdictInWords } from "./verdicts.ts";

/** `pausing` where the next try is waited for. */
export type Outcome = Told | "pausing";

/** The one colour that an outcome has wherever it is told: bad is what somebody has to mend. */
export const outcomeTones: Record<Outcome, Tone> = {
  published: "good",
  rejected: "bad",
  failed: "bad",
  refused: "warn",
  interrupted: "warn",
  crashed: "bad",
  dry_run: "plain",
  running: "warn",
  unchanged: "good",
  unknown: "bad",
  pausing: "warn",
};

/** What an event has to say in the log; progress says nothing there. */
export function logLine(event: RunEvent, mode: Mode | null, glyphs: Glyphs): LogLine | null {
  const said = wordsOf(event, mode, glyphs);
  return said && { at: event.at, ...said };
}

function wordsOf(event: RunEvent, mode: Mode | null, glyphs: Glyphs): Span | null {
  switch (event.event) {
    case "run.started":
      return span(`${event.month}: ${formatCounted(event.tables.length, "table")}, as of ${event.as_of}`);
    case "table.finished":
      if (event.stage === "ingest") return span(`${event.table}: ${formatCounted(event.rows, "row")} read`, "dim");
      if (event.stage === "upsert") return span(`${event.table}: ${countsInWords(event)}`);
      if (event.stage !== "snapshot") return null;
      return span(`${event.table}: ${formatCounted(event.rows, "row")} ${frozenInWords(event, mode)}`);
    case "stage.finished":
      return span(`${event.stage} finished in ${formatDuration(event.seconds)}`, "dim");
    case "expectation.evaluated":
      return wordsOfVerdict(event, glyphs);
    case "run.warned":
      return span(`warning: ${event.title} ${event.hint}`, "warn");
    case "run.finished":
      if (event.status === "unchanged") return span("nothing to do: these very files are published", "good");
      return span(`${endings[event.status]} in ${formatDuration(event.seconds)}`, outcomeTones[event.status]);
    case "run.retried":
      return span(`${event.title} ${event.hint}`, "warn");
    case "run.failed":
      return span(`${event.title} ${event.hint}`, outcomeTones[outcomeOf({ end: event })]);
    case "stage.started":
    case "table.progress":
      return null;
  }
}

const endings = { published: "published", dry_run: "rolled back after a dry run" };

function wordsOfVerdict(verdict: KeptVerdict, glyphs: Glyphs): Span {
  const { text, tone } = signOf(verdict, glyphs);
  return span(`${text} ${verdictInWords(verdict, glyphs)}`, verdict.verdict === "passed" ? "dim" : tone);
}

/** The plan's four counts: "117 new, 0 changed, 7,003 unchanged, 40 absent"; just the rows before they are known. */
function countsInWords(counts: TableCounts): string {
  const { inserted, updated, unchanged, absent } = counts;
  const known = Object.entries({ new: inserted, changed: updated, unchanged, absent }).flatMap(([word, count]) =>
    count === undefined ? [] : [`${formatCount(count)} ${word}`],
  );
  return known.length > 0 ? known.join(", ") : formatCounted(counts.rows, "row");
}

/** The log that a run of the ledger would have left: without times, which the ledger does not keep for each step. */
export function logOfDetail(detail: RunDetail, glyphs: Glyphs): LogLine[] {
  const { started_at, finished_at, tables, warnings, verdicts, snapshots, failure } = detail;
  const before = [
    ...tables.map((table) => span(`${table.table}: ${countsInWords(table)}`)),
    ...warnings.map(({ title, hint }) => span(`warning: ${title} ${hint}`, "warn")),
  ];
  const after = [
    ...verdicts.filter(({ verdict }) => verdict !== "passed").map((verdict) => wordsOfVerdict(verdict, glyphs)),
    ...snapshots.map(({ table, rows }) => span(`${table}: ${formatCounted(rows, "row")} sealed`)),
    ...(failure === null ? [] : [span(`${failure.title} ${failure.hint}`, outcomeTones[detail.status])]),
  ];
  return [
    ...before.map((said) => ({ at: started_at, ...said })),
    ...after.map((said) => ({ at: finished_at ?? started_at, ...said })),
  ];
}
