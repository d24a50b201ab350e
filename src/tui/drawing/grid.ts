import { type ColumnRoom, placeColumns, totalWidth } from "../../core/table-layout.ts";
import { displayWidth } from "../../core/text.ts";
import { type Align, fit, type Row, type Span, span } from "./spans.ts";

/** One column of a list of items. */
export interface Column<Item> extends ColumnRoom {
  title: string;
  align?: Align;
  /** What stands in it; `width` is what the column got. */
  cell(item: Item, width: number): Span[] | Span | string;
}

/** Columns that the widest of the items' texts takes, between two bounds: what stands in a column is whole where there is room. */
export function widest<Item>(
  items: readonly Item[],
  [least, most]: readonly [number, number],
  textOf: (item: Item) => string,
): number {
  return Math.min(
    most,
    items.reduce((width, item) => Math.max(width, displayWidth(textOf(item))), least),
  );
}

/** What a table is drawn from: columns placed, cells not yet cut. */
export interface Grid {
  columns: (ColumnRoom & { title: string; align?: Align })[];
  rows: { cells: Span[][]; selected: boolean }[];
}

/**
 * Those of the items that `height` lines, one of them for the headings, can show; the one at `focus` is among them. The last
 * column of `width` stays free, as at the end of a rule.
 */
export function gridOf<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  focus: number,
  { width, height }: { width: number; height: number },
): Grid {
  const fitting = placeColumns(columns, width - 1);
  // The line under the cursor is marked to its end.
  const rest = Math.max(0, width - totalWidth(fitting));
  const placed = [...fitting, { title: "", width: rest, gap: 0, cell: () => "" }];
  const { from, to } = stretch(items.length, focus, height - 1);
  const rows = items.slice(from, to).map((item, index) => ({
    cells: placed.map((column) => spansOf(column.cell(item, column.width))),
    selected: from + index === focus,
  }));
  return { columns: placed, rows };
}

function spansOf(cell: Span[] | Span | string): Span[] {
  return [cell].flat().map((part) => (typeof part === "string" ? span(part) : part));
}

/** Each cell of a line in the exact width of its column, the gap before it included. */
export function fitted({ columns }: Grid, cells: readonly (readonly Span[])[], ellipsis: string): Span[][] {
  return columns.map(({ width, gap = 1, align = "left" }, index) => [
    span(" ".repeat(index > 0 ? gap : 0)),
    ...fit(cells[index] ?? [], width, align, ellipsis),
  ]);
}

export function headingOf(grid: Grid, ellipsis: string): Row {
  const titles = grid.columns.map(({ title }) => [span(title, "dim")]);
  return { spans: fitted(grid, titles, ellipsis).flat() };
}

/** The grid as rows, without the table component: its stand-in until that is loaded, and for the text of a screen. */
export function gridAsRows(grid: Grid, ellipsis: string): Row[] {
  const rows = grid.rows.map(({ cells, selected }) => ({ spans: fitted(grid, cells, ellipsis).flat(), selected }));
  return [headingOf(grid, ellipsis), ...rows];
}

/** The stretch of a list that `height` lines can show with the cursor kept near the middle. */
export function stretch(count: number, cursor: number, height: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(cursor - Math.floor(height / 2), count - height));
  return { from, to: Math.min(count, from + Math.max(0, height)) };
}
