import { notLookedAt } from "../../client/run-words.ts";
import type { Fault } from "../../core/faults.ts";
import { formatCounted } from "../../core/format.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import { isRejecting } from "../../core/messages/verdicts.ts";
import { firstOf, heightOf, type Said, saidRows } from "../components/said.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Row, span } from "../drawing/spans.ts";
import { commandOfRun } from "../model/headless.ts";
import { outcomeTones } from "../model/log.ts";
import type { Ui } from "../model/model.ts";
import type { Failure, RunView } from "../model/run-view.ts";
import { placeInWords, signOf, verdictInWords } from "../model/verdicts.ts";

/** After the last word of a run: what was sealed or why nothing was, and the command that repeats it. */
export function outcomeRows(ui: Ui, view: RunView, height: number): Row[] {
  const told = view.failure === null ? successTold(ui, view, height) : failureTold(ui, view, view.failure, height);
  return saidRows(ui, [...told, { words: commandOfRun(view, ui), tone: "dim", isWhole: true }], height);
}

function successTold(ui: Ui, view: RunView, height: number): Said[] {
  const { ok, warn } = glyphsOf(ui.look);
  const said = (words: string): Said => ({ words, sign: span(`${ok} `, "good") });
  const isDry = view.outcome === "dry_run";
  const done =
    view.outcome === "unchanged"
      ? [
          said("These very files are published already: nothing to do."),
          { words: notLookedAt(view.tables.map(({ counts }) => counts)), tone: "dim" as const },
        ]
      : [
          ...(isDry ? [said("This is what a run would do; nothing was changed.")] : []),
          ...sealedInWords(view, isDry ? "would be sealed" : "sealed").map(said),
        ];
  const warnings = view.warnings.map(
    ({ title }): Said => ({ words: title, tone: "warn", sign: span(`${warn} `, "warn"), yields: true }),
  );
  return [...done, ...firstOf(warnings, height - heightOf(ui, done))];
}

function sealedInWords({ seals, kept, as_of }: RunView, sealed: string): string[] {
  const tables = seals.length - kept.tables;
  const rows = seals.reduce((sum, seal) => sum + seal.rows, 0) - kept.rows;
  const told = (count: number, what: string, where: number) =>
    where > 0 ? [`${formatCounted(count, "row")} ${what} ${as_of} in ${formatCounted(where, "snapshot table")}`] : [];
  return [...told(rows, `${sealed} as of`, tables), ...told(kept.rows, "stay as they were sealed as of", kept.tables)];
}

function failureTold(ui: Ui, view: RunView, { title, hint, reject_file }: Failure, height: number): Said[] {
  const glyphs = glyphsOf(ui.look);
  const why: Said = { words: title, tone: outcomeTones[view.outcome] };
  const where: Said[] =
    reject_file === null ? [] : [{ words: `every fault: ${reject_file}`, tone: "dim", isWhole: true }];
  const remedy: Said = { words: hint };
  const room = Math.max(1, height - heightOf(ui, [why, ...where, remedy]));
  // The first of them is whole, whatever that leaves for the others.
  const reasons = [...faultsInWords(view, room, glyphs), ...failedInWords(view, glyphs)].map((reason, index) =>
    index === 0 ? { ...reason, yields: false } : reason,
  );
  return [why, ...firstOf(reasons, room), ...where, remedy];
}

/** Each fault while they are few; their kinds when they are many. */
function faultsInWords({ faults, fault_count, fault_groups }: RunView, room: number, { fail }: Glyphs): Said[] {
  const words =
    fault_groups.length === 0 || fault_count <= room
      ? faults.map(faultInWords)
      : fault_groups.map((group) => `${placeInWords(group.file)}: ${describeGroup(group)}`);
  return words.map((reason) => ({ words: reason, sign: span(`${fail} `, "bad"), yields: true }));
}

function faultInWords({ file, line, column, value, reason }: Fault): string {
  const what = `${column === undefined ? "" : ` ${column}`}${value === undefined ? "" : ` "${value}"`}`;
  return `${placeInWords(file, line)}${what}: ${reason}`;
}

function failedInWords({ verdicts }: RunView, glyphs: Glyphs): Said[] {
  return verdicts.filter(isRejecting).map((verdict): Said => {
    const count = verdict.unexpected_count;
    const counted = count === null ? "" : `, ${formatCounted(count, "unexpected value")}`;
    const words = verdictInWords(verdict, glyphs) + counted;
    const { text, tone } = signOf(verdict, glyphs);
    return { words, sign: span(`${text} `, tone), yields: true };
  });
}
