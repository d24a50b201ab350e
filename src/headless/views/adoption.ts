import { formatCount, formatCounted } from "../../core/format.ts";
import type { Adoption, TableAgreement, UnsealedSnapshots } from "../../core/messages/seals.ts";
import type { Look } from "./output.ts";
import { type Column, table, type View } from "./table.ts";

type Line = UnsealedSnapshots["snapshots"][number] & Pick<UnsealedSnapshots, "as_of" | "month" | "run">;

const columns: Column<Line>[] = [
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "MONTH", cell: ({ month }) => month },
  { title: "SNAPSHOT", cell: (one) => one.table, flexible: true },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "SEAL", cell: ({ run }) => (run === null ? "none" : `adopted, run ${run}`) },
];

type Compared = TableAgreement & { as_of: string };

const agreementColumns: Column<Compared>[] = [
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "AGAINST THE DROP", cell: (one) => one.table, flexible: true },
  { title: "EQUAL", align: "right", cell: ({ equal }) => formatCount(equal) },
  { title: "ROUNDED", align: "right", cell: ({ rounded }) => formatCount(rounded) },
  { title: "DIFFERENT", align: "right", cell: ({ different }) => formatCount(different) },
  { title: "ONLY HERE", align: "right", cell: ({ only_here }) => formatCount(only_here) },
  { title: "ONLY IN DROP", align: "right", cell: ({ only_in_drop }) => formatCount(only_in_drop) },
];

type ComparedColumn = TableAgreement["columns"][number] & { as_of: string; table: string };

const cellColumns: Column<ComparedColumn>[] = [
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "COLUMN", cell: ({ table: name, column }) => `${name}.${column}`, flexible: true },
  { title: "ROUNDED", align: "right", cell: ({ rounded }) => formatCount(rounded) },
  { title: "DIFFERENT", align: "right", cell: ({ different }) => formatCount(different) },
];

/** `adopt`: what others took, how it compares with the drops, and what was sealed. */
export const adoptionView: View<Adoption> = {
  json: (adoption) => adoption,
  text({ live, live_as_of, dates }, look) {
    if (dates.length === 0) return "";
    const rows = live.map(({ table: name, rows: count }) => `${name} ${formatCount(count)}`).join(", ");
    const until = live_as_of === null ? "of unknown date" : `taken for those of ${live_as_of}`;
    const lines = dates.flatMap(({ as_of, month, run, snapshots }) =>
      snapshots.map((one) => ({ ...one, as_of, month, run })),
    );
    return `live rows, ${until}: ${rows}\n${table(columns, lines, look)}${agreements(dates, look)}`;
  },
  note: ({ live_as_of, dates, adopted }) => {
    if (dates.length === 0) return "There is nothing to adopt: every snapshot row is under a seal.";
    const snapshots = formatCounted(
      dates.reduce((sum, one) => sum + one.snapshots.length, 0),
      "snapshot",
    );
    return adopted
      ? `${snapshots} of ${formatCounted(dates.length, "date")} sealed as they are. ${goesOn(live_as_of)}`
      : `Nothing was changed. adopt --yes seals the ${snapshots} as they are, without the drops that they came from.`;
  },
};

function goesOn(liveAsOf: string | null): string {
  if (liveAsOf === null) return "`doctor` says what keeps the next month from being run.";
  return `The live tables are taken for those of ${liveAsOf}: months after that run as usual.`;
}

function agreements(dates: readonly UnsealedSnapshots[], look: Look): string {
  const compared = dates.flatMap(({ as_of, drop }) =>
    drop?.state === "compared" ? drop.tables.map((one) => ({ ...one, as_of })) : [],
  );
  const cells = compared.flatMap(({ as_of, table: name, columns: differing }) =>
    differing.map((column) => ({ ...column, as_of, table: name })),
  );
  const without = dates.flatMap(({ as_of, month, drop }) => {
    if (drop?.state === "absent") return [`${as_of}: there is no drop of ${month} to compare with.\n`];
    return drop?.state === "faulty" ? [`${as_of}: not compared. ${drop.reason}\n`] : [];
  });
  return [
    ...(compared.length > 0 ? ["\n", table(agreementColumns, compared, look)] : []),
    ...(cells.length > 0 ? ["\n", table(cellColumns, cells, look)] : []),
    ...without,
  ].join("");
}
