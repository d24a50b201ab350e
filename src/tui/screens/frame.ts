import type { PipelineExit } from "../../client/pipeline.ts";
import { formatCount } from "../../core/format.ts";
import { redact } from "../../core/secrets/secrets.ts";
import { sideBySide } from "../components/beside.ts";
import { caret, chosenInWords, panelOf, rule } from "../components/panels.ts";
import type { Area, Block, Screen, TitlePart } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { gridAsRows } from "../drawing/grid.ts";
import { key, namesKey, withKeysInForce } from "../drawing/keys-in-words.ts";
import { paneWidths } from "../drawing/panes.ts";
import { clipSpans, filled, fit, plainText, type Row, row, type Span, span, widthOf, wrap } from "../drawing/spans.ts";
import { countAll, cursorOf, namesShown } from "../model/lists.ts";
import { here, refusalOf, type Ui } from "../model/model.ts";
import { sortTitles } from "../model/sorting.ts";
import { paneOf } from "../panes/pane.ts";
import { isTooSmall, smallest } from "../state/binding.ts";
import type { Hit } from "../state/mouse.ts";
import { footer } from "./bindings.ts";
import { columnScreen } from "./column.ts";
import { columnsScreen } from "./columns.ts";
import { compareScreen } from "./compare.ts";
import { answerScreen, findingsScreen } from "./findings.ts";
import { helpScreen } from "./help.ts";
import { monthsScreen } from "./months.ts";
import { runScreen } from "./run.ts";
import { runsScreen } from "./runs.ts";
import { snapshotsScreen } from "./snapshots.ts";
import { suitesScreen } from "./suites.ts";
import { trendScreen } from "./trend.ts";
import { validationScreen } from "./validation.ts";
import { verdictScreen } from "./verdict.ts";

/** The screen on show: the top of the stack, or the help over it. */
function screenOf(ui: Ui, area: Area): Screen {
  if (ui.overlay?.kind === "help") return helpScreen(ui, ui.overlay, area);
  const place = here(ui);
  switch (place.screen) {
    case "months":
      return monthsScreen(ui, place, area);
    case "run":
      return runScreen(ui, place, area);
    case "validation":
      return validationScreen(ui, place, area);
    case "verdict":
      return verdictScreen(ui, place, area);
    case "snapshots":
      return snapshotsScreen(ui, place, area);
    case "compare":
      return compareScreen(ui, place, area);
    case "columns":
      return columnsScreen(ui, place, area);
    case "column":
      return columnScreen(ui, place, area);
    case "runs":
      return runsScreen(ui, place, area);
    case "suites":
      return suitesScreen(ui, place, area);
    case "trend":
      return trendScreen(ui, place, area);
    case "answer":
      return answerScreen(ui, place, area);
    case "findings":
      return findingsScreen(ui, place, area);
  }
}

/** The whole screen, exactly as many lines as the terminal has. */
export function frame(ui: Ui): Block[] {
  if (isTooSmall(ui.size)) return [tooSmall(ui)];
  const bottom = bottomOf(ui);
  const area = areaOf(ui, bottom.length);
  const { title, right = [], caption = "", grid, rows: body } = bodyOf(ui, area);
  const top = [titleLine(ui, title, right), rule(ui, caption, "strong", positionWords(ui))];
  const gridHeight = grid === undefined ? 0 : grid.rows.length + 1;
  const below = [...filled(body, area.height - gridHeight), ...bottom, footer(ui)];
  return grid === undefined ? [clipped(ui, [...top, ...below])] : [clipped(ui, top), grid, clipped(ui, below)];
}

/** The screen, and on a wide terminal what its selected line is about beside it. */
function bodyOf(ui: Ui, area: Area): Screen {
  const widths = paneWidths(area.width);
  if (widths === null || ui.overlay?.kind === "help") return screenOf(ui, area);
  const [left, right] = [widths.list, widths.pane].map((columns) => ({ ...ui, size: { ...ui.size, columns } }));
  if (left === undefined || right === undefined) return screenOf(ui, area);
  const pane = paneOf(right, { width: widths.pane, height: area.height });
  if (pane === null) return screenOf(ui, area);
  const screen = screenOf(left, { ...area, width: widths.list, whole: area.width });
  return { ...screen, rows: sideBySide(ui, filled(screen.rows, area.height), pane, widths) };
}

/** How much of the screen's list, or text, is on show, and how far it can be scrolled. */
export function measure(ui: Ui): Ui["shown"] {
  const area = areaOf(ui, bottomOf(ui).length);
  const { grid, rows, last } = bodyOf(ui, area);
  const lines = grid?.rows.length ?? rows.filter(({ selected }) => selected !== undefined).length;
  return { page: Math.max(1, last === undefined ? lines : area.height), last: last ?? 0 };
}

/** What of the screen's list is where the mouse was pressed. */
export function hitOn(ui: Ui, { column, row: at }: { column: number; row: number }): Hit | null {
  if (isTooSmall(ui.size) || ui.overlay !== null) return null;
  const { grid, rows } = bodyOf(ui, areaOf(ui, bottomOf(ui).length));
  const { ellipsis } = glyphsOf(ui.look);
  const lines = grid === undefined ? rows : [...gridAsRows(grid, ellipsis), ...rows];
  const body = at - topLines;
  const isLine = (index: number) => lines[index]?.selected !== undefined;
  if (lines[body] === undefined || (lines[body].beside !== undefined && column >= widthOf(lines[body].spans)))
    return null;
  if (isLine(body)) {
    // A line may go on below itself.
    const ordinal = (index: number) => lines.slice(0, index).filter(({ selected }) => selected !== undefined).length;
    const cursor = lines.findIndex(({ selected }) => selected === true);
    // Where none is marked, it is the last one: a log is read at its end.
    return { line: ordinal(body) - (cursor < 0 ? ordinal(lines.length) - 1 : ordinal(cursor)) };
  }
  const heading = isLine(body + 1) ? plainText(lines[body]) : "";
  const title = sortTitles(here(ui).screen).find((name) => {
    const from = heading.search(new RegExp(`(?<![A-Z])${name}(?![A-Z])`));
    return from >= 0 && column >= from - 1 && column <= from + name.length;
  });
  return title === undefined ? null : { title };
}

