import { isDeepStrictEqual } from "node:util";
import { isWeak } from "../../core/messages/seals.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { runsThatRead } from "../../postgres/ledger/queries.ts";
import type { FileRecord } from "../../postgres/ledger/records.ts";
import { writerOf } from "../../postgres/live/other-writers.ts";
import type { Sealed } from "../../postgres/snapshots/fingerprint.ts";
import { stagedAsFrozen } from "../../postgres/snapshots/row-changes.ts";
import { coveredBy, named, newestSealing, sealStaged } from "../../postgres/snapshots/sealing.ts";
import { type LedgerSeal, sealedGroups } from "../../postgres/snapshots/seals.ts";
import { buildPartition, type Frozen, isFrozen, type RowsOf, stagedRows } from "../../postgres/snapshots/snapshots.ts";
import type { Past } from "../drop/past.ts";
import type { Made, StageContext, Staged } from "./context.ts";
import { driftSince } from "./drift.ts";

/** Before the run's own transaction has begun, perhaps. */
type Preparing = Omit<StageContext, "tx">;

/** Once a table is staged, have made what its snapshot will need, as far as can be told by now what that will be. */
export function prepareSnapshot(context: Preparing, staged: Staged): void {
  const { past, asOf, restamp, tasks, prepared } = context;
  const { table } = staged;
  if (!isFrozen(table)) return;
  const sealed = past.seals.find((seal) => seal.table === table.snapshot.table.name && seal.as_of === asOf);
  if (sealed === undefined && !past.stamps.some(({ as_of }) => as_of === asOf)) {
    prepared.made.set(
      table.name,
      tasks.add((tx, isBeside) => make(tx, context, table, staged, isBeside)),
    );
  } else if (sealed !== undefined && !restamp && isOfAll(table, sealed)) {
    prepared.stands.set(
      table.name,
      tasks.add((tx) => isStanding(tx, context, table, staged, sealed)),
    );
  }
}

/** An emitter that also tells, until snapshots are put in place, how many are made by then. */
export function tellingReady({ emit, prepared }: Pick<Preparing, "emit" | "prepared">): Preparing["emit"] {
  return (body) => {
    const tasks = [...prepared.made.values(), ...prepared.stands.values()];
    const isOfTable = body.event === "table.progress" || body.event === "table.finished";
    const isTold = isOfTable && body.stage !== "snapshot" && tasks.length > 0;
    emit(isTold ? { ...body, ready: tasks.filter(({ isDone }) => isDone).length } : body);
  };
}

async function make(
  tx: Transaction,
  context: Preparing,
  table: Frozen,
  staged: Staged,
  isBeside: boolean,
): Promise<Made> {
  const { month, past, asOf, goesOn } = context;
  const { table: target, hasOwnColumns } = table.snapshot;
  const hasPartition = past.partitions.some((one) => one.table === target.name && one.as_of === asOf);
  const builds = target.partitioned && !hasOwnColumns && !hasPartition && !goesOn;
  const known = await sealedBefore(tx, context, table, staged);
  const [sealed, rows, writer] = await Promise.all([
    known ?? sealStaged(tx, table, month),
    builds ? buildPartition(tx, table, context) : null,
    builds && isBeside ? writerOf(tx) : null,
  ]);
  const built = rows === null ? null : { rows, writer };
  const stagedOf: RowsOf = (columns, sampled) => stagedRows(table, month, columns, sampled);
  const now = { count: sealed.rows, rows: stagedOf };
  // It was begun before, and is done by now unless the other connection has it under way.
  const profiled = context.prepared.profiles.get(table.name);
  const profile = profiled?.isDone ? await profiled.done : null;
  return { sealed, built, drift: await driftSince(tx, context, table, now, sealed, profile) };
}

/** The seal of the very same rows, where a run that set one read the very same file in the same way. */
async function sealedBefore(
  tx: Transaction,
  { dataset, month, past }: Preparing,
  table: Frozen,
  staged: Staged,
): Promise<Sealed | null> {
  const { name } = table.snapshot.table;
  // Beside the rows, a seal may cover the month that brought them.
  const isOfMonth = (seal: LedgerSeal) => table.snapshot.deliveredColumn === null || seal.month === month;
  const isOfThese = (seal: LedgerSeal) => isOfMonth(seal) && isOfAll(table, seal) && seal.rows === staged.rows;
  const seals = past.seals.filter((seal) => seal.table === name && isOfThese(seal));
  const runs = await runsOf(tx, past, staged, seals);
  const seal = seals.find(({ run }) => run !== null && runs.includes(run));
  if (seal === undefined) return null;
  const groups = await sealedGroups(tx, { ...seal, dataset: dataset.name });
  return groups && { rows: seal.rows, fingerprint: seal.fingerprint, groups };
}

/**
 * True where the seal's own run read the very same file, so that what it vouches for are the rows that are staged, and
 * each of them stands. False where more has to be looked at to tell.
 */
async function isStanding(
  tx: Transaction,
  context: Preparing,
  table: Frozen,
  staged: Staged,
  seal: LedgerSeal,
): Promise<boolean> {
  if (seal.month !== context.month || seal.rows !== staged.rows) return false;
  if ((await runsOf(tx, context.past, staged, [seal])).length === 0) return false;
  return stagedAsFrozen(tx, table, context, staged.rows);
}

/** Those of the seals' runs that read the very same file in the same way. Of each month's last the past tells, of others the ledger. */
async function runsOf(tx: Transaction, { publications }: Past, { record }: Staged, seals: readonly LedgerSeal[]) {
  const { table, sha256, read_as } = record;
  if (sha256 === null || read_as === null) return [];
  const runs = new Set(seals.flatMap(({ run }) => run ?? []));
  const isThis = (file: FileRecord) => file.table === table && file.sha256 === sha256 && file.read_as === read_as;
  const [known, others] = [publications.filter(({ run }) => runs.has(run)), new Set(runs)];
  for (const { run } of known) others.delete(run);
  const found = known.filter(({ files }) => files.some(isThis)).map(({ run }) => run);
  if (found.length > 0 || others.size === 0) return found;
  return runsThatRead(tx, { table, sha256, read_as }, [...others]);
}

/** True for a seal of all columns that one set now would cover, and hashed as it would be. */
function isOfAll(table: Frozen, seal: LedgerSeal): boolean {
  if (isWeak(seal) || coveredBy(table, seal).lost.length > 0) return false;
  return isDeepStrictEqual(seal.columns, named(newestSealing(table)));
}
