import { bar, formatCount, formatCounted } from "../../core/format.ts";
import type { ColumnChange, Comparison, TableChange } from "../../core/messages/listings.ts";
import { escapeControl } from "../../core/text.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listRows } from "../components/list.ts";
import type { Column } from "../drawing/columns.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Span, span } from "../drawing/spans.ts";
import { type ComparisonLine, comparisonShown, cursorIn } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";

const columns: Column[] = [
  { title: "TABLE, COLUMN", width: 22, gap: 0, flex: true },
  { title: "ADDED", width: 9, align: "right", drop: 1 },
  { title: "REMOVED", width: 9, align: "right", drop: 1 },
  { title: "CHANGED", width: 10, align: "right" },
  { title: "MOVED BY", width: 20, gap: 2 },
];

const barWidth = 8;

/** Two snapshots: rows added, removed and changed in each table, and how far each column's distribution moved. */
export function compareScreen(ui: Ui, place: PlaceOf<"compare">, area: Area): Screen {
  const { arrow } = glyphsOf(ui.look);
  const title = [span(`${place.from} ${arrow} ${place.to}`, "strong"), span("   what changed", "dim")];
  const comparison = ui.comparison?.from === place.from && ui.comparison.to === place.to ? ui.comparison : null;
  if (comparison === null) {
    const rows = awaitedRows(ui, { kind: "compare", from: place.from, to: place.to }, "comparing every row and column");
    return { title, right: [], caption: "", body: [{ kind: "rows", rows }] };
  }
  const shown = comparisonShown(ui, place);
  const cursor = cursorIn(
    shown.map(({ table, column }) => `${table}.${column ?? ""}`),
    place,
  );
  const rows =
    shown.length === 0
      ? emptyRows("The two snapshots hold no tables.", "esc goes back")
      : listRows(ui, {
          columns,
          items: shown,
          cursor,
          width: area.width,
          height: area.height,
          cells: (line) => cells(ui, comparison, line),
        });
  const drifted = comparison.tables.flatMap((table) => table.columns).filter(({ drifts }) => drifts.length > 0).length;
  const right =
    drifted > 0 ? span(`${formatCounted(drifted, "column")} moved far`, "warn") : span("nothing moved far", "good");
  return { title, right: [right], caption: "", body: [{ kind: "rows", rows }] };
}

function cells(ui: Ui, comparison: Comparison, line: ComparisonLine): Span[][] {
  const glyphs = glyphsOf(ui.look);
  const table = comparison.tables.find((other) => other.table === line.table);
  if (table === undefined) return [];
  if (line.column === null) return tableCells(table, glyphs);
  const column = table.columns.find((other) => other.column === line.column);
  return column === undefined ? [] : columnCells(column, comparison.threshold, glyphs);
}

function tableCells(table: TableChange, glyphs: Glyphs): Span[][] {
  const figure = (count: number) => [span(formatCount(count), count === 0 ? "dim" : "plain")];
  return [
    [span(table.table, "strong")],
    figure(table.added),
    figure(table.removed),
    figure(table.changed),
    [span(`${formatCount(table.from_rows)} ${glyphs.arrow} ${formatCount(table.to_rows)}`, "dim")],
  ];
}

function columnCells(column: ColumnChange, threshold: number, glyphs: Glyphs): Span[][] {
  const far = column.drifts.length > 0;
  return [
    [span(`  ${escapeControl(column.column)}`)],
    [],
    [],
    [span(formatCount(column.changed), column.changed === 0 ? "dim" : "plain")],
    column.distance === null || column.measure === null
      ? [span(glyphs.none, "dim")]
      : [
          span(bar(column.distance / (2 * threshold), barWidth, glyphs.bar), far ? "warn" : "accent"),
          span(` ${furthest(column)}${far ? ` ${glyphs.warn}` : ""}`, far ? "warn" : "plain"),
        ],
  ];
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