/** The title and the rule below it. */
const topLines = 2;

function areaOf({ size: { columns, rows } }: Ui, below: number): Area {
  return { width: columns, height: rows - topLines - 1 - below };
}

/** What an overlay puts there, and the line of what was just said: as many as its words take, up to a few. */
function bottomOf(ui: Ui): Row[] {
  const words = statusWords(ui);
  const [first, ...others] = words;
  const { columns } = ui.size;
  const isLong = first !== undefined && others.length === 0 && widthOf(words) > columns - 2;
  const lines = isLong
    ? wrap(withKeysInForce(first.text, ui.own.keys), columns - 2, mostSaid, glyphsOf(ui.look).ellipsis).map((line) =>
        row(" ", span(line, first.tone)),
      )
    : [row(" ", ...words)];
  return [...panelOf(ui, panelHeight(ui)), ...lines];
}

const panelHeight = ({ size: { rows } }: Ui) => rows - 6;

/** Lines of what was said: the list above has to be seen still. */
const mostSaid = 4;

/** Which of the lines the cursor is on: "83/120", and "2/3 of 120" where a filter hides some. */
function positionWords(ui: Ui): string {
  const place = here(ui);
  if (ui.overlay?.kind === "help" || (place.screen === "run" && place.list.selected === null)) return "";
  const shown = namesShown(ui).length;
  const all = countAll(ui);
  const hidden = all > shown ? ` of ${formatCount(all)}` : "";
  return all === 0 ? "" : `${formatCount(cursorOf(ui) + 1)}/${formatCount(shown)}${hidden}`;
}

/** What may go does, part by part, until both sides fit with a gap between them; then the left one is cut. */
function titleLine(ui: Ui, whole: TitlePart[], wholeRight: TitlePart[]): Row {
  const { ellipsis } = glyphsOf(ui.look);
  let [title, right] = [whole, wholeRight];
  // A margin at either side.
  const width = () => 2 + widthOf(title) + (right.length === 0 ? 0 : leastGap + widthOf(right));
  for (;;) {
    const most = Math.max(0, ...[...title, ...right].map(({ drop = 0 }) => drop));
    if (most === 0 || width() <= ui.size.columns) break;
    const stays = ({ drop = 0 }: TitlePart) => drop < most;
    [title, right] = [title.filter(stays), right.filter(stays)];
  }
  const kept = clipSpans([...right, span(" ")], ui.size.columns, ellipsis);
  const room = Math.max(0, ui.size.columns - widthOf(kept) - 1);
  return row(...fit([span(" "), ...title], room, "left", ellipsis), " ", ...kept);
}

/** Blanks that keep what stands at the left of a first line from what stands at its right. */
const leastGap = 2;

/** No line may be longer than the terminal is wide, whatever the data holds. */
function clipped({ size, look, own }: Ui, rows: Row[]): Row[] {
  const { ellipsis } = glyphsOf(look);
  const inForce = (spans: readonly Span[]) =>
    spans.some(({ text }) => namesKey(text))
      ? spans.map(({ text, tone }): Span => ({ text: withKeysInForce(text, own.keys), tone }))
      : spans;
  return rows.map((line) => {
    const spans = clipSpans(inForce(line.spans), size.columns, ellipsis);
    const isMarked = line.selected === true && line.beside === undefined;
    return {
      ...line,
      ...(line.beside && { beside: inForce(line.beside) }),
      spans: isMarked ? fit(spans, size.columns, "left", ellipsis) : spans,
    };
  });
}

/** The line above the footer: what is being typed, what was just said, what is wrong, which filter is on. */
function statusWords(ui: Ui): Span[] {
  const { filter } = here(ui).list;
  if (ui.overlay?.kind === "filter") return [span("/", "key"), span(redact(filter)), caret(ui)];
  if (ui.notice !== null) return [ui.notice];
  if (ui.overlay?.kind === "command") return chosenInWords(ui, ui.overlay, panelHeight(ui));
  if (ui.link.state === "dead") return [span(deathWords(ui.link.exit), "bad")];
  const trouble = refusalOf(ui, { kind: "months" });
  // The first screen tells it where its months would be.
  const isTold = here(ui).screen === "months" && ui.months === null;
  if (trouble !== null && !isTold) return [span(`${trouble.title} ${trouble.hint}`, "bad")];
  return filter === "" ? [] : [span(`filter: ${redact(filter)}  `, "accent"), span(`${key("esc")} clears it`, "dim")];
}

function deathWords({ exitCode, signal, lastWords }: PipelineExit): string {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  const words = lastWords.trim().split("\n").at(-1) ?? "";
  return `The pipeline ended ${how}; ${key("ctrl+r")} starts it again.${words === "" ? "" : ` Its last words: ${words}`}`;
}

function tooSmall({ size: { columns, rows }, own }: Ui): Row[] {
  const words = `${columns}x${rows} is too small: the console needs ${smallest.columns}x${smallest.rows}. Enlarge the terminal, or ${key("q")} leaves.`;
  return filled(
    wrap(withKeysInForce(words, own.keys), columns, rows).map((line) => row(line)),
    rows,
  );
}
