import { basename } from "node:path";
import type { Dataset } from "../../core/dataset.ts";
import type { Fault } from "../../core/faults.ts";
import { formatCount, formatPercent } from "../../core/format.ts";
import type { Warning } from "../../core/messages/events.ts";
import { monthIndex } from "../../core/month.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";

/** Rows of each table in the publication before; null when there is none. */
export type RowsBefore = ReadonlyMap<string, number> | null;

/** The newest publication of an older month; null when there is none. */
export function publicationBefore(month: string, published: readonly Publication[]): Publication | null {
  const index = (name: string) => monthIndex(name) ?? 0;
  const older = published.filter((one) => index(one.month) < index(month));
  return older.sort((a, b) => index(b.month) - index(a.month))[0] ?? null;
}

export function rowsOf(before: Publication | null): RowsBefore {
  return before === null ? null : new Map(before.files.map((file) => [file.table, file.rows ?? 0]));
}

/** How a table's row count moved since the month before, when that is beyond a threshold of the manifest. */
function movement(rows: number, before: number, limits: Dataset["rows"]): "reject" | "warn" | null {
  if (before === 0) return null;
  const change = rows / before - 1;
  const { warn, reject } = change < 0 ? limits.shrink : limits.grow;
  if (Math.abs(change) > reject) return "reject";
  return Math.abs(change) > warn ? "warn" : null;
}

/**
 * Hold a sound file's rows against the month before: a truncated export must not pass in silence. A fault beyond what
 * rejects it, a warning beyond what is usual, else null.
 */
export function rowCountTrouble(
  { dataset, rowsBefore }: { dataset: Pick<Dataset, "rows">; rowsBefore: RowsBefore },
  { table, path, rows }: { table: string; path: string; rows: number },
): { fault: Fault } | { warning: Warning } | null {
  const before = rowsBefore?.get(table) ?? 0;
  const verdict = movement(rows, before, dataset.rows);
  if (verdict === null) return null;
  const change = describeChange(rows, before);
  if (verdict === "warn")
    return { warning: { title: `${table}: ${change}.`, hint: "Check that the export is complete." } };
  return { fault: { file: basename(path), code: "row_count", reason: `${change}: far beyond what is usual` } };
}

/** Such as "3,000 rows, 7,043 the month before (57.4 % fewer)". */
function describeChange(rows: number, before: number): string {
  const share = formatPercent((100 * Math.abs(rows - before)) / before);
  return `${formatCount(rows)} rows, ${formatCount(before)} the month before (${share} ${rows < before ? "fewer" : "more"})`;
}
