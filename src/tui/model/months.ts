import { lackInWords, type MonthLine } from "../../client/month-lines.ts";
import { outcomeOf } from "../../client/run-words.ts";
import { statusWord } from "../../client/words.ts";
import { formatAge } from "../../core/format.ts";
import { type Stage, stages } from "../../core/messages/events.ts";
import type { MonthEntry, MonthState, RunEntry } from "../../core/messages/listings.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { isLacking } from "../../core/month.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Span, span, type Tone } from "../drawing/spans.ts";
import { outcomeTones } from "./log.ts";
import { isRunning, type Ui } from "./model.ts";
import { gravestSign } from "./verdicts.ts";

/** `aged` ones speak of a run, whose age says how long it has been so. */
const states: Record<MonthState, { tone: Tone; aged: boolean }> = {
  new: { tone: "accent", aged: false },
  ok: { tone: "good", aged: true },
  changed: { tone: "warn", aged: true },
  dropped: { tone: "warn", aged: false },
  failed: { tone: "bad", aged: true },
  crashed: { tone: "bad", aged: true },
  running: { tone: "warn", aged: false },
  incomplete: { tone: "warn", aged: false },
  broken: { tone: "bad", aged: false },
  adopted: { tone: "good", aged: true },
  unsealed: { tone: "warn", aged: false },
  out_of_order: { tone: "warn", aged: false },
  stamp_taken: { tone: "warn", aged: false },
  gone: { tone: "dim", aged: true },
  missing: { tone: "warn", aged: false },
  due: { tone: "bad", aged: false },
};

/** The state in words, with the age of the run it speaks of: "ok 2 d". */
export function stateInWords(ui: Ui, entry: MonthLine, room: number): Span {
  if (isRunningHere(ui, entry)) return span("running", outcomeTones.running);
  const { aged } = states[entry.state];
  const tone = toneOf(entry);
  if (isLacking(entry)) return span(lackInRoom(entry, room), tone);
  const age = aged && entry.last_run !== null ? ` ${formatAge(Date.parse(entry.last_run.started_at), ui.now)}` : "";
  const word = stateWord(entry);
  const words = `${word}${age.replace(" ago", "").replace("just now", "now")}`;
  // The age is whole, or not there.
  const fitting = [words, words.replace(/ (?=[dhm]$)/, "")].find(({ length }) => length <= room);
  return span(fitting ?? word, tone);
}

/** The listing is of before the run that goes on. */
export function isRunningHere(ui: Ui, { month }: Pick<MonthEntry, "month">): boolean {
  return isRunning(ui) && ui.live?.current?.month === month;
}

function toneOf({ state, last_run }: MonthEntry): Tone {
  return state === "failed" && last_run !== null ? outcomeTones[last_run.status] : states[state].tone;
}

function lackInRoom(line: MonthLine, room: number): string {
  const words = lackInWords(line);
  const short = line.count === 1 ? line.state : `${line.count} ${line.state}`;
  return words.length > room ? short : words;
}

/** Columns that the list of months has for it at 80. */
export const stateWidth = 12;

/** What did not publish is called what its run came to: one that was cancelled did not fail. */
export function stateWord({ state, last_run }: Pick<MonthEntry, "state" | "last_run">): string {
  return statusWord(state === "failed" ? (last_run?.status ?? state) : state);
}

/** What files that are not there come to; null where all are. */
export function rejectedFor({ files }: Pick<MonthEntry, "files">): string | null {
  const missing = files.filter((file) => !file.present).map((file) => file.table);
  return missing.length === 0 ? null : `lacks ${missing.join(", ")}, so it will be rejected`;
}

/** Beside what speaks of a run that told warnings. */
export function warnedSign(run: RunEntry | null, glyphs: Glyphs): Span[] {
  return (run?.warned ?? 0) > 0 ? [span(` ${glyphs.warn}`, "warn")] : [];
}

/** One cell for each stage: what the month's publication, or its last attempt, came to. */
export function monthStages(ui: Ui, entry: MonthEntry): Span[] {
  const glyphs = glyphsOf(ui.look);
  const stageNow = ui.live?.current?.stage ?? null;
  if (isRunningHere(ui, entry)) return stages.map((stage) => liveCell(stage, stageNow, glyphs));
  const run = entry.last_run;
  if (run === null || run.status === "dry_run") return stages.map(() => span(glyphs.todo, "dim"));
  if (run.status === "published") return publishedCells(run, glyphs, entry.state);
  if (run.status === "running") return stages.map(() => span(glyphs.ellipsis, "warn"));
  return failedCells(run, failedStage(ui, run), glyphs);
}

function liveCell(stage: Stage, current: Stage | null, glyphs: Glyphs): Span {
  const distance = stages.indexOf(stage) - (current === null ? -1 : stages.indexOf(current));
  if (distance < 0) return span(glyphs.ok, "good");
  return distance === 0 ? span(glyphs.ellipsis, "warn") : span(glyphs.todo, "dim");
}

function publishedCells(run: RunEntry, glyphs: Glyphs, state: MonthState): Span[] {
  const tone = state === "ok" ? "good" : "dim";
  const sign = gravestSign(run.expectations, false, glyphs);
  const done = (isDone: boolean) => (isDone ? span(glyphs.ok, tone) : span(glyphs.none, "dim"));
  return [
    done(run.mode !== "adopt"),
    done(run.mode !== "adopt" && run.mode !== "backfill"),
    span(`${passedOf(run, glyphs)}${sign?.text ?? ""}`, sign?.tone ?? tone),
    unsealedStates.has(state) ? span(state, states[state].tone) : sealedCell(run, glyphs, tone),
  ];
}

/** What was warned of while it was sealed, as drift is, is seen here. */
function sealedCell(run: RunEntry, glyphs: Glyphs, tone: Tone): Span {
  const [sign] = warnedSign(run, glyphs);
  return sign === undefined ? span("sealed", tone) : span(`sealed${sign.text}`, sign.tone);
}

/** Of published months whose snapshots are not as they were sealed, or not sealed any more. */
const unsealedStates = new Set<MonthState>(["dropped", "broken", "unsealed"]);

function failedCells(run: RunEntry, failed: Stage | null, glyphs: Glyphs): Span[] {
  const at = failed === null ? 0 : stages.indexOf(failed);
  return stages.map((stage, index) => {
    if (index < at) return span(stage === "validate" ? passedOf(run, glyphs) : glyphs.ok, "dim");
    if (index > at || failed === null) return span(glyphs.none, "dim");
    if (stage !== "validate") return span(glyphs.fail, "bad");
    const sign = gravestSign(run.expectations, true, glyphs)?.text ?? glyphs.fail;
    return span(`${sign} ${passedOf(run, glyphs)}`, "bad");
  });
}

/** Expectations that held, of all that there are. */
export function passedOf({ expectations }: RunEntry, { none }: Glyphs): string {
  const all = allOf(expectations);
  return all === 0 ? none : `${expectations.passed}/${all}`;
}

/** The stage that stopped a run: from its details where they are known, else as far as the counts tell. */
function failedStage(ui: Ui, run: RunEntry): Stage | null {
  const known = ui.details[run.run]?.failure?.stage;
  const named = stages.find((stage) => stage === known);
  if (named !== undefined) return named;
  const own = ui.live?.current;
  if (own?.run === run.run && own.end?.event === "run.failed" && outcomeOf(own) !== "published") return own.end.stage;
  if (run.status !== "rejected") return run.expectations.failed > 0 ? "validate" : null;
  // Who judged it had read it.
  return allOf(run.expectations) > 0 ? "validate" : "ingest";
}
