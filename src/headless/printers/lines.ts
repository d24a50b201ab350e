import { frozenInWords } from "../../client/run-words.ts";
import type { RunState, TableProgress } from "../../client/state.ts";
import { passedInWords, spaced, verdictLine, verdictWord } from "../../client/words.ts";
import { formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { EventOf, RunEvent, Stage } from "../../core/messages/events.ts";
import { escapeControl, padEnd, shownJson } from "../../core/text.ts";
import type { Channel } from "../views/output.ts";
import type { Printer } from "./printer.ts";

/** Every event as it comes, as one line of JSON. */
export function jsonLines(out: Channel): Printer {
  return { event: (event) => out.write(`${shownJson(event)}\n`) };
}

/** What is not in the stream, such as which database it is. */
export function notices(err: Channel): Printer {
  return { notice: (text) => err.write(`${text}\n`) };
}

/** Of all that, what could not be done: for who wants to hear of errors alone. */
export function troubles(err: Channel): Printer {
  return { notice: (text, isTrouble) => isTrouble && err.write(`${text}\n`) };
}

/** One plain line for each thing that is done; nothing is ever repeated. What each table is done with is told on request. */
export function lines(err: Channel, isVerbose: boolean): Printer {
  return {
    event(event, state) {
      const line = event.event === "table.finished" && !isVerbose ? null : lineOf(event, state);
      if (line !== null) err.write(`${escapeControl(line)}\n`);
    },
  };
}

function lineOf(event: RunEvent, state: RunState): string | null {
  switch (event.event) {
    case "run.started":
      return `${state.month} → ${state.as_of}${state.mode === "publish" ? "" : ` (${spaced(state.mode)})`}`;
    case "table.finished": {
      const table = state.tables.find((one) => one.table === event.table);
      return row(event.stage, event.table, done[event.stage](event, table, state));
    }
    case "expectation.evaluated":
      return event.verdict === "passed" ? null : row("validate", verdictWord(event), verdictLine(event));
    case "stage.finished":
      return row(event.stage, "done", `in ${formatDuration(event.seconds)}`);
    case "run.warned":
      return row("", "warning", event.title);
    case "run.retried":
      return row("", "retry", `${event.title} ${event.hint}`);
    default:
      return null;
  }
}

const row = (stage: string, subject: string, text: string) => `  ${padEnd(stage, 8)}  ${padEnd(subject, 16)}  ${text}`;

type Words = (event: EventOf<"table.finished">, table: TableProgress | undefined, state: RunState) => string;

const done: Record<Stage, Words> = {
  ingest: ({ rows }, table) => `${formatCounted(rows, "row")}, ${formatBytes(table?.bytes ?? 0)}`,
  upsert: ({ rows, inserted, updated = 0, unchanged = 0, absent = 0 }) =>
    inserted === undefined
      ? `${formatCounted(rows, "row")}, live table left as it is`
      : Object.entries({ inserted, updated, unchanged, absent })
          .map(([name, count]) => `${formatCount(count)} ${name}`)
          .join(", "),
  validate: (_event, table) => passedInWords(table?.verdicts ?? []),
  snapshot: (event, _table, { mode }) => `${formatCounted(event.rows, "row")} ${frozenInWords(event, mode)}`,
};
