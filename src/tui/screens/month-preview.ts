import { formatAge, formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { DropFile, MonthEntry } from "../../core/messages/listings.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import { clip, escapeControl, padEnd, padStart } from "../../core/text.ts";
import type { Area } from "../components/block.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, row, span } from "../drawing/spans.ts";
import { durationOf, rowsOf } from "../model/estimate.ts";
import { isRunning, type Ui } from "../model/model.ts";

/** The files of a month with rows and sizes, and what its last run came to. */
export function previewRows(ui: Ui, entry: MonthEntry, area: Area): Row[] {
  const two = area.width >= 76 && entry.files.length > 1;
  const width = two ? Math.floor((area.width - 6) / 2) : area.width - 4;
  const half = two ? Math.ceil(entry.files.length / 2) : entry.files.length;
  const lines: Row[] = [];
  const story = lastRunRows(ui, entry, area);
  const room = Math.max(1, area.height - Math.min(story.length, 3));
  for (let index = 0; index < Math.min(half, room); index++) {
    const left = entry.files[index];
    const right = two ? entry.files[index + half] : undefined;
    const texts = [left, right].flatMap((file) => (file === undefined ? [] : [fileLine(ui, entry, file, width)]));
    lines.push(row("   ", ...texts.flatMap((text, at) => (at === 0 ? [text] : [span("  "), text]))));
  }
  return [...lines, ...story].slice(0, area.height);
}

function fileLine(ui: Ui, entry: MonthEntry, file: DropFile, width: number) {
  const { ellipsis } = glyphsOf(ui.look);
  const name = escapeControl(file.path.split("/").at(-1) ?? file.path);
  if (!file.present) return span(padEnd(clip(`${name}  missing`, width, ellipsis), width), "bad");
  const guess = rowsOf(ui.months ?? [], entry, file.table);
  const rows = guess === null ? "" : `${guess.exact ? "" : "~"}${formatCount(guess.rows)}`;
  const figures = `${padStart(rows, 10)} ${padStart(formatBytes(file.bytes), 8)}`;
  return span(padEnd(clip(name, width - 20, ellipsis), width - 20) + figures);
}

/** What the last run came to: its figures, or why it failed and the first failures. */
function lastRunRows(ui: Ui, entry: MonthEntry, area: Area): Row[] {
  const last = entry.last_run;
  const { dot, fail } = glyphsOf(ui.look);
  const line = (text: string, tone: "plain" | "dim" | "bad" | "warn") => row("   ", span(text, tone));
  if (isRunning(ui) && ui.live?.current?.month === entry.month) return [line("running now: 4 shows it", "warn")];
  if (entry.state === "unsealed") return [line("others took its snapshots: a seals them as they are", "warn")];
  if (last === null) return [line(`never run ${dot} a dry run (d) says what would change`, "dim")];
  const seconds = durationOf(last);
  const took = seconds === null ? "" : ` in ${formatDuration(seconds)}`;
  const when = `run ${last.run} ${last.status.replace("_", " ")}${took}, ${formatAge(Date.parse(last.started_at), ui.now)}`;
  const stamped = `${when} (${last.started_at.slice(0, 16).replace("T", " ")} UTC)`;
  const detail = ui.details[last.run];
  if (entry.state === "dropped")
    return [line(when, "dim"), line("its snapshots were dropped: r takes them anew", "warn")];
  if (detail === undefined || detail.failure === null) return [line(area.width >= 76 ? stamped : when, "dim")];
  const failures = detail.verdicts
    .filter((verdict) => !verdict.success)
    .map((verdict) => `${fail} ${verdict.table}: ${expectationInWords(verdict, glyphsOf(ui.look))}`);
  const faults = detail.faults.map(
    (fault) =>
      `${fail} ${fault.file.split("/").at(-1)}${fault.line === undefined ? "" : `:${fault.line}`}: ${fault.reason}`,
  );
  const reasons = [...faults, ...failures];
  const more = Math.max(detail.failure.fault_count, reasons.length) - 1;
  // Where nothing is wrong with the drop, what to do now is all there is to say.
  const remedy = reasons.length > 0 ? [] : [line(escapeControl(detail.failure.hint), "plain")];
  return [
    line(when, "dim"),
    line(escapeControl(detail.failure.title), "bad"),
    ...reasons
      .slice(0, 1)
      .map((text) =>
        line(`${escapeControl(text)}${more > 0 ? `, and ${formatCounted(more, "more", "more")}` : ""}`, "warn"),
      ),
    ...remedy,
  ];
}
