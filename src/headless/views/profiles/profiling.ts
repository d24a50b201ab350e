import { formatCounted } from "../../../core/format.ts";
import type { Profiling } from "../../../core/messages/profiles.ts";
import { asOfColumn, figures, tableColumn, tableOfAny } from "../columns.ts";
import type { Column, View } from "../table.ts";

const columns: Column<Profiling["profiled"][number]>[] = [
  tableColumn("PROFILED"),
  asOfColumn,
  ...figures("rows", "columns"),
];

/** `snapshots --profile`: the snapshots whose figures were taken now. */
export const profilingView: View<Profiling> = {
  text: ({ profiled }, look) => tableOfAny(columns, profiled, look),
  note({ profiled, known }) {
    if (profiled.length > 0) return null;
    return known === 0 ? "There are no snapshots yet." : `${formatCounted(known, "snapshot")}, all of them profiled.`;
  },
};
