import { formatCount, formatCounted } from "../../core/format.ts";
import { profilingCommand } from "../../core/messages/profiles.ts";
import type { Adoption, TableAgreement, UnsealedSnapshots } from "../../core/messages/seals.ts";
import { asOfColumn, figures, monthColumn, parts, tableColumn, tableOfAny } from "./columns.ts";
import { type Column, line, table, type View } from "./table.ts";

type Line = UnsealedSnapshots["snapshots"][number] & Pick<UnsealedSnapshots, "as_of" | "month" | "run">;

const columns: Column<Line>[] = [
  asOfColumn,
  monthColumn,
  tableColumn("SNAPSHOT"),
  ...figures("rows"),
  { title: "SEAL", cell: ({ run }) => (run === null ? "none" : `adopted, run ${run}`) },
];

const agreementColumns: Column<TableAgreement & { as_of: string }>[] = [
  asOfColumn,
  tableColumn("AGAINST THE DROP"),
  ...figures("equal", "rounded", "different", "only_here", "only_in_drop"),
];

const cellColumns: Column<TableAgreement["columns"][number] & { as_of: string; table: string }>[] = [
  asOfColumn,
  { title: "COLUMN", cell: ({ table: name, column }) => `${name}.${column}`, flexible: true },
  ...figures("rounded", "different"),
];

/** `adopt`: what others took, how it compares with the drops, and what was sealed. */
export const adoptionView: View<Adoption> = {
  text({ live, live_as_of, dates }, look) {
    if (dates.length === 0) return "";
    const rows = live.map((one) => `${one.table} ${formatCount(one.rows)}`).join(", ");
    const until = live_as_of === null ? "of unknown date" : `taken for those of ${live_as_of}`;
    const lines = dates.flatMap(({ snapshots, ...date }) => snapshots.map((one) => ({ ...date, ...one })));
    const compared = dates.flatMap(({ as_of, drop }) =>
      drop?.state === "compared" ? drop.tables.map((one) => ({ ...one, as_of })) : [],
    );
    const cells = compared.flatMap(({ as_of, table: name, columns: differing }) =>
      differing.map((column) => ({ ...column, as_of, table: name })),
    );
    const tables = [
      `${line(`live rows, ${until}: ${rows}`)}${table(columns, lines, look)}`,
      tableOfAny(agreementColumns, compared, look),
      tableOfAny(cellColumns, cells, look),
    ];
    return `${parts(tables)}${dates.map(notCompared).join("")}`;
  },
  note({ live_as_of, dates, adopted }) {
    if (dates.length === 0) return "There is nothing to adopt: every snapshot row is under a seal.";
    const snapshots = formatCounted(dates.flatMap((one) => one.snapshots).length, "snapshot");
    if (!adopted) {
      return `Nothing was changed. adopt --yes seals the ${snapshots} as they are, without the drops that they came from.`;
    }
    const goesOn =
      live_as_of === null
        ? "`doctor` says what keeps the next month from being run."
        : `The live tables are taken for those of ${live_as_of}: months after that run as usual.`;
    const profiled = `\`${profilingCommand}\` takes the figures of their columns.`;
    return `${snapshots} of ${formatCounted(dates.length, "date")} sealed as they are. ${goesOn} ${profiled}`;
  },
};

function notCompared({ as_of, month: name, drop }: UnsealedSnapshots): string {
  if (drop?.state === "absent") return line(`${as_of}: there is no drop of ${name} to compare with.`);
  return drop?.state === "faulty" ? line(`${as_of}: not compared. ${drop.reason}`) : "";
}
