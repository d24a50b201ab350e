import { frozenInWords } from "../../client/run-words.ts";
import type { RunState, TableProgress } from "../../client/state.ts";
import { formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { EventOf, RunEvent, Stage } from "../../core/messages/events.ts";
import { padEnd } from "../../core/text.ts";
import type { Channel } from "../views/output.ts";
import { spaced, verdictLine } from "../views/words.ts";
import { type Printer, printer } from "./printer.ts";

/** What is not in the stream, such as which database it is, for whoever reads the stream itself. */
export function notices(err: Channel): Printer {
  return printer({ notice: (text) => err.write(`${text}\n`) });
}

/** One plain line for each thing that is done; nothing is ever repeated. */
export function lines(err: Channel): Printer {
  return printer({
    event(event, state) {
      const line = lineOf(event, state);
      if (line !== null) err.write(`${line}\n`);
    },
    notice: (text) => err.write(`${text}\n`),
  });
}

function lineOf(event: RunEvent, state: RunState): string | null {
  switch (event.event) {
    case "run.started":
      return `${state.month} → ${state.as_of}${state.mode === "publish" ? "" : ` (${spaced(state.mode)})`}`;
    case "table.finished":
      return tableLine(event, state);
    case "expectation.evaluated":
      return event.success
        ? null
        : row("validate", event.severity === "critical" ? "failed" : event.severity, verdictLine(event));
    case "stage.finished":
      return row(event.stage, "done", `in ${formatDuration(event.seconds)}`);
    case "run.warned":
      return row("", "warning", event.title);
    default:
      return null;
  }
}

const row = (stage: string, subject: string, text: string) => `  ${padEnd(stage, 8)}  ${padEnd(subject, 16)}  ${text}`;

function tableLine(event: EventOf<"table.finished">, state: RunState): string {
  const table = state.tables.find((one) => one.table === event.table);
  return row(event.stage, event.table, done[event.stage](event, table, state));
}

type Words = (event: EventOf<"table.finished">, table: TableProgress | undefined, state: RunState) => string;

const done: Record<Stage, Words> = {
  ingest: ({ rows }, table) => `${formatCounted(rows, "row")}, ${formatBytes(table?.bytes ?? 0)}`,
  upsert: ({ rows, inserted, updated, unchanged, absent }) =>
    inserted === undefined
      ? `${formatCounted(rows, "row")}, live table left as it is`
      : `${formatCount(inserted)} inserted, ${formatCount(updated ?? 0)} updated, ` +
        `${formatCount(unchanged ?? 0)} unchanged, ${formatCount(absent ?? 0)} absent`,
  validate: (_event, table) => {
    const verdicts = table?.verdicts ?? [];
    return `${verdicts.filter(({ success }) => success).length} of ${formatCounted(verdicts.length, "expectation")} passed`;
  },
  snapshot: (event, _table, { mode }) => `${formatCounted(event.rows, "row")} ${frozenInWords(event, mode)}`,
};
