import { exitCodeOf } from "../../../core/errors.ts";
import { formatCount, formatMoment } from "../../../core/format.ts";
import type { Replies } from "../../../core/messages/requests.ts";
import {
  isWeak,
  type Retirement,
  type RowDifference,
  renewal,
  type SealCheck,
  type SnapshotEntry,
  type UnsealedEntry,
} from "../../../core/messages/seals.ts";
import { escapeControl } from "../../../core/text.ts";
import { asOfColumn, countColumn, figures, parts, tableColumn, tableOfAny } from "../columns.ts";
import { type Column, line, table, type View } from "../table.ts";

/** A line of the list: a seal, or rows without one. */
type Line = UnsealedEntry & Partial<SnapshotEntry>;

const columns: Column<Line>[] = [
  tableColumn(),
  asOfColumn,
  ...figures("rows"),
  { title: "MONTH", cell: ({ month = "" }) => month },
  { title: "BY", cell: ({ mode = "unsealed" }) => mode },
  { title: "RUN", align: "right", cell: ({ run }) => String(run ?? "") },
  {
    title: "SEALED",
    cell: ({ sealed_at }) => (sealed_at === undefined ? "" : formatMoment(sealed_at)),
    flexible: true,
  },
  { title: "FINGERPRINT", cell: ({ fingerprint = "" }) => fingerprint, flexible: true },
];

/** `snapshots`: the seals in force, and the rows that are under none. */
export const snapshotsView: View<Replies["snapshots"]> = {
  json: ({ snapshots, unsealed }) => ({
    snapshots: [
      ...snapshots.map(({ table: name, as_of, rows, fingerprint, run }) => ({
        table: name,
        as_of,
        rows,
        fingerprint,
        run,
      })),
      ...unsealed.map((entry) => ({ ...entry, fingerprint: null, run: null })),
    ],
  }),
  text: ({ snapshots, unsealed }, look) => tableOfAny<Line>(columns, [...snapshots, ...unsealed], look),
  note({ snapshots, unsealed }) {
    if (snapshots.length + unsealed.length === 0) {
      return "There are no snapshots yet: --month month_000 takes the first.";
    }
    const notes = [weakNote(snapshots), unsealed.length > 0 ? unsealedNote : null];
    return notes.filter((note) => note !== null).join("\n");
  },
};

const unsealedNote =
  "No run of the ledger took the unsealed ones: adopt shows how they compare with the drops, and seals them.";

function weakNote(seals: readonly { fingerprint: string }[]): string | null {
  const weak = seals.filter(isWeak).length;
  if (weak === 0) return null;
  return (
    `${weak === 1 ? "1 seal is" : `${formatCount(weak)} seals are`} of an older, weak kind, which some changes do not ` +
    `break: ${renewal} renews those whose rows still agree with their drop.`
  );
}

const checkColumns: Column<SealCheck>[] = [
  tableColumn(),
  asOfColumn,
  {
    title: "SEAL",
    cell: (seal) => (isWeak(seal) ? `${seal.state}, weak` : seal.state),
    style: ({ state }) => (state === "intact" ? "green" : "red"),
  },
  countColumn("SEALED ROWS", ({ rows }) => rows),
  ...figures("found_rows"),
  { title: "SEALED FINGERPRINT", cell: ({ fingerprint }) => fingerprint, flexible: true },
  { title: "FOUND FINGERPRINT", cell: ({ found_fingerprint }) => found_fingerprint ?? "", flexible: true },
];

const differenceColumns: Column<RowDifference & { table: string; as_of: string }>[] = [
  tableColumn(),
  asOfColumn,
  { title: "ROW", cell: ({ key }) => escapeControl(key), flexible: true },
  { title: "DIFFERENCE", cell: ({ change }) => change },
];

const isBroken = ({ state }: SealCheck) => state !== "intact";

/** `snapshots --verify`: each seal held against the rows that are there now; fails when one differs. */
export const sealsView: View<Replies["verify"]> = {
  json: ({ seals }) => ({ seals: seals.map((seal) => ({ ...seal, weak: isWeak(seal) })) }),
  text({ seals }, look) {
    const differing = seals.flatMap(({ table: name, as_of, differences }) =>
      differences.map((row) => ({ ...row, table: name, as_of })),
    );
    const tables = [tableOfAny(checkColumns, seals, look), tableOfAny(differenceColumns, differing, look)];
    return `${parts(tables)}${seals.map(unnamedIn).join("")}${seals.map(lostIn).join("")}`;
  },
  note({ seals }) {
    if (seals.length === 0) return "There are no seals to verify.";
    return seals.some(isBroken) ? brokenNote : weakNote(seals);
  },
  exitCode: ({ seals }) => (seals.some(isBroken) ? exitCodeOf("seal_broken") : 0),
};

const brokenNote =
  "Rows were changed behind the console's back: run the month with --restamp to take its snapshot anew from its drop " +
  "(an older month: --restamp --backfill).";

function unnamedIn({ table: name, as_of, unnamed_groups: groups }: SealCheck): string {
  if (groups === 0) return "";
  return line(`${name} ${as_of}: in ${groups} of 256 groups of keys several rows differ, too many to be named.`);
}

function lostIn({ table: name, as_of, lost_columns: lost }: SealCheck): string {
  return lost.length === 0 ? "" : line(`${name} ${as_of}: ${lost.join(", ")} gone since, or of another type.`);
}

const removedColumns: Column<Retirement["snapshots"][number]>[] = [
  tableColumn("SNAPSHOT"),
  ...figures("rows"),
  { title: "SEAL", cell: ({ sealed }) => (sealed ? "lifted" : "–") },
];

/** `snapshots --drop`: what was removed. */
export const retirementView: View<Retirement> = {
  text: ({ as_of, snapshots }, look) =>
    `${line(`${as_of}: removed for good`)}${table(removedColumns, snapshots, look)}`,
};
