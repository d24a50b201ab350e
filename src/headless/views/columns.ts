import { formatBytes, formatCount } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import type { KeptCounts, Standing } from "../../core/messages/verdicts.ts";
import type { Look, Style } from "./output.ts";
import { type Column, table } from "./table.ts";

export const monthColumn: Column<{ month: string }> = { title: "MONTH", cell: ({ month }) => month };
export const asOfColumn: Column<{ as_of: string }> = { title: "AS OF", cell: ({ as_of }) => as_of };

/** The name of a table. */
export function tableColumn(title = "TABLE"): Column<{ table: string }> {
  return { title, cell: (row) => row.table, flexible: true };
}

/** A figure; where there is none it is `unknown`. */
export function countColumn<Row>(
  title: string,
  of: (row: Row) => number | null | undefined,
  unknown = "–",
): Column<Row> {
  const shown = (figure: number | null) => (figure === null ? unknown : formatCount(figure));
  return { title, align: "right", cell: (row) => shown(of(row) ?? null) };
}

/** A column for each of these figures, under its own name: `only_here` is ONLY HERE. */
export function figures<Name extends string>(...names: readonly Name[]): Column<Record<Name, number | null>>[] {
  return names.map((name) => countColumn(name.replaceAll("_", " ").toUpperCase(), (row) => row[name]));
}

/** The files of a drop. */
export const fileColumns: Column<{ path: string; bytes: number; rows: number | null }>[] = [
  { title: "FILE", cell: ({ path }) => path, flexible: true },
  { title: "SIZE", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  ...figures("rows"),
];

/** What became of rows: for each outcome the sum over a line's tables, as far as it is known of them. */
export function countColumns<Row>(
  tablesOf: (row: Row) => readonly Partial<TableCounts>[],
  unknown = "–",
): Column<Row>[] {
  return (["rows", "inserted", "updated", "unchanged", "absent"] as const).map((name) =>
    countColumn(name.toUpperCase(), (row) => sumOf(tablesOf(row).map((one) => one[name])), unknown),
  );
}

/** How many expectations came to what: passed, failed, and whatever else some row has. */
export function verdictColumns<Row>(countsOf: (row: Row) => KeptCounts | null, rows: readonly Row[]): Column<Row>[] {
  const others = (["warned", "unevaluated", "unknown"] as const).filter((standing) =>
    rows.some((row) => countsOf(row)?.[standing]),
  );
  return (["passed", "failed", ...others] as const).map((standing) => standingColumn(standing, countsOf));
}

export function standingColumn<Row>(
  standing: Standing,
  countsOf: (row: Row) => KeptCounts | null,
  unknown?: string,
): Column<Row> {
  return {
    ...countColumn<Row>(standing.toUpperCase(), (row) => countsOf(row)?.[standing], unknown),
    style: (row) => (countsOf(row)?.[standing] ? (standingStyles[standing] ?? null) : null),
  };
}

const standingStyles: Partial<Record<Standing, Style>> = { failed: "red", unevaluated: "red" };

/** The sum of what is known; undefined where nothing is. */
export function sumOf(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, figure) => sum + figure, 0);
}

/** A table, or nothing where it has no rows. */
export function tableOfAny<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string {
  return rows.length === 0 ? "" : table(columns, rows, look);
}

/** Those that are not empty, with a blank line between them. */
export function parts(all: readonly string[]): string {
  return all.filter((part) => part !== "").join("\n");
}
