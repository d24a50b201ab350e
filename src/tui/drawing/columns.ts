import { type Align, fit, type Row, type Span, span } from "./spans.ts";

/** One column of a grid. Columns with a higher `drop` go first when the terminal is narrow; those with 0 stay. */
export interface Column {
  title: string;
  width: number;
  align?: Align;
  drop?: number;
  /** Takes what room is left, at least `width`. */
  flex?: boolean;
  /** Blanks before it; one unless told. */
  gap?: number;
}

export interface PlacedColumn extends Column {
  /** Index of the column in the list it was placed from. */
  index: number;
}

/** The columns that fit into `width`, with the widths they get. */
export function placeColumns(columns: readonly Column[], width: number): PlacedColumn[] {
  let placed: PlacedColumn[] = columns.map((column, index) => ({ ...column, index }));
  while (total(placed) > width) {
    const most = Math.max(...placed.map((column) => column.drop ?? 0));
    if (most === 0) break;
    const last = placed.findLastIndex((column) => (column.drop ?? 0) === most);
    placed = placed.filter((_, index) => index !== last);
  }
  const room = width - total(placed);
  const flexible = placed.filter((column) => column.flex).length;
  if (room <= 0 || flexible === 0) return placed;
  return placed.map((column) =>
    column.flex ? { ...column, width: column.width + Math.floor(room / flexible) } : column,
  );
}

function total(columns: readonly Column[]): number {
  return columns.reduce((sum, column, index) => sum + column.width + (index === 0 ? 0 : (column.gap ?? 1)), 0);
}

/** One line of the grid; `cells` are indexed as the columns were before placing. */
export function gridRow(placed: readonly PlacedColumn[], cells: readonly (readonly Span[])[], ellipsis: string): Row {
  const spans: Span[] = [];
  placed.forEach((column, position) => {
    if (position > 0 && (column.gap ?? 1) > 0) spans.push(span(" ".repeat(column.gap ?? 1)));
    spans.push(...fit(cells[column.index] ?? [], column.width, column.align ?? "left", ellipsis));
  });
  return { spans };
}

export function headingRow(placed: readonly PlacedColumn[], ellipsis: string): Row {
  const cells: Span[][] = [];
  for (const column of placed) cells[column.index] = [span(column.title, "dim")];
  return gridRow(placed, cells, ellipsis);
}

/** The stretch of a list that `height` lines can show with the cursor kept near the middle. */
export function window(count: number, cursor: number, height: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(cursor - Math.floor(height / 2), count - height));
  return { from, to: Math.min(count, from + Math.max(0, height)) };
}
