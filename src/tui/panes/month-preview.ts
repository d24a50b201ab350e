import { isLacking, lackInWords, type MonthLine } from "../../client/month-lines.ts";
import { formatAge, formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import type { DropFile, MonthEntry, RunDetail } from "../../core/messages/listings.ts";
import { clip, escapeControl, padEnd, padStart } from "../../core/text.ts";
import { type Area, paragraph } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { key } from "../drawing/keys-in-words.ts";
import { indented, type Row, type Span, span, type Tone } from "../drawing/spans.ts";
import { guessRows, tookInWords } from "../model/estimate.ts";
import { isRunning, type Ui } from "../model/model.ts";
import { placeInWords, signOf, verdictInWords } from "../model/verdicts.ts";

/** The files of a month with rows and sizes, and what its last run came to. */
export function previewRows(ui: Ui, entry: MonthLine, { width, height }: Area): Row[] {
  const { files } = entry;
  const columns = width >= 76 && files.length > 1 ? 2 : 1;
  const room = columns === 2 ? Math.floor((width - 6) / 2) : width - 4;
  const perColumn = Math.ceil(files.length / columns);
  const figures = figuresOf(ui, entry);
  const line = (file: DropFile) => fileLine(ui, file, figures.get(file) ?? "", room);
  const story = lastRunRows(ui, entry, width);
  const shown = files.slice(0, Math.min(perColumn, Math.max(1, height - Math.min(story.length, 3))));
  const lines = shown.map((file, index) => {
    const beside = columns === 2 ? files[index + perColumn] : undefined;
    const right = beside === undefined ? [] : ["  ", line(beside)];
    return indented(line(file), ...right);
  });
  return [...lines, ...story].slice(0, height);
}

/** Rows and sizes, each as wide as the longest: what is left is for the names. */
function figuresOf(ui: Ui, entry: MonthEntry): Map<DropFile, string> {
  const rowsOf = (file: DropFile) => {
    const guess = guessRows(ui.months ?? [], entry, file.table);
    return guess === null ? "" : `${guess.exact ? "" : "~"}${formatCount(guess.rows)}`;
  };
  const all = entry.files.map((file) => ({ file, rows: rowsOf(file), size: formatBytes(file.bytes) }));
  const [rows, sizes] = [all.map((one) => one.rows.length), all.map((one) => one.size.length)];
  const line = (one: (typeof all)[number]) =>
    `${padStart(one.rows, Math.max(...rows))}  ${padStart(one.size, Math.max(...sizes))}`;
  return new Map(all.map((one) => [one.file, line(one)]));
}

function fileLine(ui: Ui, file: DropFile, figures: string, width: number): Span {
  const { ellipsis } = glyphsOf(ui.look);
  const name = escapeControl(placeInWords(file.path));
  if (!file.present) return span(padEnd(clip(`${name}  missing`, width, ellipsis), width), "bad");
  const room = width - figures.length - 1;
  return span(`${padEnd(clip(name, room, ellipsis), room)} ${figures}`);
}

/** What the last run came to: its figures, or why it failed and the first failures. */
function lastRunRows(ui: Ui, entry: MonthLine, width: number): Row[] {
  // Beside a list there are few columns, and lines enough.
  const line = (text: string, tone: Tone) => paragraph(ui, text, width >= 76 ? 1 : 3, tone);
  return story(ui, entry, width, line).flat();
}

function story(ui: Ui, entry: MonthLine, width: number, line: (text: string, tone: Tone) => Row[]): Row[][] {
  const { dot } = glyphsOf(ui.look);
  const { month, state, last_run: last } = entry;
  if (isLacking(entry)) return [line(`${lackInWords(entry)}: not in ${escapeControl(ui.data)}`, "warn")];
  if (isRunning(ui) && ui.live?.current?.month === month) return [line(`running now: ${key("4")} shows it`, "warn")];
  if (state === "unsealed") return [line(`others took its snapshots: ${key("a")} seals them as they are`, "warn")];
  if (last === null) return [line(`never run ${dot} a dry run (${key("d")}) says what would change`, "dim")];
  const took = tookInWords(last);
  const ended = `run ${last.run} ${last.status.replace("_", " ")}${took === null ? "" : ` in ${took}`}`;
  const when = `${ended}, ${formatAge(Date.parse(last.started_at), ui.now)}`;
  const stamped = `${when} (${last.started_at.slice(0, 16).replace("T", " ")} UTC)`;
  if (state === "dropped")
    return [line(when, "dim"), line(`its snapshots were dropped: ${key("r")} takes them anew`, "warn")];
  const detail = ui.details[last.run];
  if (detail === undefined || detail.failure === null) {
    const warnings = (detail?.warnings ?? []).map(({ title }) =>
      line(`${glyphsOf(ui.look).warn} ${escapeControl(title)}`, "warn"),
    );
    return [line(width >= 76 ? stamped : when, "dim"), ...warnings];
  }
  const { title, hint, fault_count } = detail.failure;
  const reasons = reasonsOf(detail, glyphsOf(ui.look));
  const more = Math.max(fault_count, reasons.length) - 1;
  const [first] = reasons;
  const rest = more > 0 ? `, and ${formatCounted(more, "more", "more")}` : "";
  return [
    line(when, "dim"),
    line(escapeControl(title), "bad"),
    // Where nothing is wrong with the drop, what to do now is all there is to say.
    first === undefined ? line(escapeControl(hint), "plain") : line(`${escapeControl(first)}${rest}`, "warn"),
  ];
}

function reasonsOf({ faults, verdicts }: RunDetail, glyphs: Glyphs): string[] {
  return [
    ...faults.map(({ file, line, reason }) => `${glyphs.fail} ${placeInWords(file, line)}: ${reason}`),
    ...verdicts
      .filter(({ verdict }) => verdict !== "passed")
      .map((verdict) => verdictInWords(verdict, signOf(verdict, glyphs).text, glyphs)),
  ];
}
