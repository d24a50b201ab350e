import { formatCount } from "../../core/format.ts";
import type { Retirement } from "../../core/seal-listings.ts";
import { type Column, table } from "../table.ts";
import type { View } from "./view.ts";

const columns: Column<Retirement["snapshots"][number]>[] = [
  { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "SEAL", cell: ({ sealed }) => (sealed ? "lifted" : "–") },
];

/** `snapshots --drop`: what was removed. */
export const retirementView: View<Retirement> = {
  json: (retirement) => retirement,
  text: ({ as_of, snapshots }, look) => `${as_of}: removed for good\n${table(columns, snapshots, look)}`,
};
