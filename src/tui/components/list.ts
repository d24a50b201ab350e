import type { Request } from "../../core/messages/requests.ts";
import { escapeControl } from "../../core/text.ts";
import { type Column, gridRow, headingRow, placeColumns, window } from "../drawing/columns.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, row, type Span, span } from "../drawing/spans.ts";
import { refusalOf, type Ui } from "../model/model.ts";
import type { Grid } from "./block.ts";

interface Listing<Item> {
  columns: readonly Column[];
  items: readonly Item[];
  cursor: number;
  width: number;
  /** Lines for heading and items. */
  height: number;
  /** `widths` by the columns' own order, 0 for one that has no room. */
  cells(item: Item, widths: readonly number[]): Span[][];
  /** What stands in front of a line that is not under the cursor. */
  sign?: ((item: Item) => Span) | undefined;
}

/** A list under a heading as plain rows: only the lines that fit, the one under the cursor among them. */
export function listRows<Item>(ui: Ui, listing: Listing<Item>): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  const grid = listGrid(ui, listing);
  return [
    headingRow(grid.columns, ellipsis),
    ...grid.rows.map((line) => ({ ...gridRow(grid.columns, line.cells, ellipsis), selected: line.selected })),
  ];
}

export function listGrid<Item>(ui: Ui, listing: Listing<Item>): Grid {
  const { items, cursor, cells } = listing;
  const glyphs = glyphsOf(ui.look);
  // In front of the first column: the cursor, and a sign where the list has any.
  const margin: Column = { title: "", width: listing.sign === undefined ? 2 : 4 };
  const columns = placeColumns([margin, ...listing.columns], listing.width);
  const { from, to } = window(items.length, cursor, listing.height - 1);
  const widths = listing.columns.map((_, index) => columns.find((column) => column.index === index + 1)?.width ?? 0);
  const rows = items.slice(from, to).map((item, index) => {
    const selected = from + index === cursor;
    const sign = listing.sign?.(item);
    const margins = [span(selected ? `${glyphs.cursor} ` : "  ", "accent"), ...(sign === undefined ? [] : [sign])];
    return { cells: [margins, ...cells(item, widths)], selected };
  });
  return { columns, rows };
}

/** What stands where an answer is still awaited, or why it will not come. */
export function awaitedRows(ui: Ui, request: Request, awaited: string): Row[] {
  const refusal = refusalOf(ui, request);
  if (refusal === null) return emptyRows(`${awaited}${glyphsOf(ui.look).ellipsis}`);
  return emptyRows(escapeControl(refusal.title), escapeControl(refusal.hint), "ctrl-r asks again; esc goes back");
}

/** Lines for an empty list: what is missing, and what to do next. */
export function emptyRows(...lines: string[]): Row[] {
  return [row(""), ...lines.map((line, index) => row("   ", span(line, index === 0 ? "plain" : "dim")))];
}
