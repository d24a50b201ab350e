import { bar, blockBar, formatCount } from "../../core/format.ts";
import type { ColumnChange, Comparison, TableChange } from "../../core/listings.ts";
import { type Column, table } from "../table.ts";
import type { View } from "./view.ts";

const tables: Column<TableChange>[] = [
  { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
  { title: "FROM", align: "right", cell: ({ from_rows }) => formatCount(from_rows) },
  { title: "TO", align: "right", cell: ({ to_rows }) => formatCount(to_rows) },
  { title: "ADDED", align: "right", cell: ({ added }) => formatCount(added) },
  { title: "REMOVED", align: "right", cell: ({ removed }) => formatCount(removed) },
  { title: "CHANGED", align: "right", cell: ({ changed }) => formatCount(changed) },
];

const barWidth = 10;
const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));

/** The bar is full at twice the threshold: half a bar deserves attention. */
function columnsFor(threshold: number): Column<ColumnChange & { table: string }>[] {
  const drifts = ({ distance }: ColumnChange) => distance !== null && distance >= threshold;
  return [
    { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
    { title: "COLUMN", cell: ({ column }) => column, flexible: true },
    { title: "CHANGED", align: "right", cell: ({ changed }) => formatCount(changed) },
    { title: "MEASURE", cell: ({ measure }) => measure ?? "–" },
    { title: "DISTANCE", align: "right", cell: ({ distance }) => figure(distance) },
    { title: "KS", align: "right", cell: ({ ks }) => figure(ks) },
    {
      title: "DRIFT",
      cell: (one) =>
        one.distance === null
          ? ""
          : `${bar(one.distance / (2 * threshold), barWidth, blockBar)}${drifts(one) ? " drifts" : ""}`,
      style: (one) => (drifts(one) ? "yellow" : null),
    },
  ];
}

/** `compare`: what changed from one snapshot to another, by table and by column. */
export const compareView: View<Comparison> = {
  json: (comparison) => comparison,
  text({ from, to, threshold, tables: changes }, look) {
    const columns = changes.flatMap((change) => change.columns.map((column) => ({ table: change.table, ...column })));
    const byColumn = columns.length === 0 ? "" : `\n${table(columnsFor(threshold), columns, look)}`;
    return `${look.paint("bold", `${from} → ${to}`)}\n${table(tables, changes, look)}${byColumn}`;
  },
};
