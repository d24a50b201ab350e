import { frozenInWords } from "../../client/run-words.ts";
import { formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { Mode, RunEvent, TableCounts, Verdict } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import type { LogLine } from "./model.ts";

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
      return event.status === "unchanged"
        ? ["nothing to do: these very files are published", "good"]
        : [
            `${event.status === "dry_run" ? "rolled back after a dry run" : "published"} in ${formatDuration(event.seconds)}`,
            "good",
          ];
    case "run.failed":
      return [`${event.title} ${event.hint}`, "bad"];
    case "stage.started":
    case "table.progress":
      return null;
  }
}

function verdictWords(verdict: Verdict, glyphs: Glyphs): Said {
  const what = `${verdict.table}: ${expectationInWords(verdict, glyphs)}`;
  if (verdict.success) return [`${glyphs.ok} ${what}`, "dim"];
  return verdict.severity === "critical" ? [`${glyphs.fail} ${what}`, "bad"] : [`${glyphs.warn} ${what}`, "warn"];
}

const countNames = ["inserted", "updated", "unchanged", "absent"] as const;
const countWords = { inserted: "new", updated: "changed", unchanged: "unchanged", absent: "absent" };

/** The plan's four counts: "117 new, 0 changed, 7,003 unchanged, 40 absent"; just the rows before they are known. */
function countsInWords(counts: TableCounts): string {
  const known = countNames.flatMap((name) => {
    const value = counts[name];
    return value === undefined ? [] : [`${formatCount(value)} ${countWords[name]}`];
  });
  return known.length > 0 ? known.join(", ") : formatCounted(counts.rows, "row");
}

/** The log that a run of the ledger would have left: without times, which the ledger does not keep for each step. */
export function logOfDetail(detail: RunDetail, glyphs: Glyphs): LogLine[] {
  const at = detail.started_at;
  const end = detail.finished_at ?? detail.started_at;
  const lines: LogLine[] = detail.tables.map((table) => ({
    at,
    text: `${table.table}: ${countsInWords(table)}`,
    tone: "plain",
  }));
  for (const { title, hint } of detail.warnings) lines.push({ at, text: `warning: ${title} ${hint}`, tone: "warn" });
  for (const verdict of detail.verdicts) {
    if (verdict.success) continue;
    const [text, tone] = verdictWords(verdict, glyphs);
    lines.push({ at: end, text, tone });
  }
  for (const seal of detail.snapshots)
    lines.push({ at: end, text: `${seal.table}: ${formatCounted(seal.rows, "row")} sealed`, tone: "plain" });
  if (detail.failure !== null)
    lines.push({ at: end, text: `${detail.failure.title} ${detail.failure.hint}`, tone: "bad" });
  return lines;
}
