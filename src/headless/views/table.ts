import * as layout from "../../core/table-layout.ts";
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

type PlacedColumn = layout.ColumnRoom & { align?: "right" };

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
  const limit = look.columns ?? Number.POSITIVE_INFINITY;
  const natural = columns.map((column, index) => ({
    ...column,
    width: Math.max(...lines.map((line) => displayWidth(line[index]?.text ?? ""))),
    gap: 2,
    least: column.flexible && smallestFlexible,
  }));
  const narrow = natural.map((column) => ({ ...column, gap: 1 }));
  const placed = layout.placeColumns(layout.totalWidth(natural) > limit ? narrow : natural, limit);
  return lines.map((line) => `${draw(placed, line, limit, look)}\n`).join("");
}

function draw(columns: readonly PlacedColumn[], line: readonly Cell[], limit: number, { paint }: Look): string {
  let room = limit;
  let drawn = "";
  for (const [index, { align, width: wanted, gap = 0 }] of columns.entries()) {
    const { text = "", style = null } = line[index] ?? {};
    const width = Math.min(wanted, room);
    if (width <= 0) break;
    const cut = clip(text, width);
    const isLast = index === line.length - 1;
    const padded = align === "right" ? padStart(cut, width) : isLast ? cut : padEnd(cut, width);
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

/** A line of words, safe to show whatever they hold. */
export function line(words: string): string {
  return `${escapeControl(words)}\n`;
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
