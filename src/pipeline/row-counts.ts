import { basename } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import type { Warning } from "../core/events.ts";
import { formatCount, formatPercent } from "../core/format.ts";
import type { StageContext, Staged } from "./context.ts";
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
  { dataset, emit }: StageContext,
  staged: readonly Staged[],
  rowsBefore: Map<string, number> | null,
  faults: DropFaults,
): Warning[] {
  const warnings: Warning[] = [];
  for (const { name, rows, record } of staged) {
    const before = rowsBefore?.get(name) ?? 0;
    const verdict = movement(rows, before, dataset.rows);
    if (verdict === null) continue;
    const change = `${formatCount(rows)} rows, ${formatCount(before)} the month before (${formatPercent(rows / before - 1)})`;
    if (verdict === "reject") {
      const reason = `${change}: far beyond what is usual`;
      faults.add([{ file: basename(record.path), code: "row_count", reason }]);
    } else {
      warnings.push({ title: `${name}: ${change}.`, hint: "Check that the export is complete." });
    }
  }
  faults.throwIfAny();
  for (const warning of warnings) emit({ event: "run.warned", ...warning });
  return warnings;
}
