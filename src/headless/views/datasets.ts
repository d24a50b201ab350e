import { formatCounted } from "../../core/format.ts";
import type { DatasetWritten, ProposedTable } from "../../core/messages/suggestions.ts";
import { countColumn, parts, tableColumn, tableOfAny } from "./columns.ts";
import { type Column, line, type View } from "./table.ts";

const tableColumns: Column<ProposedTable>[] = [
  tableColumn(),
  { title: "FILE", cell: ({ file }) => file, flexible: true },
  countColumn("ROWS", ({ rows }) => rows),
  countColumn("COLUMNS", ({ columns }) => columns),
  { title: "KEY", cell: ({ key }) => key.join(", "), flexible: true },
  {
    title: "REFERS TO",
    cell: ({ references }) => references.map(({ column, table }) => `${table} (${column})`).join(", "),
    flexible: true,
  },
  { title: "HOLDS", cell: ({ events }) => (events === null ? "what is" : "events") },
  { title: "WRITTEN", cell: ({ written }) => written.join(", "), flexible: true },
];

const leftOutColumns: Column<DatasetWritten["left_out"][number]>[] = [
  { title: "LEFT OUT", cell: ({ file }) => file },
  { title: "BECAUSE", cell: ({ why }) => why, flexible: true },
];

/** `init`: what was proposed, what was left out, and what to do next. */
export const datasetView: View<DatasetWritten> = {
  text({ name, folder, files, tables, left_out: leftOut, next }, look) {
    const written = `The dataset ${name} is in ${folder} (${formatCounted(files.length, "file")}): look through it, then`;
    return parts([
      tableOfAny(tableColumns, tables, look),
      tableOfAny(leftOutColumns, leftOut, look),
      [line(written), ...next.map((command) => line(`  ${command}`))].join(""),
    ]);
  },
};
