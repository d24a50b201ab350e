import { formatCounted } from "../../core/format.ts";
import type { PlacedTable } from "../../core/messages/cluster.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { countColumn, parts, tableColumn } from "./columns.ts";
import { type Column, line, table, type View } from "./table.ts";

const placedColumns: Column<PlacedTable>[] = [
  tableColumn(),
  { title: "KIND", cell: ({ kind }) => kind },
  { title: "BY", cell: ({ column }) => column, flexible: true },
  { title: "BESIDE", cell: ({ colocated_with }) => colocated_with ?? "–", flexible: true },
  countColumn("ROWS", ({ rows }) => rows, "distributed before"),
];

/** `doctor --distribute`: which tables lie on the nodes, or are to. */
export const distributionView: View<Replies["distribute"]> = {
  text({ tables, local, shards, nodes, done }, look) {
    const where = `in ${formatCounted(shards, "shard")} on ${formatCounted(nodes, "node")}`;
    const moved = tables.filter(({ rows }) => rows !== null).length;
    const what = done ? `distributed ${where}` : `to be distributed ${where}`;
    const words = moved === 0 ? `All tables are distributed, ${where}.` : `${formatCounted(moved, "table")} ${what}.`;
    const staying = `The schema ${local.join(", ")}, the ledger, stays on the coordinator.`;
    return parts([table(placedColumns, tables, look), line(`${words} ${staying}`)]);
  },
  note: ({ done }) => (done ? null : "Nothing was changed: add --yes to do it. Rows, keys and seals stay as they are."),
};
