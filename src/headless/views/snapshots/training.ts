import { formatBytes, formatCount, formatCounted } from "../../../core/format.ts";
import type { ExportReport, FeastReport } from "../../../core/messages/training.ts";
import { shellWord } from "../../../core/settings.ts";
import { parts } from "../columns.ts";
import { type Column, line, table, type View } from "../table.ts";

/** `export`: what was written. */
export const exportView: View<ExportReport> = {
  text({ file, manifest, as_of, labels_from, rows, labelled, columns, bytes, sha256 }) {
    const lines = [
      `${file}: ${formatCounted(rows, "row")}, ${formatCounted(columns.length, "column")}, ${formatBytes(bytes)}`,
      `features of ${as_of} with labels of ${labels_from}: ${formatCount(labelled)} rows have one`,
      `sha256   ${sha256}`,
      `manifest ${manifest}`,
    ];
    return lines.map(line).join("");
  },
};

const viewColumns: Column<FeastReport["views"][number]>[] = [
  { title: "VIEW", cell: ({ name }) => name },
  { title: "SOURCE", cell: ({ source }) => source },
  { title: "FEATURES", cell: ({ features }) => features.join(", "), flexible: true },
];

/** `export --feast`: what was written, and how Feast is told where the database is. */
export const feastView: View<FeastReport> = {
  text({ folder, files, views, environment, embedded }, look) {
    const set = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
    const next = [`export ${[...set, "POSTGRES_PASSWORD=…"].join(" ")}`, `feast --chdir ${shellWord(folder)} apply`];
    return parts([
      files.map(({ name, state }) => line(`${folder}/${name}: ${state}`)).join(""),
      table(viewColumns, views, look),
      [
        line(embedded ? "Next, while the server runs (`db start`):" : "Next:"),
        ...next.map((one) => line(`  ${one}`)),
      ].join(""),
    ]);
  },
};
