import { glyphsOf } from "../drawing/glyphs.ts";
import { type Column, type Grid, gridAsRows, gridOf } from "../drawing/grid.ts";
import { type Row, type Span, span } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";
import type { Area } from "./screen.ts";

interface Listing<Item> {
  columns: readonly Column<Item>[];
  items: readonly Item[];
  cursor: number;
  area: Area;
  /** What stands in front of a line, beside the cursor. */
  sign?(item: Item): Span;
}

/** A list under a heading as plain rows: only the lines that fit, the one under the cursor among them. */
export function listRows<Item>(ui: Ui, listing: Listing<Item>): Row[] {
  return gridAsRows(listGrid(ui, listing), glyphsOf(ui.look).ellipsis);
}

export function listGrid<Item>(ui: Ui, { columns, items, cursor, area, sign }: Listing<Item>): Grid {
  const selected = items[cursor];
  const cursorSign = `${glyphsOf(ui.look).cursor} `;
  const margin: Column<Item> = {
    title: "",
    width: sign === undefined ? 2 : 4,
    cell: (item) => [span(item === selected ? cursorSign : "  ", "accent"), ...(sign ? [sign(item)] : [])],
  };
  return gridOf([margin, ...columns], items, cursor, area);
}
