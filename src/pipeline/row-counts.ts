import { basename } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { formatCount, formatPercent } from "../core/format.ts";
import { type StageContext, type Staged, warn } from "./context.ts";
import type { DropFaults } from "./faults.ts";

/** How a table's row count moved since the month before, when that is beyond a threshold of the manifest. */
function movement(rows: number, before: number, limits: Dataset["rows"]): "reject" | "warn" | null {
  if (before === 0) return null;
  const change = rows / before - 1;
  const { warn, reject } = change < 0 ? limits.shrink : limits.grow;
  if (Math.abs(change) > reject) return "reject";
  return Math.abs(change) > warn ? "warn" : null;
}

/**
 * Hold the drop against the month before: a truncated export must not pass in silence. Warns, or rejects the drop;
 * `rowsBefore` is null when there is no month before.
 */
export function checkRowCounts(
  context: StageContext,
  staged: readonly Staged[],
  rowsBefore: Map<string, number> | null,
  faults: DropFaults,
): void {
  for (const { name, rows, record } of staged) {
    const before = rowsBefore?.get(name) ?? 0;
    const verdict = movement(rows, before, context.dataset.rows);
    if (verdict === null) continue;
    const change = describeChange(rows, before);
    if (verdict === "reject") {
      const reason = `${change}: far beyond what is usual`;
      faults.add([{ file: basename(record.path), code: "row_count", reason }]);
    } else {
      warn(context, { title: `${name}: ${change}.`, hint: "Check that the export is complete." });
    }
  }
  faults.throwIfAny();
}

/** Such as "3,000 rows, 7,043 the month before (57.4 % fewer)". */
function describeChange(rows: number, before: number): string {
  const share = formatPercent((100 * Math.abs(rows - before)) / before);
  return `${formatCount(rows)} rows, ${formatCount(before)} the month before (${share} ${rows < before ? "fewer" : "more"})`;
}
