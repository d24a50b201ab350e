import { expectationOf, observation, statusOf, took, verdictWord, whyLifted } from "../../client/words.ts";
import { formatCounted, formatMoment } from "../../core/format.ts";
import type { Seal, TableCounts } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { LiftedSeal } from "../../core/messages/seals.ts";
import { byGravity, countsInWords, type KeptVerdict, standingOf } from "../../core/messages/verdicts.ts";
import { asOfColumn, countColumns, figures, fileColumns, parts, tableColumn, tableOfAny } from "./columns.ts";
import { faultLines } from "./faults.ts";
import type { Look } from "./output.ts";
import { type Column, facts, type View } from "./table.ts";
import { verdictStyle, warningLine } from "./words.ts";

const tableColumns: Column<TableCounts>[] = [tableColumn(), ...countColumns<TableCounts>((one) => [one])];

const verdictColumns: Column<KeptVerdict>[] = [
  {
    title: "VERDICT",
    cell: verdictWord,
    style: verdictStyle,
  },
  { title: "EXPECTATION", cell: expectationOf, flexible: true },
  { title: "FOUND", cell: observation, flexible: true },
];

const loadedFileColumns: Column<RunDetail["files"][number]>[] = [
  ...fileColumns,
  { title: "SHA-256", cell: ({ sha256 }) => sha256 ?? "–", flexible: true },
];

/** Of seals in force, and of those that were lifted. */
function sealColumns(title: string): Column<Seal>[] {
  return [
    tableColumn(title),
    asOfColumn,
    ...figures("rows"),
    { title: "FINGERPRINT", cell: ({ fingerprint }) => fingerprint, flexible: true },
  ];
}

const liftedColumns: Column<LiftedSeal & { of: number }>[] = [
  ...sealColumns("LIFTED SEAL"),
  { title: "WHEN", cell: ({ lifted_at }) => formatMoment(lifted_at), flexible: true },
  { title: "WHY", cell: (seal) => whyLifted(seal, seal.of), flexible: true },
];

function heading(detail: RunDetail, look: Look): string {
  const { run, month, as_of, started_at, failure, expectations } = detail;
  const entries: [name: string, value: string][] = [
    ["run", String(run)],
    ["month", `${month} → ${as_of}`],
    ["status", statusOf(detail)],
    ["started", formatMoment(started_at)],
    ["took", took(detail)],
    ["expectations", countsInWords(expectations) || "none evaluated"],
  ];
  if (failure !== null) {
    const { stage, code, title, hint } = failure;
    const stopped = stage === null ? code : `${code} in stage ${stage}`;
    entries.push(["stopped", stopped], ["because", title], ["remedy", hint]);
  }
  return facts(entries, look);
}

function faults({ faults: listed, failure }: RunDetail): string {
  const all = failure?.fault_count ?? listed.length;
  if (all === 0) return "";
  const lines = faultLines({ ...failure, faults: listed, fault_count: all });
  return `${formatCounted(all, "fault")}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function warnings({ warnings: all }: RunDetail): string {
  return all.map((warning) => `${warningLine(warning)}\n`).join("");
}

/** `show`: all that the ledger keeps of one run. */
export const showView: View<RunDetail> = {
  text(detail, look) {
    const { run, tables, verdicts, files, snapshots, lifted } = detail;
    // The gravest comes first: it is what one looks for.
    const gravity = (verdict: KeptVerdict) => byGravity.indexOf(standingOf(verdict));
    const gravestFirst = verdicts.toSorted((a, b) => gravity(a) - gravity(b));
    const liftedSeals = lifted.map((seal) => ({ ...seal, of: run }));
    return parts([
      heading(detail, look),
      warnings(detail),
      tableOfAny(tableColumns, tables, look),
      tableOfAny(verdictColumns, gravestFirst, look),
      faults(detail),
      tableOfAny(loadedFileColumns, files, look),
      tableOfAny(sealColumns("SNAPSHOT"), snapshots, look),
      tableOfAny(liftedColumns, liftedSeals, look),
    ]);
  },
};
