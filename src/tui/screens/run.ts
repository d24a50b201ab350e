import { timeLeftInWords } from "../../client/estimate.ts";
import { isTriedAgain } from "../../client/state.ts";
import { formatClock, formatDuration } from "../../core/format.ts";
import { redact } from "../../core/secrets/secrets.ts";
import { escapeControl } from "../../core/text.ts";
import { rule } from "../components/panels.ts";
import {
  type Area,
  awaitedRows,
  emptyRows,
  type Screen,
  type TitlePart,
  troubleRows,
  yielding,
} from "../components/screen.ts";
import { glyphsOf, withSigns } from "../drawing/glyphs.ts";
import { stretch } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { blank, type Row, row, span, wrap } from "../drawing/spans.ts";
import { secondsLeft } from "../model/estimate.ts";
import { cursorOf, logShown, runViewAt, selectedMonth, selectedRun } from "../model/lists.ts";
import { outcomeTones } from "../model/log.ts";
import { emptyList, here, isRunning, type PlaceOf, type Step, type Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";
import { outcomeRows } from "../panes/run-outcome.ts";
import { paceRow, progressRows, summaryRows } from "../panes/run-tables.ts";
import { at, type Binding, keysOn, nothingHere, type Reaction, whenFree } from "../state/binding.ts";
import { askCancel, askToRun, notRunnable } from "../state/questions.ts";
import { askFirst, open, showRun, stay, withHere } from "../state/stack.ts";

/** Number of the run that the line under the cursor is about, or in words why there is none. */
function runHere(ui: Ui): number | string {
  if (here(ui).screen === "runs") return selectedRun(ui)?.run ?? nothingHere(ui);
  const entry = selectedMonth(ui);
  if (entry === null) return nothingHere(ui);
  return (
    entry.last_run?.run ?? `${entry.month} was never run: ${key("r")} runs it, ${key("d")} says what would change.`
  );
}

const onRun = (act: (ui: Ui, run: number) => Step) => (ui: Ui) => {
  const run = runHere(ui);
  return typeof run === "string" ? run : act(ui, run);
};

function openValidation(ui: Ui, run: number | null): Step {
  return stay(open(ui, { screen: "validation", run, list: emptyList, failuresOnly: false }));
}

function cancel(ui: Ui, { run }: PlaceOf<"run">): Reaction {
  if (!isRunning(ui) || (run !== null && run !== ui.live?.current?.run))
    return "This run is over: there is nothing to cancel.";
  return ui.live?.cancelling === true ? "It is being cancelled already." : askFirst(ui, askCancel(ui));
}

function expectationsOf(ui: Ui, { run }: PlaceOf<"run">): Reaction {
  if (!runViewAt(ui, run)?.verdicts.length)
    return `No expectation ${run === null && isRunning(ui) ? "is evaluated yet" : "was evaluated in this run"}.`;
  return openValidation(ui, run ?? (isRunning(ui) ? null : (ui.live?.current?.run ?? null)));
}

function runAgain(ui: Ui): Reaction {
  const place = here(ui);
  const view = place.screen === "run" ? runViewAt(ui, place.run) : null;
  const entry = ui.months?.find(({ month }) => month === view?.month);
  if (entry === undefined) return "This run's month is not among the months on disk.";
  return notRunnable(ui, entry) ?? askToRun(ui, entry);
}

/** What is done with a run, and what leads to it. */
export const runKeys: readonly Binding[] = [
  ...keysOn(["months"], {
    keys: ["enter", "right", "l"],
    label: "open",
    help: "Open the month's last run",
    act: onRun(showRun),
  }),
  ...keysOn(["runs"], {
    keys: ["enter", "right", "l"],
    label: "open",
    help: "Open this run as if it had just finished",
    act: onRun(showRun),
  }),
  ...keysOn(
    ["run"],
    {
      keys: ["c"],
      label: "cancel and roll back",
      help: "Cancel the run that is going on; it is rolled back",
      act: at("run", cancel),
    },
    {
      keys: ["r"],
      label: "run again",
      help: "Run this run's month again, after a question that shows the plan",
      act: whenFree((ui) => runAgain(ui)),
    },
    {
      keys: ["v", "enter", "right", "l"],
      label: "expectations",
      help: "Show each expectation of this run",
      act: at("run", expectationsOf),
    },
  ),
  ...keysOn(["months", "runs"], {
    keys: ["v"],
    label: "expectations",
    help: "Show each expectation of the run",
    quiet: true,
    act: onRun(openValidation),
  }),
  ...keysOn(["run"], {
    keys: ["tab", "L"],
    label: "log",
    help: "Give the log the whole screen, and back",
    act: at("run", (ui, place) => stay(withHere(ui, { ...place, wideLog: !place.wideLog }))),
  }),
];

/** A run: its bars while it goes on, its figures once it is over, and the log below. */
export function runScreen(ui: Ui, place: PlaceOf<"run">, area: Area): Screen {
  const view = runViewAt(ui, place.run);
  if (view === null) {
    const title = [span(place.run === null ? "Run" : `run ${place.run}`, "strong")];
    return { title, rows: pendingRows(ui, place.run) };
  }
  const isLogRead = place.list.selected !== null || place.list.filter !== "";
  // Where there is room for one line of it alone, its last is the failure, which is told above.
  const isTold = view.failure !== null && area.height < 14 && !isLogRead;
  const logged = isTold ? 0 : logShown(view, place).length;
  const top = place.wideLog ? [] : topRows(ui, view, area, logged);
  const rest = area.height - top.length - 1;
  const heading = rule(ui, `log${place.list.filter === "" ? "" : `, filtered: ${redact(place.list.filter)}`}`);
  return {
    title: titleOf(ui, view, place),
    right: standing(ui, view),
    rows: [...top, ...(rest < 1 && isTold ? [] : [heading, ...logRows(ui, place, view, Math.max(0, rest))])],
  };
}

/** Of a run that has not said anything yet, and perhaps never will. */
function pendingRows(ui: Ui, run: number | null): Row[] {
  if (run !== null) return awaitedRows(ui, { kind: "show", run }, `reading run ${run} from the ledger`);
  const outcome = ui.live?.outcome ?? null;
  if (outcome === null) return emptyRows(ui, `starting${glyphsOf(ui.look).ellipsis}`);
  if ("title" in outcome) return troubleRows(ui, outcome);
  return emptyRows(ui, "There was nothing to run: no month is pending.", `${key("esc")} goes back to the months`);
}

const modeWords = { publish: "", restamp: "restamp", backfill: "backfill", dry_run: "dry run", adopt: "adopted" };

/** The number of the run, and how it stands, are there at any width. */
function titleOf(ui: Ui, view: RunView, place: PlaceOf<"run">): TitlePart[] {
  const { arrow, dot } = glyphsOf(ui.look);
  const stamp = view.as_of === "" ? "" : ` ${arrow} ${view.as_of}`;
  const words = [modeWords[view.mode], view.run === null ? "" : `run ${view.run}`].filter((word) => word !== "");
  const done = place.run === null ? (ui.live?.past ?? []).filter((state) => !isTriedAgain(state)).length : 0;
  const asked = ui.live?.request.selection ?? { months: [] };
  // A range that was typed is one word, and nobody knows here of how many months.
  const isEach = "months" in asked && asked.months.every((month) => /^month_\d{3,}$/.test(month));
  const all = isEach ? ` of ${asked.months.length}` : "";
  return [
    span(view.month || "run", "strong"),
    yielding(2, stamp, "strong"),
    ...words.map((word) => span(` ${dot} ${word}`, word === "dry run" ? "warn" : "plain")),
    ...(done > 0 ? [yielding(1, `  month ${done + 1}${all}`, "dim")] : []),
  ];
}

/** Its words, and in which order they yield. */
const outcomeWords: Record<RunView["outcome"], [words: string, drop?: number][]> = {
  running: [["running"]],
  published: [["published"]],
  unchanged: [["nothing to do"]],
  // That it is a dry run stands at the left, too.
  dry_run: [["dry run, ", 3], ["rolled back"]],
  rejected: [["rejected"]],
  failed: [["failed"]],
  refused: [["refused"]],
  interrupted: [["cancelled"], [", rolled back", 3]],
  crashed: [["crashed"]],
  unknown: [["outcome unknown"]],
  pausing: [["to be tried again"]],
};

function standing(ui: Ui, view: RunView): TitlePart[] {
  const goesOn = view.outcome === "running" || view.outcome === "pausing";
  if (goesOn && ui.live?.cancelling)
    return [span("cancelling", "warn"), yielding(3, ", rolling back", "warn"), span(` ${formatClock(view.seconds)}`)];
  if (view.outcome !== "running") {
    const took = view.outcome === "pausing" || view.seconds < 0.05 ? "" : ` in ${formatDuration(view.seconds)}`;
    const words = outcomeWords[view.outcome].map(([word, drop = 0]) =>
      yielding(drop, word, outcomeTones[view.outcome]),
    );
    return [...words, yielding(4, took, "dim")];
  }
  const left = timeLeftInWords(secondsLeft(ui, view));
  return [span(formatClock(view.seconds)), span(left === "" ? "" : `   ${left}`, "dim")];
}

function topRows(ui: Ui, view: RunView, area: Area, logged: number): Row[] {
  // Some lines for what is said below the tables, the rule, and the end of the log.
  const tables = { ...area, height: Math.max(3, area.height - 4) };
  if (view.outcome === "running") return [...progressRows(ui, view, tables), blank, paceRow(ui)];
  const hasFigures = view.tables.length > 0 && view.outcome !== "unchanged";
  const draw = view.failure === null ? summaryRows : progressRows;
  const gap = area.height < 14 && hasFigures ? [] : [blank];
  const above = [...(hasFigures ? draw(ui, view, tables) : []), ...gap];
  // The rule, and the end of the log.
  const rest = Math.floor(area.height / 4) - (view.failure === null ? 2 : 4);
  const below = logged === 0 ? 0 : 1 + Math.max(1, Math.min(logged, rest));
  return [...above, ...outcomeRows(ui, view, area.height - above.length - below)];
}

function logRows(ui: Ui, place: PlaceOf<"run">, view: RunView, height: number): Row[] {
  const glyphs = glyphsOf(ui.look);
  const lines = logShown(view, place);
  const cursor = cursorOf(ui, place);
  const near = stretch(lines.length, cursor, height);
  const drawn = (most: number) =>
    lines.slice(near.from, near.to).flatMap(({ at: time, text, tone }, index): Row[] => {
      const [first = "", ...rest] = wrap(
        withSigns(escapeControl(text), glyphs),
        ui.size.columns - 18,
        most,
        glyphs.ellipsis,
      );
      const selected = place.list.selected !== null && near.from + index === cursor;
      const sign = span(selected ? ` ${glyphs.cursor} ` : "   ", "accent");
      const line = { ...row(sign, span(`${time.slice(11, 23)}  `, "dim"), span(first, tone)), selected };
      return [line, ...rest.map((part) => row(" ".repeat(17), span(part, tone)))];
    });
  // Whole where there is room for all; below the tables many lines go before one whole one otherwise.
  const whole = drawn(height);
  const rows = place.wideLog || whole.length <= height ? whole : drawn(Math.max(1, Math.floor(height / 5)));
  // The end of the log, unless the cursor is somewhere else.
  const at = place.list.selected === null ? rows.length - 1 : rows.findIndex(({ selected }) => selected === true);
  const { from, to } = stretch(rows.length, at, height);
  const shown = rows.slice(from, to);
  // Not with the rest of a line, unless there is nothing else.
  const first = shown.findIndex(({ selected }) => selected !== undefined);
  return shown.slice(Math.max(0, first));
}
