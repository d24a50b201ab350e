import { formatCounted, formatPercent } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { isLiveStill } from "../../postgres/live/live-rows.ts";
import { applyMerge, type MergePlan, planMerge } from "../../postgres/live/merge.ts";
import { thisMoment } from "../../postgres/live/other-writers.ts";
import { stagedKeyFault } from "../../postgres/live/staged-keys.ts";
import { KeyFault } from "../drop/key-faults.ts";
import { type StageContext, type Staged, stopIfCancelled, warn } from "./context.ts";
import { mayBeNewer } from "./refusals.ts";
import { type PublishedTable, type Publishing, requireCounts } from "./written.ts";

/** What became of each table, and what went into the live tables. */
export interface Upserted {
  counts: TableCounts[];
  publishing: Publishing;
}

/**
 * Bring the live tables to what the stage says, parents first: plan each table, then write the difference.
 * A backfill plans nothing and writes nothing, since live tables already hold the month's future; its keys are held to
 * what the live tables' constraints would have demanded then.
 */
export async function upsert(context: StageContext, staged: readonly Staged[]): Promise<Upserted> {
  const counts: TableCounts[] = [];
  const published: PublishedTable[] = [];
  const since = await thisMoment(context.tx);
  const isDated = context.backfill || (await isDatedRightly(context));
  for (const table of staged) {
    stopIfCancelled(context.signal);
    const entry: TableCounts = { table: table.name, rows: table.rows };
    if (context.backfill) await checkKeys(context, table);
    else {
      const plan = await publish(context, table, isDated);
      published.push({ ...table, plan });
      const { inserted, updated, unchanged, absent } = plan;
      Object.assign(entry, { inserted, updated, unchanged, absent });
    }
    context.emit({ event: "table.finished", stage: "upsert", ...entry });
    counts.push(entry);
  }
  return { counts, publishing: { since, tables: published } };
}

async function checkKeys({ tx, tables, parents }: StageContext, { name, table }: Staged): Promise<void> {
  const fault = await stagedKeyFault(tx, table, { tables, parents });
  if (fault !== null) throw new KeyFault(fault, name);
}

/**
 * Where no run vouches for the live rows, they are dated by the snapshot that was copied from them: the newest that they
 * still agree with. None is of a later month than this run's, or it would have been refused.
 */
async function isDatedRightly({ tx, tables, holding, standing }: StageContext): Promise<boolean> {
  if (holding.kind !== "month" || holding.by !== "copy") return holding.kind !== "undated";
  for (const asOf of standing) if (await isLiveStill(tx, tables, asOf)) return true;
  return false;
}

async function publish(context: StageContext, staged: Staged, isDated: boolean): Promise<MergePlan> {
  const { tx, emit, month } = context;
  const { name, table, carried, rows } = staged;
  const plan = await planMerge(tx, table, { carried, rows });
  if (plan.repeated) throw new KeyFault("repeated", name);
  if (!isDated && plan.updated > 0) throw mayBeNewer(month, name, plan.updated);
  const progress = (done: number) =>
    emit({ event: "table.progress", stage: "upsert", table: name, done, total: rows, unit: "rows" });
  progress(plan.unchanged);
  const done = await applyMerge(tx, table, carried, plan, !context.goesOn);
  await requireCounts(context, { ...staged, plan }, done);
  if (done.slower !== null) {
    const title = `${name} was filled the slower way: ${done.slower}.`;
    warn(context, { title, hint: "The rows are the same; `doctor` says which privileges are missing." });
  }
  warnOfAbsent(context, name, plan);
  return plan;
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
