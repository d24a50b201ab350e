import { bar, formatCount } from "../../core/format.ts";
import type { Area } from "../components/block.ts";
import { type Column, gridRow, headingRow, type PlacedColumn, placeColumns, window } from "../drawing/columns.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Row, type Span, span } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";
import type { CellView, RunView, TableView } from "../model/run-view.ts";

/** The tables of a run as lines: bars while it goes on, figures when it is over. */

export function progressRows(ui: Ui, view: RunView, area: Area): Row[] {
  const narrow = area.width < 72;
  const label = narrow ? 6 : 10;
  const names = Math.min(longest(view), narrow ? 14 : 24);
  const bars = Math.max(3, Math.min(20, Math.floor((area.width - names - 6 - label - 27) / 2)));
  const columns: Column[] = [
    { title: "", width: names },
    { title: "INGEST", width: bars + 6, gap: 2 },
    { title: "UPSERT", width: bars + label, gap: 2 },
    { title: "VALIDATE", width: 8, gap: 1 },
    { title: "SNAPSHOT", width: 8, align: "center", gap: 1 },
  ];
  const glyphs = glyphsOf(ui.look);
  return rowsOf(ui, view, columns, area, (table) => [
    [span(table.table)],
    barCell(table.cells.ingest, bars, glyphs, `${Math.floor(table.cells.ingest.part * 100)} %`),
    barCell(
      table.cells.upsert,
      bars,
      glyphs,
      narrow ? `${Math.floor(table.cells.upsert.part * 100)} %` : formatCount(table.cells.upsert.done),
    ),
    verdictCell(table, glyphs),
    [snapshotCell(table.cells.snapshot, glyphs)],
  ]);
}

export function summaryRows(ui: Ui, view: RunView, area: Area): Row[] {
  const count = { width: 9, align: "right" } as const;
  const columns: Column[] = [
    { title: "", width: Math.min(longest(view), 24) },
    { title: "ROWS", ...count, drop: 1 },
    { title: "INSERTED", ...count },
    { title: "UPDATED", ...count },
    { title: "UNCHANGED", ...count },
    { title: "ABSENT", ...count, width: 7 },
    { title: "VALIDATE", width: 8, gap: 2, drop: 2 },
    { title: "SNAPSHOT", width: 8, align: "center", drop: 3 },
  ];
  const glyphs = glyphsOf(ui.look);
  const figure = (value: number | undefined): Span[] => [
    value === undefined ? span(glyphs.none, "dim") : span(formatCount(value), value === 0 ? "dim" : "plain"),
  ];
  return rowsOf(ui, view, columns, area, (table) => [
    [span(table.table)],
    figure(table.counts.rows),
    figure(table.counts.inserted),
    figure(table.counts.updated),
    figure(table.counts.unchanged),
    figure(table.counts.absent),
    verdictCell(table, glyphs),
    [snapshotCell(table.cells.snapshot, glyphs)],
  ]);
}

function longest(view: RunView): number {
  return Math.max(5, ...view.tables.map((table) => table.table.length));
}

function rowsOf(ui: Ui, view: RunView, columns: Column[], area: Area, cells: (table: TableView) => Span[][]): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  const placed: PlacedColumn[] = placeColumns(columns, area.width - 4);
  const current = view.tables.findIndex((table) =>
    Object.values(table.cells).some((cell) => cell.state === "active" || cell.state === "failed"),
  );
  const { from, to } = window(view.tables.length, Math.max(0, current), area.height - 1);
  const lines = [
    headingRow(placed, ellipsis),
    ...view.tables.slice(from, to).map((table) => gridRow(placed, cells(table), ellipsis)),
  ];
  return lines.map((line) => ({ ...line, spans: [span("   "), ...line.spans] }));
}

/** A file read to its end has no room left for its percentage beside the mark, and its full bar says as much. */
function failedLabel(label: string, glyphs: Glyphs): string {
  return label === "100 %" ? glyphs.fail : `${glyphs.fail} ${label.replace(" %", "%")}`;
}

function barCell(cell: CellView, width: number, glyphs: Glyphs, label: string): Span[] {
  if (cell.state === "waiting") return [span(glyphs.todo, "dim")];
  if (cell.state === "off") return [span(glyphs.none, "dim")];
  const tone = cell.state === "done" ? "good" : cell.state === "failed" ? "bad" : "accent";
  const drawn = bar(cell.part, width, glyphs.bar);
  return [
    span(drawn, tone),
    span(` ${cell.state === "failed" ? failedLabel(label, glyphs) : label}`, cell.state === "failed" ? "bad" : "plain"),
  ];
}

function verdictCell(table: TableView, glyphs: Glyphs): Span[] {
  const { passed, failed, warned, expectations } = table;
  if (expectations === 0) return [span(glyphs.none, "dim")];
  if (passed + failed + warned === 0) return [span(glyphs.todo, "dim")];
  const counted = `${passed}/${expectations}`;
  if (failed > 0) return [span(`${counted} ${glyphs.fail}`, "bad")];
  if (warned > 0) return [span(`${counted} ${glyphs.warn}`, "warn")];
  return [
    span(passed === expectations ? `${counted} ${glyphs.ok}` : counted, passed === expectations ? "good" : "plain"),
  ];
}

function snapshotCell(cell: CellView, glyphs: Glyphs): Span {
  const cells: Record<CellView["state"], Span> = {
    off: span(glyphs.none, "dim"),
    waiting: span(glyphs.todo, "dim"),
    active: span(glyphs.ellipsis, "warn"),
    done: span("sealed", "good"),
    failed: span(glyphs.fail, "bad"),
  };
  return cells[cell.state];
}
