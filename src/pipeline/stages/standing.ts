import type { MovedTable } from "../../core/drift.ts";
import type { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { Seal } from "../../core/messages/events.ts";
import { isWeak } from "../../core/messages/seals.ts";
import type { Sealed, Sealing } from "../../postgres/snapshots/fingerprint.ts";
import { stagedChanges } from "../../postgres/snapshots/row-changes.ts";
import { named, newestSealing, sealLike, sealSnapshot, sealStaged } from "../../postgres/snapshots/sealing.ts";
import { type LedgerSeal, liftSeal, type SealedTable } from "../../postgres/snapshots/seals.ts";
import { attachPartition, clearSnapshot, type Frozen, takeSnapshot } from "../../postgres/snapshots/snapshots.ts";
import { type StageContext, warn } from "./context.ts";
import { notAsPlanned } from "./written.ts";

/** Why a snapshot that stands can neither be left nor replaced. */
export type Conflict = { conflict: "broken" | "sealed" | "unsealed"; what: string };

/** A seal that was there already, or one that this run sets, with what drifted, where that is told by now. */
export type Taken =
  | { seal: Seal; fresh: false }
  | { seal: SealedTable; fresh: true; drift?: MovedTable | null; lifted?: boolean; replaced?: number };

/** A snapshot that was made beforehand, for nothing stands in its place; null where it was not, or something did then. */
export async function takeMade(context: StageContext, table: Frozen): Promise<Taken | null> {
  const { tx, tasks, prepared } = context;
  const task = prepared.made.get(table.name);
  if (task === undefined) return null;
  const { sealed, built, drift } = await tasks.result(task, tx);
  const seal = toSeal(context, table, newestSealing(table), sealed);
  if (built === null) await take(context, table, seal);
  else {
    if (built.rows !== seal.rows) throw notAsStaged(seal, built.rows);
    await attachPartition(tx, table, context);
  }
  return { seal, fresh: true, drift };
}

/** `sealed` is the seal that a restamp may put another in the place of. */
export async function freeze(
  context: StageContext,
  table: Frozen,
  sealed: LedgerSeal | undefined,
): Promise<Taken | Conflict> {
  const { tx, dataset, run, month, asOf, restamp } = context;
  const sealing = newestSealing(table);
  const wanted = await sealStaged(tx, table, month, sealing);
  const standing = await sealSnapshot(tx, table, asOf, sealing);
  const seal = toSeal(context, table, sealing, wanted);
  const isThere = isSame(standing, wanted);
  const isInForce = isThere && sealed !== undefined && isSame(sealed, wanted);
  if (isInForce && sealed.columns?.length === seal.columns.length) return { seal, fresh: false };
  if (!isThere && standing.rows > 0 && !restamp) {
    return { conflict: "unsealed", what: await differences(context, table, sealing) };
  }
  if (sealed !== undefined) await liftSeal(tx, { ...sealed, dataset: dataset.name }, { reason: "restamp", run });
  if (isThere) return { seal, fresh: true, lifted: sealed !== undefined };
  if (standing.rows > 0) await clearSnapshot(tx, table, asOf, sealed?.rows);
  await take(context, table, seal);
  return { seal, fresh: true, lifted: sealed !== undefined, replaced: standing.rows };
}

/**
 * A sealed snapshot stays as it is when its rows, by what the seal covers, are both those that were sealed and those of
 * the drop. A weak seal is renewed then.
 */
export async function keep(context: StageContext, table: Frozen, sealed: LedgerSeal): Promise<Taken | Conflict> {
  const { tx, dataset, run, month, asOf, tasks, prepared } = context;
  const stands = prepared.stands.get(table.name);
  if (stands !== undefined && (await tasks.result(stands, tx))) return { seal: sealed, fresh: false };
  const { found, covered } = await sealLike(tx, table, sealed);
  if (covered.lost.length > 0) {
    return { conflict: "broken", what: `${covered.lost.join(", ")} gone, or of another type` };
  }
  if (!isSame(found, sealed)) {
    const rows = `${formatCounted(sealed.rows, "row")} sealed, ${formatCounted(found.rows, "row")} there`;
    return { conflict: "broken", what: rows };
  }
  const sealing = { ...newestSealing(table), columns: covered.columns };
  const wanted = await sealStaged(tx, table, month, sealing);
  const standing = isWeak(sealed) ? await sealSnapshot(tx, table, asOf, sealing) : found;
  if (!isSame(standing, wanted)) {
    if (await isAdoptedLike(context, table, sealed, sealing)) return { seal: sealed, fresh: false };
    return { conflict: "sealed", what: await differences(context, table, sealing) };
  }
  // Columns that were added later are in no row of a snapshot that was taken before.
  if (newestSealing(table).columns.length !== covered.columns.length) {
    warn(context, {
      title: `${table.snapshot.table.name} as of ${asOf} was sealed before it had all of its columns, and is left so.`,
      hint: "Run the month with --restamp (an older one: --restamp --backfill) to take them in from its drop.",
    });
  }
  if (isWeak(sealed)) await liftSeal(tx, { ...sealed, dataset: dataset.name }, { reason: "renewal", run });
  if (!isWeak(sealed)) return { seal: sealed, fresh: false };
  return { seal: toSeal(context, table, sealing, wanted), fresh: true };
}

/**
 * A snapshot that was adopted holds what the older flow made of its drop: numbers that went through a float, and rows of
 * users that are not in the drop any more. It stays so as long as nothing else differs.
 */
async function isAdoptedLike(
  context: StageContext,
  table: Frozen,
  { mode, as_of }: LedgerSeal,
  sealing: Sealing,
): Promise<boolean> {
  if (mode !== "adopt") return false;
  const { snapshot } = table;
  const columns = sealing.columns.filter(({ name }) => name !== snapshot.deliveredColumn);
  const { added, changed, rounded, removed } = await stagedChanges(context.tx, table, context, columns);
  if (added + changed > 0) return false;
  warn(context, {
    title: `${snapshot.table.name} as of ${as_of} is left as it was adopted: ${formatCounted(rounded, "row")} differ from the drop by rounding alone, ${formatCount(removed)} are not in it.`,
    hint: "With --restamp the rows of the drop take their place.",
  });
  return true;
}

export function isSame(
  one: Pick<Sealed, "rows" | "fingerprint">,
  other: Pick<Sealed, "rows" | "fingerprint">,
): boolean {
  return one.rows === other.rows && one.fingerprint === other.fingerprint;
}

function toSeal({ asOf }: StageContext, table: Frozen, sealing: Sealing, wanted: Sealed): SealedTable {
  return { ...wanted, table: table.snapshot.table.name, as_of: asOf, columns: named(sealing) };
}

/** What the server says it wrote must be what was staged. */
async function take(context: StageContext, table: Frozen, wanted: SealedTable): Promise<void> {
  const written = await takeSnapshot(context.tx, table, context, !context.goesOn);
  if (written !== wanted.rows) throw notAsStaged(wanted, written);
}

export function notAsStaged({ table, rows, as_of }: SealedTable, there: number): ConsoleError {
  const what = there === rows ? "they are not those of the drop" : `${formatCounted(there, "row")} came`;
  const planned = `${formatCounted(rows, "row")} were to be frozen as of ${as_of}`;
  return notAsPlanned(table, `${planned}; ${what}`, [], true);
}

/** How the staged rows differ from those that stand, in words. */
async function differences(context: StageContext, table: Frozen, { columns }: Sealing): Promise<string> {
  const { added, removed, changed, rounded } = await stagedChanges(context.tx, table, context, columns);
  const byRounding = rounded === 0 ? "" : `, ${rounded} by rounding alone`;
  return `${added} rows added, ${removed} removed, ${changed} changed${byRounding}`;
}
