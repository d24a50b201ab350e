import type { FigureName } from "../../core/drift.ts";
import { bar, blockBar, formatCount } from "../../core/format.ts";
import type { ColumnChange, Comparison, TableChange } from "../../core/messages/listings.ts";
import { type Column, table, type View } from "./table.ts";

const tables: Column<TableChange>[] = [
  { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
  { title: "FROM", align: "right", cell: ({ from_rows }) => formatCount(from_rows) },
  { title: "TO", align: "right", cell: ({ to_rows }) => formatCount(to_rows) },
  { title: "ADDED", align: "right", cell: ({ added }) => formatCount(added) },
  { title: "REMOVED", align: "right", cell: ({ removed }) => formatCount(removed) },
  { title: "CHANGED", align: "right", cell: ({ changed }) => formatCount(changed) },
  { title: "ROUNDED", align: "right", cell: ({ rounded }) => formatCount(rounded) },
];

const barWidth = 10;
const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const percent = (share: number | null) => `${(100 * (share ?? 0)).toFixed(1)} %`;

/** The bar is of the distance, and full at twice the threshold: half a bar deserves attention. */
function columnsFor(threshold: number, isRounded: boolean): Column<ColumnChange & { table: string }>[] {
  const rounded: Column<ColumnChange>[] = [
    { title: "ROUNDED", align: "right", cell: (one) => formatCount(one.rounded) },
  ];
  return [
    { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
    { title: "COLUMN", cell: ({ column }) => column, flexible: true },
    { title: "CHANGED", align: "right", cell: ({ changed }) => formatCount(changed) },
    ...(isRounded ? rounded : []),
    { title: "MEASURE", cell: ({ measure }) => measure ?? "–" },
    { title: "DISTANCE", align: "right", cell: ({ distance }) => figure(distance) },
    { title: "KS", align: "right", cell: ({ ks }) => figure(ks) },
    {
      title: "DRIFT",
      cell: (one) => driftCell(one, threshold),
      style: ({ drifts }) => (drifts.length > 0 ? "yellow" : null),
    },
  ];
}

/** The distance as a bar, and what drifts in words; a distance that does has its figure already. */
function driftCell({ distance, drifts, beyond, missing, mean }: ColumnChange, threshold: number): string {
  const words: Record<FigureName, string> = {
    psi: "drifts",
    tv: "drifts",
    beyond: `${percent(beyond)} beyond the former range`,
    missing: `${percent(missing)} more or fewer missing`,
    mean: `mean off by ${(mean ?? 0).toFixed(2)} deviations`,
  };
  const shown = distance === null ? "" : bar(distance / (2 * threshold), barWidth, blockBar);
  return [shown, drifts.map((name) => words[name]).join(", ")].filter((part) => part !== "").join(" ");
}

/** `compare`: what changed from one snapshot to another, by table and by column. */
export const compareView: View<Comparison> = {
  json: (comparison) => comparison,
  text({ from, to, threshold, tables: changes }, look) {
    const columns = changes.flatMap((change) => change.columns.map((column) => ({ table: change.table, ...column })));
    const isRounded = columns.some(({ rounded }) => rounded > 0);
    const byColumn = columns.length === 0 ? "" : `\n${table(columnsFor(threshold, isRounded), columns, look)}`;
    return `${look.paint("bold", `${from} → ${to}`)}\n${table(tables, changes, look)}${byColumn}`;
  },
};
