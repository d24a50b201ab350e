import { ConsoleError, metLater } from "../../core/errors.ts";
import type { Seal } from "../../core/messages/events.ts";
import { type Filled, keepOthersOut, tablesWithHooks } from "../../postgres/live/other-writers.ts";
import { partitionName } from "../../postgres/snapshots/partitions.ts";
import { coveredBy, newestSealing, sealSnapshot } from "../../postgres/snapshots/sealing.ts";
import {
  type LedgerSeal,
  listSeals,
  plainSeal,
  recordSeals,
  type SealedTable,
} from "../../postgres/snapshots/seals.ts";
import { dropBuilt, type Frozen, holdFrozen, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { frozenSide } from "../drift/suspects.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, type StagedDrop, warn } from "./context.ts";
import { driftSince, tellDrift } from "./drift.ts";
import { type Conflict, freeze, isSame, keep, notAsStaged, type Taken, takeMade } from "./standing.ts";
import type { Task } from "./tasks.ts";
import { isAlone, requireOwn } from "./written.ts";

/** The seals of a month, and what gave way to them. */
export interface Snapshots {
  inForce: Seal[];
  /** Seals that were lifted for them, and rows that gave way. */
  lifted: number;
  replaced: number;
}

/** The title of a refusal by why a snapshot that stands can neither be left nor replaced, the gravest first. */
const conflictTitles: Record<Conflict["conflict"], (month: string, asOf: string) => string> = {
  broken: (_, asOf) => `The snapshot of ${asOf} is not as it was sealed`,
  sealed: (month, asOf) => `${month} would change the sealed snapshot of ${asOf}`,
  unsealed: (month, asOf) => `${month} would change rows as of ${asOf} that no run of the ledger took`,
};

/**
 * Freeze the staged rows under the month's stamp and seal them. A snapshot that is there already is kept when it holds
 * the same rows; otherwise the run is refused, or, for a restamp, the old one gives way.
 */
export async function snapshot(context: StageContext, staged: StagedDrop): Promise<Snapshots> {
  const { tx, dataset, month, mode, asOf, tables, emit, run, tasks, prepared } = context;
  const frozen = tables.filter(isFrozen);
  // What was prepared beside reads the tables that are locked here.
  const ready = [...prepared.made, ...prepared.stands];
  for (const [name, task] of ready) tellReady(context, name, task);
  for (const [, task] of ready) await tasks.result<unknown>(task, tx);
  await requireOwnBuilt(context, frozen, staged);
  const [seals, standing, hooked] = await Promise.all([
    listSeals(tx, dataset.name),
    holdFrozen(tx, frozen, asOf),
    tablesWithHooks(tx, frozen),
  ]);
  const taken: (Taken & { table: Frozen })[] = [];
  const conflicts: (Conflict & { table: string })[] = [];
  for (const [index, table] of frozen.entries()) {
    stopIfCancelled(context.signal);
    const { name } = table.snapshot.table;
    const own = seals.filter((seal) => seal.table === name);
    warnOfLost(context, table, own[0]);
    const sealed = own.find(({ as_of }) => as_of === asOf);
    const isKept = sealed !== undefined && !context.restamp;
    const isThere = sealed !== undefined || standing[index] !== false;
    // What was built for it is of no use then.
    if (isThere && prepared.made.has(table.name)) await dropBuilt(tx, table, context);
    const outcome = isKept
      ? await keep(context, table, sealed)
      : ((isThere ? null : await takeMade(context, table)) ?? (await freeze(context, table, sealed)));
    if ("conflict" in outcome) {
      conflicts.push({ table: name, ...outcome });
      continue;
    }
    taken.push({ ...outcome, table });
    if (outcome.fresh && hooked.includes(name)) await requireAsStaged(context, table, outcome.seal);
    const { rows } = outcome.seal;
    const unchanged = outcome.fresh ? {} : { unchanged: rows };
    emit({ event: "table.finished", stage: "snapshot", table: table.name, rows, ...unchanged });
  }
  const kinds = Object.keys(conflictTitles) as (keyof typeof conflictTitles)[];
  const gravest = kinds.find((kind) => conflicts.some(({ conflict }) => conflict === kind));
  if (gravest !== undefined) {
    const differences = conflicts.map(({ table, what }) => `${table}: ${what}`).join("; ");
    throw new ConsoleError("snapshot_differs", `${conflictTitles[gravest](month, asOf)} (${differences}).`, {
      hint:
        gravest === "unsealed"
          ? "`adopt` shows them and, with --yes, seals them as they are; with --restamp this drop takes their place."
          : "If this drop is what is right, run it with --restamp; the old seal stays in the ledger, with the reason.",
    });
  }
  const fresh = taken.flatMap((one) => (one.fresh ? [one] : []));
  const set = fresh.map(({ seal }) => seal);
  await recordSeals(tx, run, set, { dataset: dataset.name, month, mode });
  for (const { table, seal, drift } of fresh) {
    const found =
      drift === undefined ? await driftSince(tx, context, table, frozenSide(table, seal), seal, null) : drift;
    tellDrift(context, found);
  }
  return {
    inForce: taken.map(({ seal }) => plainSeal(seal)),
    lifted: fresh.filter(({ lifted }) => lifted).length,
    replaced: fresh.reduce((sum, { replaced = 0 }) => sum + replaced, 0),
  };
}

/** What was built beside is ours alone from here on, and was until now. */
async function requireOwnBuilt(context: StageContext, tables: readonly Frozen[], staged: StagedDrop): Promise<void> {
  const { tx, asOf, tasks, prepared } = context;
  const built: Filled[] = [];
  for (const { name, snapshot, stage } of tables) {
    const task = prepared.made.get(name);
    const made = task && (await tasks.result(task, tx)).built;
    if (made == null || made.writer === null) continue;
    const { rows, writer } = made;
    built.push({ schema: stage, name: partitionName(snapshot.table, asOf), rows, writer });
  }
  await keepOthersOut(tx, built, "reading");
  if (built.length > 0 && !(await isAlone(context, staged))) await requireOwn(context, built);
}

/** A snapshot that is made, or held against the one that stands, has all of its rows: what is left is to put it in place. */
function tellReady({ emit, record }: StageContext, table: string, task: Task<unknown>): void {
  const rows = record.files.find((file) => file.table === table)?.rows ?? 0;
  const tell = () => emit({ event: "table.progress", stage: "snapshot", table, done: rows, total: rows, unit: "rows" });
  metLater(task.done.then(tell));
}

/** What is not frozen any more must not be missed in silence. */
function warnOfLost(context: StageContext, table: Frozen, newest: LedgerSeal | undefined): void {
  const lost = newest === undefined ? [] : coveredBy(table, newest).lost;
  if (newest === undefined || lost.length === 0) return;
  const name = table.snapshot.table.name;
  warn(context, {
    title: `${name} has lost, or changed the type of, ${lost.join(", ")} since its snapshot of ${newest.as_of}.`,
    hint: `It is frozen as it is now. If that was not meant, alter ${name} back and run the month with --restamp.`,
  });
}

/** Where triggers have a say in what is written, what is there then must be what was staged, too. */
async function requireAsStaged({ tx, asOf }: StageContext, table: Frozen, wanted: SealedTable): Promise<void> {
  const there = await sealSnapshot(tx, table, asOf, newestSealing(table));
  if (!isSame(there, wanted)) throw notAsStaged(wanted, there.rows);
}
