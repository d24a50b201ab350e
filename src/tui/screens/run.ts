import { formatBytes, formatClock, formatCount, formatDuration } from "../../core/format.ts";
import { clip, displayWidth, escapeControl } from "../../core/text.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows } from "../components/list.ts";
import { rule } from "../components/panels.ts";
import { window } from "../drawing/columns.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, type Row, row, type Span, span, type Tone } from "../drawing/spans.ts";
import { rates, secondsLeft } from "../model/estimate.ts";
import { cursorIn, logShown, runViewAt } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";
import { outcomeRows } from "./run-outcome.ts";
import { progressRows, summaryRows } from "./run-tables.ts";

/** A run: its bars while it goes on, its figures once it is over, and the log below. */
export function runScreen(ui: Ui, place: PlaceOf<"run">, area: Area): Screen {
  const view = runViewAt(ui, place.run);
  if (view === null) return pendingScreen(ui, place);
  const log = logRows(ui, place, view);
  const top = place.wideLog ? [] : topRows(ui, view, area);
  const shown = top.slice(0, Math.max(0, area.height - 2));
  const heading = rule(ui, `log${place.list.filter === "" ? "" : `, filtered: ${escapeControl(place.list.filter)}`}`);
  const room = Math.max(0, area.height - shown.length - 1);
  const names = log.map((_, index) => String(index));
  const { from, to } = window(log.length, cursorIn(names, place), room);
  return {
    title: [...titleOf(ui, view), ...monthsOf(ui, place)],
    right: standing(ui, view),
    caption: "",
    body: [{ kind: "rows", rows: [...shown, heading, ...log.slice(from, to)] }],
  };
}

/** A run that has not said anything yet, and perhaps never will. */
function pendingScreen(ui: Ui, place: PlaceOf<"run">): Screen {
  const title = [span(place.run === null ? "Run" : `run ${place.run}`, "strong")];
  return { title, right: [], caption: "", body: [{ kind: "rows", rows: pendingRows(ui, place.run) }] };
}

function pendingRows(ui: Ui, run: number | null): Row[] {
  if (run !== null) return awaitedRows(ui, { kind: "show", run }, `reading run ${run} from the ledger`);
  const outcome = ui.live?.outcome ?? null;
  if (outcome === null) return emptyRows(`starting${glyphsOf(ui.look).ellipsis}`);
  if ("title" in outcome) return emptyRows(escapeControl(outcome.title), escapeControl(outcome.hint));
  return emptyRows("There was nothing to run: no month is pending.", "esc goes back to the months");
}

const modeWords = { publish: "", restamp: "restamp", backfill: "backfill", dry_run: "dry run", adopt: "adopted" };

function titleOf(ui: Ui, view: RunView): Span[] {
  const { arrow, dot } = glyphsOf(ui.look);
  const stamp = view.as_of === "" ? "" : ` ${arrow} ${view.as_of}`;
  const words = [modeWords[view.mode], view.run === null ? "" : `run ${view.run}`].filter((word) => word !== "");
  return [
    span(`${view.month || "run"}${stamp}`, "strong"),
    ...words.map((word) => span(` ${dot} ${word}`, word === "dry run" ? "warn" : "plain")),
  ];
}

/** Of several months, which one this is. */
function monthsOf(ui: Ui, place: PlaceOf<"run">): Span[] {
  const done = place.run === null ? (ui.live?.past.length ?? 0) : 0;
  return done > 0 ? [span(`  month ${done + 1} of this run`, "dim")] : [];
}

const outcomeWords: Record<RunView["outcome"], [string, Tone]> = {
  running: ["running", "warn"],
  published: ["published", "good"],
  unchanged: ["nothing to do", "good"],
  dry_run: ["dry run, rolled back", "good"],
  rejected: ["rejected", "bad"],
  failed: ["failed", "bad"],
  refused: ["refused", "bad"],
  interrupted: ["cancelled, rolled back", "warn"],
  crashed: ["crashed", "bad"],
  unknown: ["outcome unknown", "bad"],
};

function standing(ui: Ui, view: RunView): Span[] {
  if (view.outcome !== "running") {
    const [words, tone] = outcomeWords[view.outcome];
    return [span(`${words} `, tone), span(view.seconds < 0.05 ? "" : `in ${formatDuration(view.seconds)}`, "dim")];
  }
  if (ui.live?.cancelling === true) return [span("cancelling, rolling back ", "warn"), span(formatClock(view.seconds))];
  const left = secondsLeft(ui, view);
  return [span(formatClock(view.seconds)), span(left === null ? "" : `   eta ${formatDuration(left)}`, "dim")];
}

function topRows(ui: Ui, view: RunView, area: Area): Row[] {
  // Some lines for what is said below the tables, the rule, and the end of the log.
  const room = Math.max(3, area.height - 4);
  if (view.outcome === "running") return [...progressRows(ui, view, { ...area, height: room }), blank, pace(ui, view)];
  const tables = { ...area, height: room };
  const figures =
    view.tables.length === 0 || view.outcome === "unchanged"
      ? []
      : view.failure === null
        ? summaryRows(ui, view, tables)
        : progressRows(ui, view, tables);
  const gap = area.height < 14 && figures.length > 0 ? [] : [blank];
  return [...figures, ...gap, ...outcomeRows(ui, view, area)];
}

function pace(ui: Ui, view: RunView): Row {
  const { dot } = glyphsOf(ui.look);
  const { bytes, rows } = ui.live === null ? { bytes: null, rows: null } : rates(ui.live, view);
  const figures = [
    ...(bytes === null ? [] : [`${formatBytes(bytes)}/s`]),
    ...(rows === null ? [] : [`${formatCount(Math.round(rows))} rows/s`]),
  ];
  return row(
    "   ",
    figures.join(` ${dot} `),
    span(`${figures.length > 0 ? ` ${dot} ` : ""}nobody sees any of it until all of it is sound`, "dim"),
  );
}

function logRows(ui: Ui, place: PlaceOf<"run">, view: RunView): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  const lines = logShown(view, place);
  const cursor =
    place.list.selected === null
      ? -1
      : cursorIn(
          lines.map((_, index) => String(index)),
          place,
        );
  return lines.map((line, index) => {
    const text = escapeControl(line.text);
    const room = ui.size.columns - 17;
    return {
      spans: [
        span(`   ${line.at.slice(11, 23)}  `, "dim"),
        span(displayWidth(text) > room ? clip(text, room, ellipsis) : text, line.tone),
      ],
      selected: index === cursor,
    };
  });
}
