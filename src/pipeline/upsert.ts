import type { TableCounts } from "../core/events.ts";
import { applyMerge, type MergePlan, planMerge } from "../postgres/merge.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";
import type { Staged } from "./ingest.ts";
import { KeyFault } from "./keys.ts";

/**
 * Bring the live tables to what the stage says, parents first: plan each table, then write the difference.
 * A backfill plans nothing and writes nothing, since live tables already hold the month's future.
 */
export async function upsert(context: StageContext, staged: readonly Staged[]): Promise<TableCounts[]> {
  const counts: TableCounts[] = [];
  for (const table of staged) {
    stopIfCancelled(context.signal);
    const plan = context.backfill ? null : await publish(context, table);
    const entry: TableCounts = { table: table.name, rows: table.rows, ...plan };
    context.emit({ event: "table.finished", stage: "upsert", ...entry });
    counts.push(entry);
  }
  return counts;
}

async function publish({ tx, emit }: StageContext, staged: Staged): Promise<Omit<MergePlan, "repeated">> {
  const plan = await planMerge(tx, staged.table, staged.carried);
  const { repeated, ...counts } = plan;
  if (repeated) throw new KeyFault("repeated", staged.name);
  const progress = (done: number) =>
    emit({ event: "table.progress", stage: "upsert", table: staged.name, done, total: staged.rows, unit: "rows" });
  progress(plan.unchanged);
  await applyMerge(tx, staged.table, staged.carried, plan);
  return counts;
}
