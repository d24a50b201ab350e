import { ConsoleError } from "../core/errors.ts";
import { formatCount, formatCounted } from "../core/format.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import { countLive, type MergeOutcome, type MergePlan, strayRows } from "../postgres/merge.ts";
import { fireDeferred, tablesWithHooks } from "../postgres/other-writers.ts";
import type { StageContext, Staged } from "./context.ts";

/** A table that was published, with the plan by which that was done. */
export interface Published extends Staged {
  plan: MergePlan;
}

/** What the server says it wrote must be what was planned: a trigger, a rule or a policy may have had its way. */
export async function requireCounts(context: StageContext, { plan, ...staged }: Published, done: MergeOutcome) {
  for (const deed of ["updated", "inserted"] as const) {
    if (done[deed] === plan[deed]) continue;
    const { keys } = await strayRows(context.tx, staged.table, staged.carried);
    const planned = `${formatCounted(plan[deed], "row")} ${plan[deed] === 1 ? "was" : "were"} to be ${deed}`;
    throw notAsPlanned(
      staged.table,
      `${planned}, ${formatCount(done[deed])} ${done[deed] === 1 ? "was" : "were"}`,
      keys,
    );
  }
}

/**
 * Where something else than our statements has a say in what is written, what is then in the tables must be what was
 * staged, and nothing beside it.
 */
export async function requireWritten(context: StageContext, published: readonly Published[]): Promise<void> {
  const { tx, tables } = context;
  if (published.length === 0 || (await tablesWithHooks(tx, tables)).length === 0) return;
  await fireDeferred(tx);
  for (const { table, carried, plan } of published) {
    const { strays, keys } = await strayRows(tx, table, carried);
    const rows = formatCounted(strays, "row");
    if (strays > 0) throw notAsPlanned(table, `${rows} ${strays === 1 ? "is" : "are"} not what the drop says`, keys);
    const live = await countLive(tx, table);
    const wanted = plan.live + plan.inserted;
    if (live === wanted) continue;
    throw notAsPlanned(table, `${formatCounted(wanted, "row")} should be live, ${formatCount(live)} are`, []);
  }
}

function notAsPlanned({ name }: LoadTable, what: string, keys: readonly string[]): ConsoleError {
  const rows = keys.length === 0 ? "" : ` (${keys.join(", ")}${keys.length < 5 ? "" : ", …"})`;
  return new ConsoleError("not_as_planned", `${name}: ${what}${rows}.`, {
    hint:
      `Nothing was published. A trigger, a rule or a policy on ${name} changes what is written to it: ` +
      `\`\\d+ ${name}\` in psql lists them. Disable it for the time of the run, or mend it.`,
  });
}
