import { formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import type { ExportReport } from "../../core/training.ts";
import type { View } from "./view.ts";

/** `export`: what was written. */
export const exportView: View<ExportReport> = {
  json: (report) => report,
  text(report) {
    const { file, manifest, as_of, labels_from, rows, labelled, columns, bytes, sha256 } = report;
    const lines = [
      `${file}: ${formatCounted(rows, "row")}, ${formatCounted(columns.length, "column")}, ${formatBytes(bytes)}`,
      `features of ${as_of} with labels of ${labels_from}: ${formatCount(labelled)} rows have one`,
      `sha256   ${sha256}`,
      `manifest ${manifest}`,
    ];
    return lines.map((line) => `${line}\n`).join("");
  },
};
