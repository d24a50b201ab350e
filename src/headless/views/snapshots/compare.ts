import { profileValue } from "../../../client/words.ts";
import type { FigureName } from "../../../core/drift.ts";
import { bar, blockBar, formatCount, formatCounted } from "../../../core/format.ts";
import type { ColumnChange, Comparison, TableChange } from "../../../core/messages/listings.ts";
import { escapeControl } from "../../../core/text.ts";
import { countColumn, figures, parts, tableColumn, tableOfAny } from "../columns.ts";
import { type Column, table, type View } from "../table.ts";

const tables: Column<TableChange>[] = [
  tableColumn("SNAPSHOT"),
  countColumn("FROM", ({ from_rows }) => from_rows),
  countColumn("TO", ({ to_rows }) => to_rows),
  ...figures("added", "removed", "changed", "rounded"),
];

const barWidth = 10;
const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const percent = (share: number | null) => `${(100 * (share ?? 0)).toFixed(1)} %`;

/** The bar is of the distance, and full at twice the threshold: half a bar deserves attention. */
function columnsFor(
  threshold: number,
  { isRounded, isProfiled }: { isRounded: boolean; isProfiled: boolean },
): Column<ColumnChange & { table: string }>[] {
  return [
    tableColumn("SNAPSHOT"),
    { title: "COLUMN", cell: ({ column }) => column, flexible: true },
    ...figures("changed", ...(isRounded ? (["rounded"] as const) : [])),
    { title: "MEASURE", cell: ({ measure }) => measure ?? "–" },
    { title: "DISTANCE", align: "right", cell: ({ distance }) => figure(distance) },
    { title: "KS", align: "right", cell: ({ ks }) => figure(ks) },
    ...(isProfiled ? [usualColumn] : []),
    {
      title: "DRIFT",
      cell: (one) => driftCell(one, threshold),
      style: ({ drifts }) => (drifts.length > 0 ? "yellow" : null),
    },
  ];
}

const usualColumn: Column<ColumnChange> = {
  title: "MEAN, MOST FREQUENT",
  cell: ({ usual }) =>
    usual === undefined ? "–" : `${profileValue(usual.from, usual)} → ${profileValue(usual.to, usual)}`,
  flexible: true,
};

/** The distance as a bar, and what drifts in words; a distance that does has its figure already. */
function driftCell({ distance, drifts, beyond, missing, mean }: ColumnChange, threshold: number): string {
  const words: Record<FigureName, string> = {
    psi: "drifts",
    tv: "drifts",
    beyond: `${percent(beyond)} beyond the former range`,
    missing: `${percent(missing)} more or fewer missing`,
    mean: `mean off by ${(mean ?? 0).toFixed(2)} deviations`,
  };
  const shown = distance === null ? "" : bar(distance / (2 * threshold), barWidth, blockBar);
  return [shown, drifts.map((name) => words[name]).join(", ")].filter((part) => part !== "").join(" ");
}

function otherwiseInWords({ table: name, as_of, rows, sealed }: Comparison["not_as_sealed"][number]): string {
  return (
    `${name} as of ${as_of} is not as it was sealed: it holds ${formatCounted(rows, "row")}, and ${formatCount(sealed)} were ` +
    "sealed. `snapshots --verify` names those that differ, and says how to mend them."
  );
}

/** `compare`: what changed from one snapshot to another, by table and by column. */
export const compareView: View<Comparison> = {
  text({ from, to, threshold, not_as_sealed, tables: changes }, look) {
    const columns = changes.flatMap((change) => change.columns.map((column) => ({ table: change.table, ...column })));
    const isRounded = columns.some(({ rounded }) => rounded > 0);
    const isProfiled = columns.some(({ usual }) => usual !== undefined);
    return parts([
      `${look.paint("bold", escapeControl(`${from} → ${to}`))}\n${table(tables, changes, look)}`,
      tableOfAny(columnsFor(threshold, { isRounded, isProfiled }), columns, look),
      not_as_sealed
        .map((one) => `${look.paint("yellow", "warning:")} ${escapeControl(otherwiseInWords(one))}\n`)
        .join(""),
      "Rows are compared as they stand; `snapshots --verify` holds them against seals.\n",
    ]);
  },
};
