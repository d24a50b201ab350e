import { formatCount, formatDuration } from "../../core/format.ts";
import type { RunEntry, RunStatus } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { Style } from "./output.ts";
import { type Column, table, type View } from "./table.ts";
import { moment, secondsOf, spaced } from "./words.ts";

export const statusStyles: Record<RunStatus, Style | null> = {
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

/** How it went, and in which way when that was not the ordinary one. */
export function statusOf({ status, mode }: Pick<RunEntry, "status" | "mode">): string {
  const way = mode === "publish" || mode === status ? "" : ` (${spaced(mode)})`;
  return `${spaced(status)}${way}`;
}

const total = (name: "rows" | "inserted" | "updated" | "unchanged" | "absent"): Column<RunEntry> => ({
  title: name.toUpperCase(),
  align: "right",
  cell: ({ tables }) => {
    const known = tables.map((one) => one[name]).filter((count) => count !== undefined);
    return known.length === 0 ? "" : formatCount(known.reduce((sum, count) => sum + count, 0));
  },
});

const seconds = (run: RunEntry) => {
  const taken = secondsOf(run);
  return taken === null ? "" : formatDuration(taken);
};

const columns: Column<RunEntry>[] = [
  { title: "RUN", align: "right", cell: ({ run }) => String(run) },
  { title: "MONTH", cell: ({ month }) => month },
  { title: "AS OF", cell: ({ as_of }) => as_of },
  { title: "STATUS", cell: statusOf, style: ({ status }) => statusStyles[status] },
  { title: "STARTED", cell: ({ started_at }) => moment(started_at), flexible: true },
  { title: "TOOK", align: "right", cell: seconds },
  ...(["rows", "inserted", "updated", "unchanged", "absent"] as const).map(total),
  {
    title: "PASSED",
    align: "right",
    cell: ({ expectations: { passed, failed, warned } }) =>
      passed + failed + warned === 0 ? "" : `${passed}/${passed + failed + warned}`,
  },
];

/** `runs`: the ledger, newest first. */
export const runsView: View<Replies["runs"]> = {
  json: ({ runs }) => ({ runs: runs.map(runJson) }),
  text: ({ runs }, look) => (runs.length === 0 ? "" : table(columns, runs, look)),
  note: ({ runs }) => (runs.length === 0 ? "There are no runs yet: --month month_000 makes the first." : null),
};
