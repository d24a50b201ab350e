import { clip, displayWidth, escapeControl, padEnd, padStart } from "../../core/text.ts";
import type { Look, Style } from "./output.ts";

export interface Column<Row> {
  title: string;
  cell(row: Row): string;
  align?: "right";
  /** May be cut to fit a terminal; others give way only when nothing else does. */
  flexible?: true;
  style?(row: Row): Style | null;
}

interface Cell {
  text: string;
  style: Style | null;
}

const smallestFlexible = 8;

/**
 * Rows under their headings, aligned. On a terminal nothing is wider than it: the gaps shrink, then the flexible
 * columns, and what is still too wide is cut. Cells are made safe to show.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string {
  const heads: Cell[] = columns.map(({ title }) => ({ text: title, style: "dim" }));
  const body = rows.map((row) =>
    columns.map((column): Cell => ({ text: escapeControl(column.cell(row)), style: column.style?.(row) ?? null })),
  );
  const lines = [heads, ...body];
  const natural = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index]?.text ?? ""))));
  const { widths, gap } = fit(columns, natural, look.columns);
  return lines.map((line) => `${draw(columns, line, widths, gap, look)}\n`).join("");
}

function fit<Row>(columns: readonly Column<Row>[], natural: readonly number[], limit: number | null) {
  const widths = [...natural];
  const total = (gap: number) => widths.reduce((sum, width) => sum + width + gap, -gap);
  if (limit === null || total(2) <= limit) return { widths, gap: 2 };
  for (let excess = total(1) - limit; excess > 0; excess--) {
    const widest = widestFlexible(columns, widths);
    if (widest === null) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return { widths, gap: 1 };
}

function widestFlexible<Row>(columns: readonly Column<Row>[], widths: readonly number[]): number | null {
  let widest: number | null = null;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (!column.flexible || width <= smallestFlexible) continue;
    if (widest === null || width > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
}

function draw<Row>(
  columns: readonly Column<Row>[],
  line: readonly Cell[],
  widths: readonly number[],
  gap: number,
  { columns: limit, paint }: Look,
): string {
  let room = limit ?? Number.POSITIVE_INFINITY;
  let drawn = "";
  for (const [index, { text, style }] of line.entries()) {
    const width = Math.min(widths[index] ?? 0, room);
    if (width <= 0) break;
    const cut = clip(text, width);
    const isLast = index === line.length - 1;
    const padded = columns[index]?.align === "right" ? padStart(cut, width) : isLast ? cut : padEnd(cut, width);
    drawn += paint(style, padded) + (isLast ? "" : " ".repeat(Math.min(gap, room - width)));
    room -= width + gap;
  }
  // Blanks at the end of a line only get in the way of whoever copies it.
  return drawn.trimEnd();
}

/** Names and what they stand for, one a line; never cut, since one copies from it. */
export function facts(entries: readonly (readonly [name: string, value: string])[], { paint }: Look): string {
  const width = Math.max(0, ...entries.map(([name]) => displayWidth(name)));
  return entries.map(([name, value]) => `${paint("dim", padEnd(name, width))}  ${escapeControl(value)}\n`).join("");
}

/** How the answer to a request is shown. Pure: the same answer gives the same text. */
export interface View<Reply> {
  /** What `--json` prints, where that is not the reply as it is. */
  json?(reply: Reply): unknown;
  /** What is printed without it; every line ends with a line feed. */
  text(reply: Reply, look: Look): string;
  /** For stderr, when there is nothing to show. */
  note?(reply: Reply): string | null;
  /** When it is not 0. */
  exitCode?(reply: Reply): number;
}
