import type { TableCounts } from "../core/events.ts";
import { formatCounted, formatPercent } from "../core/format.ts";
import { applyMerge, type MergePlan, planMerge } from "../postgres/merge.ts";
import { stagedKeyFault } from "../postgres/staged-keys.ts";
import { type StageContext, type Staged, stopIfCancelled, warn } from "./context.ts";
import { KeyFault } from "./keys.ts";

/**
 * Bring the live tables to what the stage says, parents first: plan each table, then write the difference.
 * A backfill plans nothing and writes nothing, since live tables already hold the month's future; its keys are held to
 * what the live tables' constraints would demand.
 */
export async function upsert(
  context: StageContext,
  staged: readonly Staged[],
  liveFiles: ReadonlySet<string>,
): Promise<TableCounts[]> {
  const counts: TableCounts[] = [];
  for (const table of staged) {
    stopIfCancelled(context.signal);
    const plan = context.backfill ? await checkKeys(context, table) : await publish(context, table, liveFiles);
    const entry: TableCounts = { table: table.name, rows: table.rows, ...plan };
    context.emit({ event: "table.finished", stage: "upsert", ...entry });
    counts.push(entry);
  }
  return counts;
}

async function checkKeys({ tx, tables }: StageContext, { name, table }: Staged): Promise<null> {
  const fault = await stagedKeyFault(tx, table, tables);
  if (fault !== null) throw new KeyFault(fault, name);
  return null;
}

type PlanCounts = Pick<MergePlan, "inserted" | "updated" | "unchanged" | "absent">;

async function publish(
  context: StageContext,
  { name, table, carried, rows, record }: Staged,
  liveFiles: ReadonlySet<string>,
): Promise<PlanCounts> {
  const { tx, emit } = context;
  const plan = await planMerge(tx, table, { carried, rows, seenBefore: liveFiles.has(record.sha256 ?? "") });
  const { inserted, updated, unchanged, absent } = plan;
  if (plan.repeated) throw new KeyFault("repeated", name);
  const progress = (done: number) =>
    emit({ event: "table.progress", stage: "upsert", table: name, done, total: rows, unit: "rows" });
  progress(unchanged);
  const slower = await applyMerge(tx, table, carried, plan);
  if (slower !== null) {
    const title = `${name} was filled the slower way: ${slower}.`;
    warn(context, { title, hint: "The rows are the same; `doctor` says which privileges are missing." });
  }
  warnOfAbsent(context, name, plan);
  return { inserted, updated, unchanged, absent };
}

/** Rows may come and go within the usual size of a file: many that are missing at once point at a partial export. */
function warnOfAbsent(context: StageContext, name: string, { live, absent }: MergePlan): void {
  if (absent <= live * context.dataset.rows.shrink.warn) return;
  const share = formatPercent((100 * absent) / live);
  const warning = {
    title: `${name}: ${formatCounted(absent, "live row")} (${share}) ${absent === 1 ? "is" : "are"} not in the drop.`,
    hint: "They stay live and out of the snapshot; check that the export is complete.",
  };
  warn(context, warning);
}
