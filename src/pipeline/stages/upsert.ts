import { formatCounted, formatPercent } from "../../core/format.ts";
import type { TableCounts } from "../../core/messages/events.ts";
import { isLiveStill } from "../../postgres/live/live-rows.ts";
import { applyMerge, isFilling, type MergeOutcome, type MergePlan, planMerge } from "../../postgres/live/merge.ts";
import type { Moment } from "../../postgres/live/other-writers.ts";
import { type Beforehand, Patience, setAsideTogether, untouched } from "../../postgres/live/set-aside.ts";
import { stagedKeyFault } from "../../postgres/live/staged-keys.ts";
import { KeyFault } from "../drop/key-faults.ts";
import { parentsFor } from "../drop/past.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, type Staged, type StagedDrop, warn } from "./context.ts";
import { mayBeNewer } from "./refusals.ts";
import { requireRules } from "./rules.ts";
import { requireCounts, stageWritten, type Upserted } from "./written.ts";

/**
 * Bring the live tables to what the stage says, parents first: plan every table, then write the differences.
 * A backfill plans nothing and writes nothing, since live tables already hold the month's future; its keys are held to
 * what the live tables' constraints would have demanded then.
 */
export async function upsert(context: StageContext, { since, tables: staged }: StagedDrop): Promise<Upserted> {
  const { tx, tables, month, past, backfill, emit, signal } = context;
  const upserted: Upserted = { since, published: [], counts: [] };
  const isDated = backfill || (await isDatedRightly(context));
  const plans = backfill ? new Map<string, MergePlan>() : await planAll(context, staged, isDated);
  await requireRules(context, staged);
  const patience = new Patience();
  const beforehand = await asideWhileFilling(context, staged, plans, patience);
  for (const one of staged) {
    stopIfCancelled(signal);
    const entry: TableCounts = { table: one.table.name, rows: one.rows };
    const plan = plans.get(one.table.name);
    if (plan === undefined) {
      const fault = await stagedKeyFault(tx, one.table, { tables, parents: parentsFor(month, backfill, past) });
      if (fault !== null) throw new KeyFault(fault, one.table.name);
      tellRows(emit, one, one.rows);
    } else {
      const { locked } = await publish(context, since, one, plan, {
        patience,
        beforehand: beforehand.get(one.table.live.name) ?? untouched,
      });
      upserted.published.push({ ...one, plan, locked });
      const { inserted, updated, unchanged, absent } = plan;
      // Events of earlier months are in no drop of a later one.
      Object.assign(entry, { inserted, updated, unchanged, ...(!one.table.manifest.isOfEvents && { absent }) });
    }
    emit({ event: "table.finished", stage: "upsert", ...entry });
    upserted.counts.push(entry);
  }
  return upserted;
}

/**
 * Where no run vouches for the live rows, they are dated by the snapshot that was copied from them: the newest that they
 * still agree with. None is of a later month than this run's, or it would have been refused.
 */
async function isDatedRightly({ tx, tables, past: { holding, stamps } }: StageContext): Promise<boolean> {
  if (holding.kind !== "month" || holding.by !== "copy") return holding.kind !== "undated";
  const newestFirst = new Set(stamps.map(({ as_of }) => as_of).reverse());
  for (const asOf of newestFirst) if (await isLiveStill(tx, tables, asOf)) return true;
  return false;
}

/** Once a table is staged, have it compared with the live one, unless that stays as it is. */
export function planSoon({ backfill, past, tasks, prepared }: Omit<StageContext, "tx">, staged: Staged): void {
  if (backfill) return;
  const { table } = staged;
  prepared.plans.set(
    table.name,
    tasks.add((tx) => planMerge(tx, table, staged, past.holding.kind === "nothing")),
  );
}

