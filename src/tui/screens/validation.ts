import { formatCount, formatPercent } from "../../core/format.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { escapeControl } from "../../core/text.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listGrid } from "../components/list.ts";
import { rule } from "../components/panels.ts";
import type { Column } from "../drawing/columns.ts";
import { type Glyphs, glyphsOf, sparkline } from "../drawing/glyphs.ts";
import { type Row, type Span, span } from "../drawing/spans.ts";
import { cursorIn, runViewAt, verdictsShown } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";
import { type JudgedVerdict, signOf } from "../model/verdicts.ts";
import { valueRows } from "./values.ts";

const columns: Column[] = [
  { title: "TABLE", width: 16, gap: 0 },
  { title: "EXPECTATION", width: 20, flex: true },
  { title: "SEVERITY", width: 8, drop: 9 },
  { title: "OBSERVED", width: 9, align: "right", drop: 1 },
  { title: "UNEXPECTED", width: 14, align: "right" },
  { title: "BEFORE", width: 7, drop: 2 },
];

const previewHeight = 5;

/** Every expectation of a run, failures first; below it the values behind the one under the cursor. */
export function validationScreen(ui: Ui, place: PlaceOf<"validation">, area: Area): Screen {
  const view = runViewAt(ui, place.run);
  const shown = verdictsShown(ui, place);
  const cursor = cursorIn(
    shown.map(({ position }) => String(position)),
    place,
  );
  const selected = shown[cursor];
  const preview = selected === undefined || area.height < 14 ? [] : previewRows(ui, place, selected, area);
  const height = area.height - preview.length;
  if (view === null || selected === undefined) {
    return { ...heading(ui, view), caption: "", body: [{ kind: "rows", rows: empty(ui, place, view) }] };
  }
  const grid = listGrid(ui, {
    columns: area.width >= 100 ? wide : columns,
    items: shown,
    cursor,
    width: area.width,
    height,
    cells: (verdict) => cells(ui, place, verdict),
    sign: (verdict) => {
      const { text, tone } = signOf(verdict, glyphsOf(ui.look));
      return span(text, tone);
    },
  });
  const gap: Row[] = Array.from({ length: Math.max(0, height - grid.rows.length - 1) }, () => ({ spans: [] }));
  const caption = place.failuresOnly ? "failures only" : "";
  return {
    ...heading(ui, view),
    caption,
    body: [
      { kind: "table", grid },
      { kind: "rows", rows: [...gap, ...preview] },
    ],
  };
}

const wide = columns.map((column) => (column.title === "TABLE" ? { ...column, width: 20 } : column));

function heading(ui: Ui, view: RunView | null): Pick<Screen, "title" | "right"> {
  if (view === null) return { title: [span("Expectations", "strong")], right: [] };
  const { dot } = glyphsOf(ui.look);
  const { passed, failed, warned } = view.expectations;
  const all = passed + failed + warned;
  const run = view.run === null ? "" : ` ${dot} run ${view.run}`;
  const title = [span(`${view.month}${run}`, "strong"), span(` ${dot} `)];
  if (all === 0) return { title: [...title, span("none evaluated", "dim")], right: [] };
  if (failed > 0)
    return {
      title: [...title, span(`${failed} of ${all} failed`, "bad")],
      right: [span("nothing was published", "dim")],
    };
  const warnings = warned > 0 ? [span(`, ${warned} warned`, "warn")] : [];
  return {
    title: [...title, span(`${passed} of ${all} hold`, "good"), ...warnings],
    right: [span(view.outcome.replace("_", " "), "dim")],
  };
}

function empty(ui: Ui, place: PlaceOf<"validation">, view: RunView | null): Row[] {
  if (view === null) return awaitedRows(ui, { kind: "show", run: place.run ?? 0 }, "reading the ledger");
  if (place.list.filter !== "") return emptyRows("No expectation fits the filter.", "esc clears it");
  if (place.failuresOnly) return emptyRows("Nothing failed.", "f shows all expectations");
  return emptyRows("No expectation was evaluated in this run.", "It ended before that stage; esc goes back to it.");
}

function cells(ui: Ui, place: PlaceOf<"validation">, verdict: JudgedVerdict): Span[][] {
  const glyphs = glyphsOf(ui.look);
  const series =
    place.run === null ? undefined : ui.history[place.run]?.find(({ position }) => position === verdict.position);
  return [
    [span(verdict.table)],
    [span(expectationInWords(verdict, glyphs), verdict.rank === 0 ? "bad" : verdict.rank === 1 ? "warn" : "plain")],
    [span(verdict.severity, "dim")],
    [span(observedInWords(verdict.observed))],
    [unexpected(verdict, glyphs)],
    [span(sparkline(series?.points.map(({ observed }) => observed) ?? [], glyphs), "accent")],
  ];
}

export function unexpected(verdict: JudgedVerdict, glyphs: Glyphs): Span {
  if (verdict.unexpected_count === null) return span(glyphs.none, "dim");
  const percent =
    verdict.unexpected_percent === null || verdict.unexpected_count === 0
      ? ""
      : ` (${formatPercent(verdict.unexpected_percent)})`;
  return span(`${formatCount(verdict.unexpected_count)}${percent}`, verdict.unexpected_count === 0 ? "dim" : "plain");
}

function previewRows(ui: Ui, place: PlaceOf<"validation">, verdict: JudgedVerdict, area: Area): Row[] {
  const glyphs = glyphsOf(ui.look);
  const caption = `${verdict.table} ${glyphs.dot} ${expectationInWords(verdict, glyphs, true)}`;
  const rows = valueRows(ui, place.run, verdict, { width: area.width, height: previewHeight - 1 });
  return [rule(ui, escapeControl(caption)), ...rows];
}
