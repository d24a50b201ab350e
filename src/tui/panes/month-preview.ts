import { lackInWords, type MonthLine } from "../../client/month-lines.ts";
import { statusWord } from "../../client/words.ts";
import { formatAge, formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import type { DropFile, MonthEntry, RunDetail, RunFailure } from "../../core/messages/listings.ts";
import { isLacking } from "../../core/month.ts";
import { clip, escapeControl, padEnd, padStart } from "../../core/text.ts";
import { firstOf, type Said, saidRows } from "../components/said.ts";
import type { Area } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { key } from "../drawing/keys-in-words.ts";
import { indented, type Row, type Span, span } from "../drawing/spans.ts";
import { guessRows, tookInWords } from "../model/estimate.ts";
import { outcomeTones } from "../model/log.ts";
import type { Ui } from "../model/model.ts";
import { isRunningHere, rejectedFor } from "../model/months.ts";
import { placeInWords, signOf, verdictInWords } from "../model/verdicts.ts";

/** The files of a month with rows and sizes, and what its last run came to. */
export function previewRows(ui: Ui, entry: MonthLine, { width, height }: Area): Row[] {
  const { files } = entry;
  const columns = width >= 76 && files.length > 1 ? 2 : 1;
  const ofFile = columns === 2 ? Math.floor((width - 6) / 2) : width - 4;
  const perColumn = Math.ceil(files.length / columns);
  const figures = figuresOf(ui, entry);
  const line = (file: DropFile) => fileLine(ui, file, figures.get(file) ?? "", ofFile);
  const told = storyOf(ui, entry, width);
  const shown = files.slice(0, Math.min(perColumn, Math.max(1, height - Math.min(told.length, 3))));
  const lines = shown.map((file, index) => {
    const beside = columns === 2 ? files[index + perColumn] : undefined;
    const right = beside === undefined ? [] : ["  ", line(beside)];
    return indented(line(file), ...right);
  });
  const room = height - lines.length;
  return [...lines, ...saidRows(ui, firstOf(told, room), room)];
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

/** What the last run came to: its figures, or why it failed and the first failure. */
function storyOf(ui: Ui, entry: MonthLine, width: number): Said[] {
  const { state, last_run: last } = entry;
  if (isLacking(entry)) return [{ words: `${lackInWords(entry)}: not in ${ui.data}`, tone: "warn" }];
  if (isRunningHere(ui, entry)) return [{ words: `running now: ${key("4")} shows it`, tone: "warn" }];
  if (state === "unsealed")
    return [{ words: `others took its snapshots: ${key("a")} seals them as they are`, tone: "warn" }];
  if (last === null) return neverRun(ui, entry);
  const took = tookInWords(last);
  const ended = `run ${last.run} ${statusWord(last.status)}${took === null ? "" : ` in ${took}`}`;
  const when = `${ended}, ${formatAge(Date.parse(last.started_at), ui.now)}`;
  if (state === "dropped")
    return [
      { words: when, tone: "dim" },
      { words: `its snapshots were dropped: ${key("r")} takes them anew`, tone: "warn" },
    ];
  const detail = ui.details[last.run];
  const glyphs = glyphsOf(ui.look);
  if (detail === undefined || detail.failure === null) {
    const sign = span(`${glyphs.warn} `, "warn");
    const warnings = (detail?.warnings ?? []).map(({ title }): Said => ({ words: title, tone: "warn", sign }));
    const stamped = `${when} (${last.started_at.slice(0, 16).replace("T", " ")} UTC)`;
    return [{ words: width >= 76 ? stamped : when, tone: "dim" }, ...warnings];
  }
  return [{ words: when, tone: "dim" }, ...failureTold(detail, detail.failure, glyphs)];
}

function neverRun(ui: Ui, entry: MonthLine): Said[] {
  const rejected = rejectedFor(entry);
  const next = rejected === null ? `a dry run (${key("d")}) says what would change` : `it ${rejected}`;
  return [{ words: `never run ${glyphsOf(ui.look).dot} ${next}`, tone: rejected === null ? "dim" : "warn" }];
}

function failureTold(detail: RunDetail, { title, hint, fault_count }: RunFailure, glyphs: Glyphs): Said[] {
  const [first, ...others] = reasonsOf(detail, glyphs);
  const more = Math.max(fault_count, others.length + 1) - 1;
  const rest = more > 0 ? `, and ${formatCounted(more, "more", "more")}` : "";
  return [
    { words: title, tone: outcomeTones[detail.status] },
    // Where nothing is wrong with the drop, what to do now is all there is to say.
    first === undefined ? { words: hint } : { ...first, words: `${first.words}${rest}` },
  ];
}

function reasonsOf({ faults, verdicts }: RunDetail, glyphs: Glyphs): Said[] {
  const reason = (words: string, { text, tone }: Span): Said => ({ words, sign: span(`${text} `, tone) });
  const fault = span(glyphs.fail, "bad");
  return [
    ...faults.map(({ file, line, reason: why }) => reason(`${placeInWords(file, line)}: ${why}`, fault)),
    ...verdicts
      .filter(({ verdict }) => verdict !== "passed")
      .map((verdict) => reason(verdictInWords(verdict, glyphs), signOf(verdict, glyphs))),
  ];
}
