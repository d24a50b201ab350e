import type { Fault } from "../../core/faults.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import { isRejecting } from "../../core/messages/verdicts.ts";
import { displayWidth, escapeControl } from "../../core/text.ts";
import { type Area, paragraph } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { indented, type Row, span, wrap } from "../drawing/spans.ts";
import { commandOfRun } from "../model/headless.ts";
import type { Ui } from "../model/model.ts";
import type { Failure, RunView } from "../model/run-view.ts";
import { placeInWords, signOf, verdictInWords } from "../model/verdicts.ts";

/** After the last word of a run: what was sealed or why nothing was, and the command that repeats it. */
export function outcomeRows(ui: Ui, view: RunView, area: Area): Row[] {
  const rows = view.failure === null ? successRows(ui, view) : failureRows(ui, view, view.failure, area);
  return [...rows, ...whole(ui, commandOfRun(view, ui))];
}

function successRows(ui: Ui, view: RunView): Row[] {
  const { ok, warn } = glyphsOf(ui.look);
  const said = (words: string) => {
    const [first = "", ...more] = wrap(words, ui.size.columns - 5, 3);
    return [indented(span(`${ok} `, "good"), first), ...more.map((line) => indented("  ", line))];
  };
  const warnings = view.warnings.flatMap(({ title }) => paragraph(ui, `${warn} ${title}`, 1, "warn")).slice(0, 2);
  if (view.outcome === "unchanged")
    return [...said("These very files are published already: nothing to do."), ...warnings];
  const isDry = view.outcome === "dry_run";
  return [
    ...(isDry ? said("This is what a run would do; nothing was changed.") : []),
    ...sealedInWords(view, isDry ? "would be sealed" : "sealed").flatMap(said),
    ...warnings,
  ];
}

function sealedInWords({ seals, kept, as_of }: RunView, sealed: string): string[] {
  const tables = seals.length - kept.tables;
  const rows = seals.reduce((sum, seal) => sum + seal.rows, 0) - kept.rows;
  const told = (count: number, what: string, where: number) =>
    where > 0 ? [`${formatCounted(count, "row")} ${what} ${as_of} in ${formatCounted(where, "snapshot table")}`] : [];
  return [...told(rows, `${sealed} as of`, tables), ...told(kept.rows, "stay as they were sealed as of", kept.tables)];
}

function failureRows(ui: Ui, view: RunView, failure: Failure, { width, height }: Area): Row[] {
  const glyphs = glyphsOf(ui.look);
  const { title, hint, reject_file } = failure;
  const room = Math.max(1, height - view.tables.length - 10);
  const reasons = [...faultsInWords(view, room, glyphs), ...failedInWords(view, glyphs)];
  // Beside a list there are lines enough, and few columns.
  const each = width < 60 ? 2 : 1;
  const shown = reasons.slice(0, room).flatMap((line) => paragraph(ui, line, each, "warn"));
  // Where there is nothing else to say, every word counts.
  const lines = 2 + Math.floor(Math.max(0, room - reasons.length) / 2);
  const more = reasons.length > room ? [`and ${formatCount(reasons.length - room)} more`] : [];
  const where = reject_file === null ? [] : [`every fault: ${escapeControl(reject_file)}`];
  return [
    ...paragraph(ui, title, lines, "bad"),
    ...shown,
    ...[...more, ...where].flatMap((line) => whole(ui, line)),
    ...paragraph(ui, hint, lines),
  ];
}

/** What is copied by eye: on one line where that can be, and on several rather than cut. */
function whole(ui: Ui, text: string): Row[] {
  const safe = escapeControl(text);
  return displayWidth(safe) <= ui.size.columns - 3 ? [indented(span(safe, "dim"))] : paragraph(ui, text, 3, "dim");
}

/** Each fault while they are few; their kinds when they are many. */
function faultsInWords({ faults, fault_count, fault_groups }: RunView, room: number, { fail }: Glyphs): string[] {
  return fault_groups.length === 0 || fault_count <= room
    ? faults.map((fault) => `${fail} ${faultInWords(fault)}`)
    : fault_groups.map((group) => `${fail} ${placeInWords(group.file)}: ${describeGroup(group)}`);
}

function faultInWords({ file, line, column, value, reason }: Fault): string {
  const what = `${column === undefined ? "" : ` ${column}`}${value === undefined ? "" : ` "${value}"`}`;
  return `${placeInWords(file, line)}${what}: ${reason}`;
}

function failedInWords({ verdicts }: RunView, glyphs: Glyphs): string[] {
  return verdicts.filter(isRejecting).map((verdict) => {
    const count = verdict.unexpected_count;
    const counted = count === null ? "" : `, ${formatCounted(count, "unexpected value")}`;
    return verdictInWords(verdict, signOf(verdict, glyphs).text, glyphs) + counted;
  });
}
