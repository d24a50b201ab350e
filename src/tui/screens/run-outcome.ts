import { describeGroup, type Fault } from "../../core/faults.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import { clip, escapeControl } from "../../core/text.ts";
import type { Area } from "../components/block.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Row, row, span, type Tone, wrap } from "../drawing/spans.ts";
import { commandOfRun } from "../model/headless.ts";
import type { Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";
import { judged } from "../model/verdicts.ts";

/** After the last word of a run: what was sealed or why nothing was, and the command that repeats it. */
export function outcomeRows(ui: Ui, view: RunView, area: Area): Row[] {
  const command = row("   ", span(commandOfRun(view, ui), "dim"));
  return [...(view.failure === null ? successRows(ui, view, area) : failureRows(ui, view, area)), command];
}

function text(ui: Ui, words: string, tone: Tone, width: number, lines: number): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  return wrap(escapeControl(words), width - 6, lines, ellipsis).map((line) => row("   ", span(line, tone)));
}

function successRows(ui: Ui, view: RunView, { width }: Area): Row[] {
  const { ok, warn } = glyphsOf(ui.look);
  const said = (words: string) => row("   ", span(`${ok} `, "good"), words);
  const warnings = view.warnings.flatMap(({ title }) => text(ui, `${warn} ${title}`, "warn", width, 1)).slice(0, 2);
  if (view.outcome === "unchanged")
    return [said("These very files are published already: nothing to do."), ...warnings];
  const isDry = view.outcome === "dry_run";
  return [
    ...(isDry ? [said("This is what a run would do; nothing was changed.")] : []),
    ...sealedInWords(view, isDry ? "would be sealed" : "sealed").map(said),
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

function failureRows(ui: Ui, view: RunView, { width, height }: Area): Row[] {
  if (view.failure === null) return [];
  const glyphs = glyphsOf(ui.look);
  const { title, hint, reject_file } = view.failure;
  const room = Math.max(1, height - view.tables.length - 10);
  const reasons = [...faultsInWords(view, room, glyphs), ...failedInWords(view, glyphs)];
  const more = reasons.length - room;
  // Where there is nothing else to say, every word counts.
  const lines = 2 + Math.floor(Math.max(0, room - reasons.length) / 2);
  const where = reject_file === null ? [] : [row("   ", span(`every fault: ${escapeControl(reject_file)}`, "dim"))];
  return [
    ...text(ui, title, "bad", width, lines),
    ...reasons
      .slice(0, room)
      .map((line) => row("   ", span(clip(escapeControl(line), width - 6, glyphs.ellipsis), "warn"))),
    ...(more > 0 ? [row("   ", span(`and ${formatCount(more)} more`, "dim"))] : []),
    ...where,
    ...text(ui, hint, "plain", width, lines),
  ];
}

/** Each fault while they are few; their kinds when they are many. */
function faultsInWords(view: RunView, room: number, glyphs: Glyphs): string[] {
  if (view.fault_groups.length === 0 || view.fault_count <= room) {
    return view.faults.map((fault) => faultInWords(fault, glyphs));
  }
  return view.fault_groups.map((group) => `${glyphs.fail} ${group.file.split("/").at(-1)}: ${describeGroup(group)}`);
}

function faultInWords(fault: Fault, glyphs: Glyphs): string {
  const line = fault.line === undefined ? "" : `:${fault.line}`;
  const column = fault.column === undefined ? "" : ` ${fault.column}`;
  const value = fault.value === undefined ? "" : ` "${fault.value}"`;
  return `${glyphs.fail} ${fault.file.split("/").at(-1)}${line}${column}${value}: ${fault.reason}`;
}

function failedInWords(view: RunView, glyphs: Glyphs): string[] {
  return judged(view.verdicts)
    .filter((verdict) => verdict.rank === 0)
    .map((verdict) => {
      const count =
        verdict.unexpected_count === null ? "" : `, ${formatCounted(verdict.unexpected_count, "unexpected value")}`;
      return `${glyphs.fail} ${verdict.table}: ${expectationInWords(verdict, glyphs)}${count}`;
    });
}