/** Every table is compared before the first is written to. */
async function planAll(
  { tx, tasks, prepared, emit, month }: StageContext,
  staged: readonly Staged[],
  isDated: boolean,
): Promise<Map<string, MergePlan>> {
  const plans = new Map<string, MergePlan>();
  const compared = staged.map((one) => {
    const task = prepared.plans.get(one.table.name);
    if (task === undefined) throw new Error(`nobody was to compare ${one.table.name}`);
    // Told as they are known, in whatever order: the last one may be the first.
    task.done.then(
      (plan) => tellPlan(emit, one, plan),
      () => {},
    );
    return { ...one, task };
  });
  for (const { table, rows, task } of compared) {
    const { name } = table;
    const plan = await tasks.result(task, tx);
    if (plan.repeated) throw new KeyFault("repeated", name);
    if (plan.staged !== rows) throw stageWritten(name, Math.abs(plan.staged - rows));
    if (!isDated && plan.updated > 0) throw mayBeNewer(month, name, plan.updated);
    plans.set(name, plan);
  }
  return plans;
}

/** Rows that stay as they are need no more done. A plan that stops the run tells of no progress. */
function tellPlan(emit: StageContext["emit"], one: Staged, { unchanged, repeated, staged }: MergePlan): void {
  if (!repeated && staged === one.rows) tellRows(emit, one, unchanged);
}

function tellRows(emit: StageContext["emit"], { table, rows }: Staged, done: number): void {
  emit({ event: "table.progress", stage: "upsert", table: table.name, done, total: rows, unit: "rows" });
}

/** What is set aside of the keys of all tables that are empty, before the first is filled. */
async function asideWhileFilling(
  { tx, tables, goesOn }: StageContext,
  staged: readonly Staged[],
  plans: ReadonlyMap<string, MergePlan>,
  patience: Patience,
): Promise<ReadonlyMap<string, Beforehand>> {
  const filling = staged.flatMap(({ table }) => {
    const plan = plans.get(table.name);
    return plan !== undefined && isFilling(plan) ? [table] : [];
  });
  return goesOn ? new Map() : setAsideTogether(tx, tables, filling, patience);
}

async function publish(
  context: StageContext,
  since: Moment,
  staged: Staged,
  plan: MergePlan,
  keys: { patience: Patience; beforehand: Beforehand },
): Promise<MergeOutcome> {
  const { tx, emit, during } = context;
  const { table, carried } = staged;
  const { name } = table;
  const onProgress = (written: number) => tellRows(emit, staged, plan.unchanged + written);
  const watch = during && { during, since };
  const done = await applyMerge(tx, table, carried, plan, { mayLock: !context.goesOn, ...keys, onProgress, watch });
  await requireCounts(context, { ...staged, plan }, done);
  if (done.slower !== null) {
    const title = `${name} was filled the slower way: ${done.slower}.`;
    warn(context, {
      title,
      hint: "The rows are the same; later months change what is there, and are not slower for it.",
    });
  }
  if (table.manifest.isOfEvents) warnOfRepeated(context, name, plan);
  else warnOfAbsent(context, name, plan);
  return done;
}

/** Rows may come and go within the usual size of a file: many that are missing at once point at a partial export. */
function warnOfAbsent(context: StageContext, name: string, { live, absent }: MergePlan): void {
  if (absent <= live * context.dataset.rows.shrink.warn) return;
  const share = formatPercent((100 * absent) / live);
  warn(context, {
    title: `${name}: ${formatCounted(absent, "live row")} (${share}) ${absent === 1 ? "is" : "are"} not in the drop.`,
    hint: "They stay live and out of the snapshot; check that the export is complete.",
  });
}

/** Events happen once: rows that came in an earlier month point at a file that was sent again, or at a key that tells too little. */
function warnOfRepeated(context: StageContext, name: string, { staged, inserted }: MergePlan): void {
  const known = staged - inserted;
  const isRerun = context.past.publications.some(({ month, live }) => live && month === context.month);
  if (known === 0 || isRerun) return;
  const share = formatPercent((100 * known) / staged);
  warn(context, {
    title: `${name}: ${formatCounted(known, "row")} (${share}) came in an earlier month, though its rows are events.`,
    hint: "They were brought up to date; check that the file is the month's own, and that the key tells events apart.",
  });
}
