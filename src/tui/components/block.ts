import { gridRow, headingRow, type PlacedColumn } from "../drawing/columns.ts";
import type { Row, Span } from "../drawing/spans.ts";

/** A grid that the table component draws: columns placed, cells not yet cut. */
export interface Grid {
  columns: PlacedColumn[];
  rows: { cells: Span[][]; selected: boolean }[];
}

/** A part of the screen, top to bottom. */
export type Block = { kind: "rows"; rows: Row[] } | { kind: "table"; grid: Grid };

/** What a screen is made of, inside the frame that all of them share. */
export interface Screen {
  /** First line: what this is, and at the right how it stands. */
  title: Span[];
  right: Span[];
  /** In the rule below it. */
  caption: string;
  body: Block[];
}

/** Room for a screen's body. */
export interface Area {
  width: number;
  height: number;
}

/** The grid as rows, without the table component: its stand-in until that is loaded, and for the text of a screen. */
export function gridAsRows(grid: Grid, ellipsis: string): Row[] {
  return [
    headingRow(grid.columns, ellipsis),
    ...grid.rows.map((line) => ({ ...gridRow(grid.columns, line.cells, ellipsis), selected: line.selected })),
  ];
}

export function heightOf(block: Block): number {
  return block.kind === "rows" ? block.rows.length : block.grid.rows.length + 1;
}
