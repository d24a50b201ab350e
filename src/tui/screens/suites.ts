import { formatCount } from "../../core/format.ts";
import { type FitState, fitState, type SuiteFit } from "../../core/messages/suites.ts";
import { lacksInWords } from "../../core/suites/fit-words.ts";
import { clipStart } from "../../core/text.ts";
import { rule } from "../components/panels.ts";
import {
  type Area,
  awaitedRows,
  emptyRows,
  listRows,
  paragraph,
  type Screen,
  upTo,
  yielding,
} from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Column, widest } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { filled, type Row, type Span, span, type Tone } from "../drawing/spans.ts";
import { cursorOf, suitesShown } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";

/** A suite by what becomes of it: the sign before its table, and what that means. */
const states: Record<FitState, { sign: "ok" | "warn" | "fail" | "none"; tone: Tone; words: string }> = {
  fits: { sign: "ok", tone: "good", words: "its table has all that it names, and all of it can be evaluated" },
  lacking: { sign: "warn", tone: "warn", words: "all of it can be evaluated, and what asks for these columns fails" },
  refused: { sign: "fail", tone: "bad", words: "no run begins until the suite or the table is corrected" },
  none: {
    sign: "none",
    tone: "dim",
    words: `the manifest names no suite for this table; ${key("y")} copies the command that writes one`,
  },
};

function columnsOf(items: readonly SuiteFit[], glyphs: Glyphs): Column<SuiteFit>[] {
  const count = (number: number, tone: Tone): Span => (number === 0 ? span("") : span(formatCount(number), tone));
  return [
    {
      title: "TABLE",
      width: widest(items, [17, 40], ({ table }) => table),
      least: 17,
      gap: 0,
      cell: ({ table }) => table,
    },
    {
      title: "SUITE",
      width: widest(items, [16, 60], ({ path }) => path ?? ""),
      least: 16,
      flex: true,
      cell: ({ path }, room) => span(clipStart(path ?? glyphs.none, room, glyphs.ellipsis), "dim"),
    },
    {
      title: "EXPECTATIONS",
      width: 12,
      align: "right",
      drop: 1,
      cell: ({ expectations, path, trouble }) =>
        path === null || trouble !== null ? span(glyphs.none, "dim") : formatCount(expectations),
    },
    { title: "UNSOUND", width: 7, align: "right", cell: ({ unsound }) => count(unsound.length, "bad") },
    { title: "MISSING", width: 7, align: "right", cell: ({ missing }) => count(missing.length, "warn") },
  ];
}

/** The suites that the manifest names, and below them what the one under the cursor has that its table lacks. */
export function suitesScreen(ui: Ui, place: PlaceOf<"suites">, { width, height }: Area): Screen {
  const items = suitesShown(ui, place);
  const cursor = cursorOf(ui, place);
  const selected = items[cursor];
  const title = [span("Suites", "strong"), yielding(1, "   what they ask of their tables", "dim")];
  if (selected === undefined) return { title, rows: empty(ui) };
  const glyphs = glyphsOf(ui.look);
  const told = about(ui, selected);
  const listHeight = Math.min(items.length + 1, Math.max(Math.ceil(height / 2), height - told.length - 1));
  const area = { width, height: listHeight };
  const sign = (fit: SuiteFit) => span(glyphs[states[fitState(fit)].sign], states[fitState(fit)].tone);
  const list = listRows(ui, { columns: columnsOf(items, glyphs), items, cursor, area, sign });
  const misfits = (ui.suites ?? []).filter((fit) => ["lacking", "refused"].includes(fitState(fit))).length;
  return {
    title,
    right: [misfits === 0 ? span("all fit", "good") : span(`${misfits} of ${ui.suites?.length} do not fit`, "bad")],
    rows: [...filled(list, listHeight + 1), ...upTo(ui, told, height - listHeight - 1, "`doctor` tells all of it")],
  };
}

function about(ui: Ui, fit: SuiteFit): Row[] {
  const { words } = states[fitState(fit)];
  const lines = fit.trouble === null ? lacksInWords(fit) : [fit.trouble];
  return [rule(ui, fit.table), ...lines.flatMap((line) => paragraph(ui, line)), ...paragraph(ui, words, 2, "dim")];
}

function empty(ui: Ui): Row[] {
  if (ui.suites === null) return awaitedRows(ui, { kind: "suites" }, "reading the suites");
  return emptyRows(ui, "No suite fits the filter.", `${key("esc")} clears it`);
}
