import { bar, formatBytes, formatCount } from "../../core/format.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { displayWidth } from "../../core/text.ts";
import { type Area, withoutCursor } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Column, gridAsRows, gridOf } from "../drawing/grid.ts";
import { indented, type Row, type Span, span } from "../drawing/spans.ts";
import { rates } from "../model/estimate.ts";
import type { Ui } from "../model/model.ts";
import type { CellView, RunView, TableView } from "../model/run-view.ts";
import { gravestSign } from "../model/verdicts.ts";

/** The tables of a run as lines: bars while it goes on, figures when it is over. */

export function progressRows(ui: Ui, view: RunView, area: Area): Row[] {
  const glyphs = glyphsOf(ui.look);
  const narrow = area.width < 72;
  const label = narrow ? 6 : 10;
  const names = Math.min(longest(view), narrow ? 16 : 24);
  const bars = Math.max(3, Math.min(40, Math.floor((area.width - names - 6 - label - 27) / 2)));
  const percent = ({ part }: CellView) => `${Math.floor(part * 100)} %`;
  return tableRows(ui, view, area, [
    { title: "TABLE", width: names, gap: 0, cell: ({ table }) => table },
    {
      title: "INGEST",
      width: bars + 6,
      gap: 2,
      cell: ({ cells: { ingest } }) => barCell(ingest, bars, glyphs, percent(ingest)),
    },
    {
      title: "UPSERT",
      width: bars + label,
      gap: 2,
      cell: ({ cells: { upsert } }) =>
        barCell(upsert, bars, glyphs, narrow ? percent(upsert) : formatCount(upsert.done)),
    },
    { title: "VALIDATE", width: 8, cell: (table) => verdictCell(table, glyphs) },
    { title: "SNAPSHOT", width: 8, cell: ({ cells }) => snapshotCell(cells.snapshot, glyphs) },
  ]);
}

export function summaryRows(ui: Ui, view: RunView, area: Area): Row[] {
  const glyphs = glyphsOf(ui.look);
  const count = (name: "rows" | "inserted" | "updated" | "unchanged" | "absent"): Column<TableView> => ({
    title: name.toUpperCase(),
    width: 9,
    align: "right",
    cell({ counts: { [name]: value } }) {
      return value === undefined ? span(glyphs.none, "dim") : span(formatCount(value), value === 0 ? "dim" : "plain");
    },
  });
  return tableRows(ui, view, area, [
    { title: "TABLE", width: Math.min(longest(view), 24), gap: 0, cell: ({ table }) => table },
    { ...count("rows"), drop: 3 },
    count("inserted"),
    count("updated"),
    { ...count("unchanged"), drop: 2 },
    { ...count("absent"), width: 7, drop: 1 },
    { title: "VALIDATE", width: 8, gap: 2, drop: 4, cell: (table) => verdictCell(table, glyphs) },
    {
      title: "SNAPSHOT",
      width: 8,
      drop: 5,
      cell: ({ cells }) =>
        // Nothing of it was sealed in earnest.
        view.outcome === "dry_run" && cells.snapshot.state === "done"
          ? span(glyphs.ok, "dim")
          : snapshotCell(cells.snapshot, glyphs),
    },
  ]);
}

/** How fast the stage goes on that is under way. */
export function paceRow(ui: Ui): Row {
  const { dot } = glyphsOf(ui.look);
  const { bytes, rows } = ui.live === null ? { bytes: null, rows: null } : rates(ui.live);
  const figures = [
    ...(bytes === null ? [] : [`${formatBytes(bytes)}/s`]),
    ...(rows === null ? [] : [`${formatCount(Math.round(rows))} rows written/s`]),
  ];
  const known = figures.join(` ${dot} `);
  const promise = `${known === "" ? "" : ` ${dot} `}nobody sees any of it until all of it is sound`;
  // Whole or not at all.
  const fits = displayWidth(known + promise) <= ui.size.columns - 4;
  return indented(known, span(fits ? promise : "", "dim"));
}

function longest(view: RunView): number {
  return Math.max(5, ...view.tables.map((table) => table.table.length));
}

function tableRows(ui: Ui, view: RunView, { width, height }: Area, columns: Column<TableView>[]): Row[] {
  const margin: Column<TableView> = { title: "", width: 3, cell: () => "" };
  const current = view.tables.findIndex((table) =>
    Object.values(table.cells).some((cell) => cell.state === "active" || cell.state === "failed"),
  );
  const grid = gridOf([margin, ...columns], view.tables, Math.max(0, current), { width, height });
  return withoutCursor(gridAsRows(grid, glyphsOf(ui.look).ellipsis));
}

function barCell({ state, part }: CellView, width: number, glyphs: Glyphs, label: string): Span[] {
  if (state === "waiting") return [span(glyphs.todo, "dim")];
  if (state === "off") return [span(glyphs.none, "dim")];
  const drawn = bar(part, width, glyphs.bar);
  if (state !== "failed") return [span(drawn, state === "done" ? "good" : "accent"), span(` ${label}`)];
  // A file read to its end has no room left for its percentage beside the mark, and its full bar says as much.
  const rest = label === "100 %" ? "" : ` ${label.replace(" %", "%")}`;
  return [span(drawn, "bad"), span(` ${glyphs.fail}${rest}`, "bad")];
}

function verdictCell({ verdicts, expectations, isRejecting }: TableView, glyphs: Glyphs): Span {
  if (expectations === 0) return span(glyphs.none, "dim");
  if (allOf(verdicts) === 0) return span(glyphs.todo, "dim");
  const { passed } = verdicts;
  const counted = `${passed}/${expectations}`;
  const sign = gravestSign(verdicts, isRejecting, glyphs);
  if (sign !== null) return span(`${counted} ${sign.text}`, sign.tone);
  return passed === expectations ? span(`${counted} ${glyphs.ok}`, "good") : span(counted);
}

function snapshotCell({ state }: CellView, glyphs: Glyphs): Span {
  const cells: Record<CellView["state"], Span> = {
    off: span(glyphs.none, "dim"),
    waiting: span(glyphs.todo, "dim"),
    active: span(glyphs.ellipsis, "warn"),
    done: span("sealed", "good"),
    failed: span(glyphs.fail, "bad"),
  };
  return cells[state];
}
