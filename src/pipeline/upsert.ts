import type { TableCounts } from "../core/events.ts";
import { applyMerge, type MergePlan, planMerge } from "../postgres/merge.ts";
import { type StageContext, type Staged, stopIfCancelled } from "./context.ts";
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

type PlanCounts = Pick<MergePlan, "inserted" | "updated" | "unchanged" | "absent">;

async function publish({ tx, emit }: StageContext, staged: Staged): Promise<PlanCounts> {
  const plan = await planMerge(tx, staged.table, staged.carried, staged.rows);
  const { inserted, updated, unchanged, absent } = plan;
  if (plan.repeated) throw new KeyFault("repeated", staged.name);
  const progress = (done: number) =>
    emit({ event: "table.progress", stage: "upsert", table: staged.name, done, total: staged.rows, unit: "rows" });
  progress(unchanged);
  const slower = await applyMerge(tx, staged.table, staged.carried, plan);
  if (slower !== null) {
    const title = `${staged.name} was filled the slower way: ${slower}.`;
    emit({ event: "run.warned", title, hint: "The rows are the same; `doctor` says which privileges are missing." });
  }
  return { inserted, updated, unchanged, absent };
}
