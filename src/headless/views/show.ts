import { formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { Verdict } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { LiftedSeal } from "../../core/messages/seals.ts";
import { escapeControl } from "../../core/text.ts";
import { faultLines } from "./faults.ts";
import type { Look } from "./output.ts";
import { statusOf } from "./runs.ts";
import { type Column, facts, table, type View } from "./table.ts";
import { expectationOf, moment, observation, secondsOf } from "./words.ts";

const count = (value: number | null | undefined) => (value === null || value === undefined ? "–" : formatCount(value));

const tableColumns: Column<RunDetail["tables"][number]>[] = [
  { title: "TABLE", cell: (one) => one.table, flexible: true },
  ...(["rows", "inserted", "updated", "unchanged", "absent"] as const).map(
    (name): Column<RunDetail["tables"][number]> => ({
      title: name.toUpperCase(),
      align: "right",
      cell: (one) => count(one[name]),
    }),
  ),
];

const verdictColumns: Column<Verdict>[] = [
  {
    title: "VERDICT",
    cell: ({ success, severity }) => (success ? "passed" : severity === "critical" ? "failed" : severity),
    style: ({ success, severity }) => (success ? "green" : severity === "critical" ? "red" : "yellow"),
  },
  { title: "EXPECTATION", cell: expectationOf, flexible: true },
  { title: "FOUND", cell: observation, flexible: true },
];

const fileColumns: Column<RunDetail["files"][number]>[] = [
  { title: "FILE", cell: ({ path }) => path, flexible: true },
  { title: "SIZE", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  { title: "ROWS", align: "right", cell: ({ rows }) => count(rows) },
  { title: "SHA-256", cell: ({ sha256 }) => sha256 ?? "–", flexible: true },
];

const sealColumns: Column<RunDetail["snapshots"][number]>[] = [
  { title: "SNAPSHOT", cell: (seal) => seal.table, flexible: true },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "FINGERPRINT", cell: ({ fingerprint }) => fingerprint, flexible: true },
];

const liftedColumns: Column<LiftedSeal & { of: number }>[] = [
  { title: "LIFTED SEAL", cell: (seal) => seal.table, flexible: true },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
  { title: "FINGERPRINT", cell: ({ fingerprint }) => fingerprint, flexible: true },
  { title: "WHEN", cell: ({ lifted_at }) => moment(lifted_at), flexible: true },
  { title: "WHY", cell: whyLifted, flexible: true },
];

function whyLifted({ of, run, reason, lifted_by, operator, host }: LiftedSeal & { of: number }): string {
  // A weak seal is renewed over the same rows.
  const deed = reason === "renewal" ? "renewed" : "replaced";
  if (lifted_by === of) return `this run ${deed} it, of run ${run}`;
  if (lifted_by !== null) return `${deed} by run ${lifted_by}`;
  return `dropped${operator === null ? "" : ` by ${operator}@${host}`}`;
}

function heading(detail: RunDetail, look: Look): string {
  const seconds = secondsOf(detail);
  const { failure, expectations } = detail;
  return facts(
    [
      ["run", String(detail.run)],
      ["month", `${detail.month} → ${detail.as_of}`],
      ["status", statusOf(detail)],
      ["started", moment(detail.started_at)],
      ["took", seconds === null ? "–" : formatDuration(seconds)],
      ["expectations", `${expectations.passed} passed, ${expectations.failed} failed, ${expectations.warned} warned`],
      ...(failure === null
        ? []
        : ([
            ["stopped", failure.stage === null ? failure.code : `${failure.code} in stage ${failure.stage}`],
            ["because", failure.title],
            ["remedy", failure.hint],
          ] as const)),
    ],
    look,
  );
}

function section<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string {
  return rows.length === 0 ? "" : table(columns, rows, look);
}

function faults({ faults: listed, failure }: RunDetail): string {
  const all = failure?.fault_count ?? listed.length;
  if (all === 0) return "";
  const lines = faultLines({ ...failure, faults: listed, fault_count: all });
  return `${formatCounted(all, "fault")}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function warnings({ warnings: all }: RunDetail): string {
  return all.map(({ title, hint }) => `warning: ${escapeControl(`${title} ${hint}`)}\n`).join("");
}

/** `show`: all that the ledger keeps of one run. */
export const showView: View<RunDetail> = {
  json: (detail) => detail,
  text: (detail, look) =>
    [
      heading(detail, look),
      warnings(detail),
      section(tableColumns, detail.tables, look),
      // What failed comes first: it is what one looks for.
      section(
        verdictColumns,
        [...detail.verdicts].sort((a, b) => Number(a.success) - Number(b.success)),
        look,
      ),
      faults(detail),
      section(fileColumns, detail.files, look),
      section(sealColumns, detail.snapshots, look),
      section(
        liftedColumns,
        detail.lifted.map((seal) => ({ ...seal, of: detail.run })),
        look,
      ),
    ]
      .filter((part) => part !== "")
      .join("\n"),
};
