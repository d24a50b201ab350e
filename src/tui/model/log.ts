import { frozenInWords } from "../../client/run-words.ts";
import { formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { Mode, RunEvent, TableCounts, Verdict } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import type { LogLine } from "./model.ts";
import { signOf, verdictInWords } from "./verdicts.ts";

/** What an event has to say in the log; progress says nothing there. */
export function logLine(event: RunEvent, mode: Mode | null, glyphs: Glyphs): LogLine | null {
  const said = wordsOf(event, mode, glyphs);
  return said === null ? null : { at: event.at, text: said[0], tone: said[1] };
}

type Said = [text: string, tone: LogLine["tone"]];

function wordsOf(event: RunEvent, mode: Mode | null, glyphs: Glyphs): Said | null {
  switch (event.event) {
    case "run.started":
      return [`${event.month}: ${formatCounted(event.tables.length, "table")}, as of ${event.as_of}`, "plain"];
    case "table.finished":
      if (event.stage === "ingest") return [`${event.table}: ${formatCounted(event.rows, "row")} read`, "dim"];
      if (event.stage === "upsert") return [`${event.table}: ${countsInWords(event)}`, "plain"];
      if (event.stage !== "snapshot") return null;
      return [`${event.table}: ${formatCounted(event.rows, "row")} ${frozenInWords(event, mode)}`, "plain"];
    case "stage.finished":
      return [`${event.stage} finished in ${formatDuration(event.seconds)}`, "dim"];
    case "expectation.evaluated":
      return verdictWords(event, glyphs);
    case "run.warned":
      return [`warning: ${event.title} ${event.hint}`, "warn"];
    case "run.finished":
      return [
        `${endings[event.status]}${event.status === "unchanged" ? "" : ` in ${formatDuration(event.seconds)}`}`,
        "good",
      ];
    case "run.failed":
      return [`${event.title} ${event.hint}`, "bad"];
    case "stage.started":
    case "table.progress":
      return null;
  }
}

const endings = {
  published: "published",
  unchanged: "nothing to do: these very files are published",
  dry_run: "rolled back after a dry run",
};

function verdictWords(verdict: Verdict, glyphs: Glyphs): Said {
  const { text, tone } = signOf(verdict, glyphs);
  return [verdictInWords(verdict, text, glyphs), verdict.success ? "dim" : tone];
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
  const before: Said[] = [
    ...tables.map((table): Said => [`${table.table}: ${countsInWords(table)}`, "plain"]),
    ...warnings.map(({ title, hint }): Said => [`warning: ${title} ${hint}`, "warn"]),
  ];
  const after: Said[] = [
    ...verdicts.filter(({ success }) => !success).map((verdict) => verdictWords(verdict, glyphs)),
    ...snapshots.map(({ table, rows }): Said => [`${table}: ${formatCounted(rows, "row")} sealed`, "plain"]),
    ...(failure === null ? [] : [[`${failure.title} ${failure.hint}`, "bad"] satisfies Said]),
  ];
  return [
    ...before.map(([text, tone]) => ({ at: started_at, text, tone })),
    ...after.map(([text, tone]) => ({ at: finished_at ?? started_at, text, tone })),
  ];
}
