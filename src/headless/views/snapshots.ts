import { exitCodeOf } from "../../core/errors.ts";
import { formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import type { Replies } from "../../core/messages/requests.ts";
import {
  isWeak,
  type Retirement,
  type RowDifference,
  renewal,
  type SealCheck,
  type SnapshotEntry,
  type UnsealedEntry,
} from "../../core/messages/seals.ts";
import type { ExportReport } from "../../core/messages/training.ts";
import { escapeControl } from "../../core/text.ts";
import type { Style } from "./output.ts";
import { type Column, table, type View } from "./table.ts";
import { moment } from "./words.ts";

/** A line of the list: a seal, or rows without one. */
type Line = SnapshotEntry | UnsealedEntry;

const isSealed = (line: Line): line is SnapshotEntry => "fingerprint" in line;

const columns: Column<Line>[] = [
  { title: "TABLE", cell: (line) => line.table, flexible: true },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "MONTH", cell: (line) => (isSealed(line) ? line.month : "") },
  { title: "BY", cell: (line) => (isSealed(line) ? line.mode : "unsealed") },
  { title: "RUN", align: "right", cell: (line) => (isSealed(line) && line.run !== null ? String(line.run) : "") },
  { title: "SEALED", cell: (line) => (isSealed(line) ? moment(line.sealed_at) : ""), flexible: true },
  { title: "FINGERPRINT", cell: (line) => (isSealed(line) ? line.fingerprint : ""), flexible: true },
];

/** `snapshots`: the seals in force, and the rows that are under none. */
export const snapshotsView: View<Replies["snapshots"]> = {
  json: ({ snapshots, unsealed }) => ({
    snapshots: [
      ...snapshots.map(({ table: name, as_of, rows, fingerprint, run }) => ({
        ...{ table: name, as_of, rows, fingerprint, run },
      })),
      ...unsealed.map((entry) => ({ ...entry, fingerprint: null, run: null })),
    ],
  }),
  text: ({ snapshots, unsealed }, look) =>
    snapshots.length + unsealed.length === 0 ? "" : table(columns, [...snapshots, ...unsealed], look),
  note({ snapshots, unsealed }) {
    if (snapshots.length + unsealed.length === 0) {
      return "There are no snapshots yet: --month month_000 takes the first.";
    }
    const notes = [weakNote(snapshots.filter(isWeak).length), ...(unsealed.length > 0 ? [unsealedNote] : [])];
    return notes.filter((note) => note !== null).join("\n") || null;
  },
};

const unsealedNote =
  "No run of the ledger took the unsealed ones: adopt shows how they compare with the drops, and seals them.";

function weakNote(weak: number): string | null {
  if (weak === 0) return null;
  const seals = weak === 1 ? "1 seal is" : `${formatCount(weak)} seals are`;
  return (
    `${seals} of an older, weak kind, which some changes do not break: ` +
    `${renewal} renews those whose rows still agree with their drop.`
  );
}

const checkStyles: Record<SealCheck["state"], Style> = { intact: "green", broken: "red", missing: "red" };

const checkColumns: Column<SealCheck>[] = [
  { title: "TABLE", cell: (seal) => seal.table, flexible: true },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  {
    title: "SEAL",
    cell: (seal) => (isWeak(seal) ? `${seal.state}, weak` : seal.state),
    style: ({ state }) => checkStyles[state],
  },
  { title: "SEALED ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "FOUND ROWS", align: "right", cell: ({ found_rows }) => formatCount(found_rows) },
  { title: "SEALED FINGERPRINT", cell: ({ fingerprint }) => fingerprint, flexible: true },
  { title: "FOUND FINGERPRINT", cell: ({ found_fingerprint }) => found_fingerprint ?? "", flexible: true },
];

const differenceColumns: Column<RowDifference & { table: string; as_of: string }>[] = [
  { title: "TABLE", cell: (row) => row.table, flexible: true },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "ROW", cell: ({ key }) => escapeControl(key), flexible: true },
  { title: "DIFFERENCE", cell: ({ change }) => change },
];

/** `snapshots --verify`: each seal held against the rows that are there now; fails when one differs. */
export const sealsView: View<Replies["verify"]> = {
  json: ({ seals }) => ({ seals: seals.map((seal) => ({ ...seal, weak: isWeak(seal) })) }),
  text({ seals }, look) {
    if (seals.length === 0) return "";
    const differences = seals.flatMap(({ table: name, as_of, differences: rows }) =>
      rows.map((row) => ({ ...row, table: name, as_of })),
    );
    const named = differences.length === 0 ? "" : `\n${table(differenceColumns, differences, look)}`;
    return `${table(checkColumns, seals, look)}${named}${seals.map(unnamedIn).join("")}${seals.map(lostIn).join("")}`;
  },
  note({ seals }) {
    if (seals.length === 0) return "There are no seals to verify.";
    const broken = seals.filter(({ state }) => state !== "intact");
    return broken.length === 0 ? weakNote(seals.filter(isWeak).length) : brokenNote;
  },
  exitCode: ({ seals }) => (seals.every(({ state }) => state === "intact") ? 0 : exitCodeOf("seal_broken")),
};

const brokenNote =
  "Rows were changed behind the console's back: run the month with --restamp to take its snapshot anew from its drop " +
  "(an older month: --restamp --backfill).";

function unnamedIn({ table: name, as_of, unnamed_groups: groups }: SealCheck): string {
  if (groups === 0) return "";
  const named = `${name} ${as_of}: `;
  return `${named}in ${groups} of 256 groups of keys several rows differ, too many to be named.\n`;
}

function lostIn({ table: name, as_of, lost_columns: lost }: SealCheck): string {
  return lost.length === 0 ? "" : `${name} ${as_of}: ${lost.join(", ")} gone since, or of another type.\n`;
}

const removedColumns: Column<Retirement["snapshots"][number]>[] = [
  { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "SEAL", cell: ({ sealed }) => (sealed ? "lifted" : "–") },
];

/** `snapshots --drop`: what was removed. */
export const retirementView: View<Retirement> = {
  json: (retirement) => retirement,
  text: ({ as_of, snapshots }, look) => `${as_of}: removed for good\n${table(removedColumns, snapshots, look)}`,
};

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
