import { bar, formatCount, formatCounted } from "../../core/format.ts";
import type { ColumnChange } from "../../core/messages/listings.ts";
import { displayWidth } from "../../core/text.ts";
import { type Area, awaitedRows, emptyRows, listRows, type Screen, yielding } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { type Span, span } from "../drawing/spans.ts";
import { type ComparisonLine, comparisonShown, cursorOf } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";

/** The longest bar, and the columns of what stands behind it. */
const [longestBar, figureWidth] = [40, 12];
/** Of names that are whole at 60 columns. */
const longestName = 31;

function columnsOf(ui: Ui, items: readonly ComparisonLine[], threshold: number): Column<ComparisonLine>[] {
  const glyphs = glyphsOf(ui.look);
  const figure = (count: number) => span(formatCount(count), count === 0 ? "dim" : "plain");
  const nameOf = ({ table, column }: ComparisonLine) => (column === null ? table.table : `  ${column.column}`);
  const widest = (title: string, textOf: (line: ComparisonLine) => string) =>
    items.reduce((most, line) => Math.max(most, displayWidth(textOf(line))), title.length);
  const ofTables = (name: "added" | "removed"): Column<ComparisonLine> => ({
    title: name.toUpperCase(),
    width: widest(name, ({ table }) => formatCount(table[name])),
    align: "right",
    drop: 1,
    cell: ({ table, column }) => (column === null ? figure(table[name]) : ""),
  });
  return [
    {
      title: "TABLE, COLUMN",
      width: widest("TABLE, COLUMN", nameOf),
      least: longestName,
      gap: 0,
      cell: (line) => span(nameOf(line), line.column === null ? "strong" : "plain"),
    },
    ofTables("added"),
    ofTables("removed"),
    {
      title: "CHANGED",
      width: widest("CHANGED", ({ table, column }) => formatCount((column ?? table).changed)),
      align: "right",
      cell: ({ table, column }) => figure((column ?? table).changed),
    },
    {
      title: "MOVED BY",
      width: 20,
      least: 16,
      gap: 2,
      flex: true,
      cell: ({ table, column }, room) =>
        column === null
          ? span(`${formatCount(table.from_rows)} ${glyphs.arrow} ${formatCount(table.to_rows)}`, "dim")
          : moved(column, threshold, Math.min(longestBar, room - figureWidth), glyphs),
    },
  ];
}

function moved(column: ColumnChange, threshold: number, barWidth: number, glyphs: Glyphs): Span[] {
  const { measure, distance, drifts } = column;
  if (distance === null || measure === null) return [span(glyphs.none, "dim")];
  const drawn = bar(distance / (2 * threshold), barWidth, glyphs.bar);
  if (drifts.length === 0) return [span(drawn, "accent"), span(` ${furthest(column)}`)];
  return [span(drawn, "warn"), span(` ${furthest(column)} ${glyphs.warn}`, "warn")];
}

/** Two snapshots: rows added, removed and changed in each table, and how far each column's distribution moved. */
export function compareScreen(ui: Ui, place: PlaceOf<"compare">, area: Area): Screen {
  const { from, to } = place;
  const title = [span(`${from} ${glyphsOf(ui.look).arrow} ${to}`, "strong"), yielding(1, "   what changed", "dim")];
  const { comparison } = ui;
  if (comparison === null || comparison.from !== from || comparison.to !== to) {
    return { title, rows: awaitedRows(ui, { kind: "compare", from, to }, "comparing every row and column") };
  }
  const items = comparisonShown(ui, place);
  const drifted = comparison.tables.flatMap((table) => table.columns).filter(({ drifts }) => drifts.length > 0).length;
  return {
    title,
    right: [
      ...(comparison.not_as_sealed.length > 0 ? [span("not as sealed · ", "bad")] : []),
      drifted > 0 ? span(`${formatCounted(drifted, "column")} moved far`, "warn") : span("nothing moved far", "good"),
    ],
    rows:
      items.length === 0
        ? emptyRows(ui, "The two snapshots hold no tables.", `${key("esc")} goes back`)
        : listRows(ui, {
            columns: columnsOf(ui, items, comparison.threshold),
            items,
            cursor: cursorOf(ui, place),
            area,
          }),
  };
}

/** The distance, or where that is not what drifted, what did; all as short as a distance is. */
function furthest({ measure, distance, drifts, beyond, missing, mean }: ColumnChange): string {
  const [first] = drifts;
  if (first === "beyond") return `far ${percent(beyond)}`;
  if (first === "missing") return `null ${percent(missing)}`;
  if (first === "mean") return `mean ${deviations(mean ?? 0)}`;
  return `${measure} ${(distance ?? 0).toFixed(3)}`;
}

function percent(share: number | null): string {
  return `${((share ?? 0) * 100).toFixed(0)}%`;
}

function deviations(mean: number): string {
  return mean < 1000 ? mean.toPrecision(3) : mean.toExponential(0);
}
