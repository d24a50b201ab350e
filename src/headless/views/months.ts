import { fromTo, lackInWords, type MonthLine, monthLines } from "../../client/month-lines.ts";
import { spaced, statusWord } from "../../client/words.ts";
import { formatBytes, formatMoment } from "../../core/format.ts";
import type { MonthState, RunEntry } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { isLacking } from "../../core/month.ts";
import { asOfColumn, countColumn, monthColumn, sumOf, tableOfAny } from "./columns.ts";
import type { Style } from "./output.ts";
import { runJson } from "./runs.ts";
import type { Column, View } from "./table.ts";

const stateStyles: Record<MonthState, Style | null> = {
  new: "cyan",
  ok: "green",
  changed: "yellow",
  dropped: "yellow",
  failed: "red",
  crashed: "red",
  running: "cyan",
  incomplete: "yellow",
  broken: "red",
  adopted: "green",
  unsealed: "yellow",
  out_of_order: "yellow",
  stamp_taken: "yellow",
  gone: "dim",
  missing: "yellow",
  due: "red",
};

const lastRun = ({ run, status, started_at }: RunEntry) =>
  `run ${run} ${statusWord(status)} ${formatMoment(started_at)}`;

const columns: Column<MonthLine>[] = [
  { ...monthColumn, cell: (line) => fromTo(monthColumn.cell, line) },
  { ...asOfColumn, cell: (line) => fromTo(asOfColumn.cell, line) },
  {
    title: "STATE",
    cell: (line) => (isLacking(line) ? lackInWords(line) : spaced(line.state)),
    style: ({ state }) => stateStyles[state],
  },
  {
    title: "FILES",
    align: "right",
    cell: ({ files }) => `${files.filter(({ present }) => present).length}/${files.length}`,
  },
  { title: "SIZE", align: "right", cell: ({ files }) => formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0)) },
  // A run that ended before its rows were counted says nothing of them.
  countColumn("ROWS", ({ last_run }) => sumOf(last_run?.tables.map(({ rows }) => rows) ?? []), ""),
  { title: "LAST RUN", cell: ({ last_run }) => (last_run === null ? "" : lastRun(last_run)), flexible: true },
];

/** `months`: what lies on disk and where each stands, newest first. */
export const monthsView: View<Replies["months"]> = {
  json: ({ months }) => ({
    months: months.map(({ month, as_of, state, due_since, files, last_run }) => ({
      ...{ month, as_of, state, ...(due_since !== null && { due_since }) },
      files: files.map(({ table, path, bytes, present }) => ({ table, path, bytes, present })),
      last_run: last_run === null ? null : runJson(last_run),
    })),
  }),
  text: ({ months }, look) => tableOfAny(columns, monthLines(months), look),
  note: ({ months }) => {
    if (months.length === 0) return "There are no months: point --data at the folder that holds month_000 and so on.";
    const told = Object.entries(notes).filter(([noted]) => months.some(({ state }) => state === noted));
    return told.map(([, note]) => note).join("\n") || null;
  },
};

/** What is to be known of months in these states. */
const notes: Partial<Record<MonthState, string>> = {
  dropped:
    "The snapshots of a dropped month are gone: --month takes them anew if it is the newest, --month with --backfill if not.",
  unsealed:
    "Rows stand under the date of an unsealed month that no run of the ledger took: adopt shows them, and seals them as they are.",
};
