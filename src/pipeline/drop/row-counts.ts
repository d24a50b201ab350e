import { basename } from "node:path";
import type { Dataset } from "../../core/dataset.ts";
import type { Fault } from "../../core/faults.ts";
import { formatCount, formatPercent } from "../../core/format.ts";
import type { Warning } from "../../core/messages/events.ts";
import { monthIndex } from "../../core/month.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { Incoming } from "./months.ts";

/** The newest publication of an older month; null when there is none. */
export function publicationBefore(month: string, published: readonly Publication[]): Publication | null {
  const index = (name: string) => monthIndex(name) ?? 0;
  const older = published.filter((one) => index(one.month) < index(month));
  return older.sort((a, b) => index(b.month) - index(a.month))[0] ?? null;
}

/**
 * Hold a sound file's rows against the month before: a truncated export must not pass in silence. A fault beyond what
 * rejects it, a warning beyond what is usual, else null.
 */
export function rowCountTrouble(
  { rows: limits }: Dataset,
  last: Publication | null,
  { table, file }: Incoming,
  rows: number,
): { fault: Fault } | { warning: Warning } | null {
  const before = last?.files.find((one) => one.table === table.name)?.rows ?? 0;
  if (before === 0) return null;
  if (rows === 0 && table.manifest.written.header_only) {
    const title = `${table.name}: no rows, ${formatCount(before)} the month before.`;
    return {
      warning: { title, hint: "The manifest lets its file be a header alone. Check that the export is complete." },
    };
  }
  const { warn, reject } = rows < before ? limits.shrink : limits.grow;
  const moved = Math.abs(rows / before - 1);
  // Such as "3,000 rows, 7,043 the month before (57.4 % fewer)".
  const share = `${formatPercent((100 * Math.abs(rows - before)) / before)} ${rows < before ? "fewer" : "more"}`;
  const change = `${formatCount(rows)} rows, ${formatCount(before)} the month before (${share})`;
  if (moved > reject) {
    const reason = `${change}: far beyond what is usual`;
    return { fault: { file: basename(file.path), code: "row_count", reason } };
  }
  if (moved <= warn) return null;
  return { warning: { title: `${table.name}: ${change}.`, hint: "Check that the export is complete." } };
}
