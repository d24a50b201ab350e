import { statusOf, took } from "../../client/words.ts";
import { formatMoment } from "../../core/format.ts";
import type { RunEntry, RunStatus } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { allOf } from "../../core/messages/verdicts.ts";
import { asOfColumn, countColumns, monthColumn, standingColumn, tableOfAny } from "./columns.ts";
import type { Style } from "./output.ts";
import type { Column, View } from "./table.ts";

const statusStyles: Record<RunStatus, Style | null> = {
  running: "cyan",
  published: "green",
  dry_run: null,
  rejected: "red",
  failed: "red",
  refused: "yellow",
  interrupted: "yellow",
  crashed: "red",
};

/** A run with exactly the members that the command-line contract promises. */
export function runJson({ run, month, as_of, status, started_at, finished_at, tables, expectations }: RunEntry) {
  return { run, month, as_of, status, started_at, finished_at, tables, expectations };
}

/** Null before any was evaluated. */
const countsOf = ({ expectations }: RunEntry) => (allOf(expectations) === 0 ? null : expectations);

const columnsFor = (runs: readonly RunEntry[]): Column<RunEntry>[] => [
  { title: "RUN", align: "right", cell: ({ run }) => String(run) },
  monthColumn,
  asOfColumn,
  { title: "STATUS", cell: statusOf, style: ({ status }) => statusStyles[status] },
  { title: "STARTED", cell: ({ started_at }) => formatMoment(started_at), flexible: true },
  { title: "TOOK", align: "right", cell: (run) => took(run, "") },
  ...countColumns<RunEntry>(({ tables }) => tables, ""),
  {
    title: "PASSED",
    align: "right",
    cell(run) {
      const counts = countsOf(run);
      return counts === null ? "" : `${counts.passed}/${allOf(counts)}`;
    },
  },
  ...(runs.some(({ expectations }) => expectations.unevaluated > 0)
    ? [standingColumn<RunEntry>("unevaluated", countsOf, "")]
    : []),
];

/** `runs`: the ledger, newest first. */
export const runsView: View<Replies["runs"]> = {
  json: ({ runs }) => ({ runs: runs.map(runJson) }),
  text: ({ runs }, look) => tableOfAny(columnsFor(runs), runs, look),
  note: ({ runs }) => (runs.length === 0 ? "There are no runs yet: --month month_000 makes the first." : null),
};
