import { exitCodeOf } from "../../core/errors.ts";
import { formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import type { DropCheck } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { faultLines } from "./faults.ts";
import type { Look } from "./output.ts";
import { type Column, table, type View } from "./table.ts";

const columns: Column<DropCheck["files"][number]>[] = [
  { title: "FILE", cell: ({ path }) => path, flexible: true },
  { title: "SIZE", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  { title: "ROWS", align: "right", cell: ({ rows }) => (rows === null ? "–" : formatCount(rows)) },
];

function dropText(drop: DropCheck, look: Look): string {
  const { month, files, fault_count } = drop;
  const verdict =
    fault_count === 0 ? look.paint("green", "sound") : look.paint("red", formatCounted(fault_count, "fault"));
  return `${look.paint("bold", month)}: ${verdict}\n${table(columns, files, look)}${faultLines(drop)
    .map((line) => `  ${line}\n`)
    .join("")}`;
}

/** `check`: what the strict reader finds in each drop. */
export const checkView: View<Replies["check"]> = {
  json: ({ drops }) => ({ drops }),
  text: ({ drops }, look) => drops.map((drop) => dropText(drop, look)).join("\n"),
  note: ({ drops }) => (drops.length === 0 ? "Nothing to check: no month is pending." : null),
  exitCode: ({ drops }) => (drops.every(({ fault_count }) => fault_count === 0) ? 0 : exitCodeOf("drop_rejected")),
};
