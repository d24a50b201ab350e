import { formatCount, formatCounted, formatPercent } from "../../core/format.ts";
import { type Area, paragraph, withoutCursor } from "../components/screen.ts";
import { glyphsOf, sparkline } from "../drawing/glyphs.ts";
import { type Column, gridAsRows, gridOf } from "../drawing/grid.ts";
import { indented, type Row, type Span, span, widthOf } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";

/** One table's rows over the months, oldest first; null where nobody counted them. */
export interface RowSeries {
  table: string;
  rows: readonly (number | null)[];
}

/** Months of a series that are drawn, the newest. */
export const mostShown = 24;

/** Rows of each table now, unless they are told elsewhere, by how much that is more than before, and how they came to it. */
export function rowSeriesRows(
  ui: Ui,
  series: readonly RowSeries[],
  { width, height }: Area,
  told: "counts" | "changes" = "counts",
): Row[] {
  const glyphs = glyphsOf(ui.look);
  const longest = Math.max(5, ...series.map(({ table }) => table.length));
  const counts = series.map(({ rows }) => countOf(rows.at(-1) ?? null, glyphs.none));
  const digits = told === "changes" ? 0 : Math.max(4, ...counts.map(({ text }) => text.length));
  // Rather below its name than beside a part of it, where there are lines enough.
  if (told === "counts" && longest + digits + leastBeside > width && 2 * series.length <= height)
    return series.flatMap((one) => belowName(ui, one, width));
  // Names go before how much the counts changed.
  const others = digits + (width >= longest + digits + 30 ? 30 : 16);
  const columns: Column<RowSeries>[] = [
    { title: "", width: 2, cell: () => "" },
    {
      title: "TABLE",
      width: Math.min(longest, Math.max(12, width - others)),
      gap: 1,
      cell: ({ table }) => table,
    },
    ...(told === "changes"
      ? []
      : [
          {
            title: "ROWS",
            width: digits,
            align: "right" as const,
            gap: 2,
            cell: ({ rows }: RowSeries) => countOf(rows.at(-1) ?? null, glyphs.none),
          },
        ]),
    { title: "CHANGE", width: 9, align: "right", drop: 2, cell: ({ rows }) => changeOf(rows, glyphs.none) },
    {
      title: "BEFORE",
      width: 6,
      flex: true,
      drop: 1,
      gap: 2,
      cell: ({ rows }, room) => span(sparkline(rows.slice(-Math.min(room, mostShown)), glyphs), "accent"),
    },
  ];
  return withoutCursor(gridAsRows(gridOf(columns, series, 0, { width, height }), glyphs.ellipsis));
}

/** Columns that a name, a count and the shortest trend need beside each other, but for what stands in the first two. */
const leastBeside = 14;

function belowName(ui: Ui, { table, rows }: RowSeries, width: number): Row[] {
  const glyphs = glyphsOf(ui.look);
  const now = rows.at(-1) ?? null;
  const figures: Span[] = [
    now === null ? span(glyphs.none, "dim") : span(formatCounted(now, "row")),
    span("  "),
    changeOf(rows, glyphs.none),
    span("  "),
  ];
  const room = Math.max(0, Math.min(mostShown, width - widthOf(figures) - 6));
  const trend = span(sparkline(rows.slice(-room), glyphs), "accent");
  return [...paragraph(ui, table, 1), indented("  ", ...figures, trend)];
}

function countOf(rows: number | null, none: string): Span {
  return rows === null ? span(none, "dim") : span(formatCount(rows));
}

/** Against the newest count before, in percent. */
function changeOf(rows: RowSeries["rows"], none: string): Span {
  const [now, before] = [rows.at(-1) ?? null, rows.slice(0, -1).findLast((count) => count !== null) ?? null];
  if (now === null || before === null || before === 0) return span(none, "dim");
  const share = (100 * (now - before)) / before;
  const words = share === 0 ? "0 %" : `${share > 0 ? "+" : "-"}${formatPercent(Math.abs(share))}`;
  return span(words, Math.abs(share) >= 20 ? "warn" : "dim");
}
