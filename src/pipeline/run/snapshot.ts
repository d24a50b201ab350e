import { ConsoleError } from "../../core/errors.ts";
import { formatCount, formatCounted } from "../../core/format.ts";
import type { Seal } from "../../core/messages/events.ts";
import { isWeak } from "../../core/messages/seals.ts";
import { tablesWithHooks } from "../../postgres/live/other-writers.ts";
import type { Sealed, Sealing } from "../../postgres/snapshots/fingerprint.ts";
import { stagedChanges } from "../../postgres/snapshots/row-changes.ts";
import {
  coveredBy,
  named,
  newestSealing,
  sealLike,
  sealSnapshot,
  sealStaged,
} from "../../postgres/snapshots/sealing.ts";
import {
  type LedgerSeal,
  type Lifting,
  liftSeal,
  listSeals,
  recordSeals,
  type SealedTable,
} from "../../postgres/snapshots/seals.ts";
import { clearSnapshot, type Frozen, isFrozen, takeSnapshot } from "../../postgres/snapshots/snapshots.ts";
import { type StageContext, stopIfCancelled, warn } from "./context.ts";
import { notAsPlanned } from "./written.ts";

/** The seals of a month, and those of them that this run set. */
export interface Snapshots {
  inForce: Seal[];
  fresh: Seal[];
  /** Seals that were lifted for them, and rows that gave way. */
  lifted: number;
  replaced: number;
}

/** Why a snapshot that stands cannot be left as it is. */
interface Conflict {
  table: string;
  kind: keyof typeof conflictTitles;
  what: string;
}

/** The title of a refusal, the gravest first. */
const conflictTitles = {
  broken: (_: string, asOf: string) => `The snapshot of ${asOf} is not as it was sealed`,
  sealed: (month: string, asOf: string) => `${month} would change the sealed snapshot of ${asOf}`,
  unsealed: (month: string, asOf: string) => `${month} would change rows as of ${asOf} that no run of the ledger took`,
};

type Outcome = { seal: SealedTable; fresh: boolean; lifted?: boolean; replaced?: number } | { conflict: Conflict };

/**
 * Freeze the staged rows under the month's stamp and seal them. A snapshot that is there already is kept when it holds
 * the same rows; otherwise the run is refused, or, for a restamp, the old one gives way.
 */
export async function snapshot(context: StageContext): Promise<Snapshots> {
  const { tx, dataset, month, mode, asOf, tables, emit, run } = context;
  const seals = await listSeals(tx, dataset.name);
  const outcomes: Exclude<Outcome, { conflict: Conflict }>[] = [];
  const conflicts: Conflict[] = [];
  for (const table of tables.filter(isFrozen)) {
    stopIfCancelled(context.signal);
    const own = seals.filter((seal) => seal.table === table.snapshot.table.name);
    warnOfLost(context, table, own[0]);
    const sealed = own.find(({ as_of }) => as_of === asOf);
    const outcome = await freeze(context, table, sealed);
    if ("conflict" in outcome) {
      conflicts.push(outcome.conflict);
      continue;
    }
    outcomes.push(outcome);
    const { rows } = outcome.seal;
    const kept = outcome.fresh ? {} : { unchanged: rows };
    emit({ event: "table.finished", stage: "snapshot", table: table.name, rows, ...kept });
  }
  if (conflicts.length > 0) throw refusal(context, conflicts);
  const fresh = outcomes.filter((one) => one.fresh).map(({ seal }) => seal);
  await recordSeals(tx, run, fresh, { dataset: dataset.name, month, mode });
  return {
    inForce: outcomes.map(({ seal }) => plain(seal)),
    fresh: fresh.map(plain),
    lifted: outcomes.filter(({ lifted }) => lifted).length,
    replaced: outcomes.reduce((sum, { replaced = 0 }) => sum + replaced, 0),
  };
}

function plain({ table, as_of, rows, fingerprint }: SealedTable): Seal {
  return { table, as_of, rows, fingerprint };
}

async function freeze(context: StageContext, table: Frozen, sealed: LedgerSeal | undefined): Promise<Outcome> {
  const sealing = newestSealing(table);
  if (sealed !== undefined && !context.restamp) return keep(context, table, sealed);
  const wanted = await sealStaged(context.tx, table, context.month, sealing);
  const standing = await sealSnapshot(context.tx, table, context.asOf, sealing);
  const seal = toSeal(context, table, sealing, wanted);
  if (sealed === undefined && standing.rows === 0) {
    await take(context, table, seal);
    return { seal, fresh: true };
  }
  if (isSame(standing, wanted)) {
    if (sealed === undefined) return { seal, fresh: true };
    const isInForce = isSame(sealed, wanted) && sealed.columns?.length === seal.columns.length;
    if (!isInForce) await lift(context, sealed, "restamp");
    return { seal, fresh: !isInForce, lifted: !isInForce };
  }
  if (!context.restamp) return { conflict: await differing(context, table, sealing, "unsealed") };
  if (sealed !== undefined) await lift(context, sealed, "restamp");
  await clearSnapshot(context.tx, table, context.asOf);
  await take(context, table, seal);
  return { seal, fresh: true, lifted: sealed !== undefined, replaced: standing.rows };
}

/**
 * A sealed snapshot stays as it is when its rows, by what the seal covers, are both those that were sealed and those of
 * the drop. A weak seal is renewed then.
 */
async function keep(context: StageContext, table: Frozen, sealed: LedgerSeal): Promise<Outcome> {
  const { tx, month, asOf } = context;
  const { found, covered } = await sealLike(tx, table, sealed);
  const name = table.snapshot.table.name;
  if (covered.lost.length > 0) {
    const columns = covered.lost.join(", ");
    return { conflict: { table: name, kind: "broken", what: `${columns} gone, or of another type` } };
  }
  if (!isSame(found, sealed)) {
    const rows = `${formatCounted(sealed.rows, "row")} sealed, ${formatCounted(found.rows, "row")} there`;
    return { conflict: { table: name, kind: "broken", what: rows } };
  }
  const sealing = { ...newestSealing(table), columns: covered.columns };
  const wanted = await sealStaged(tx, table, month, sealing);
  const standing = isWeak(sealed) ? await sealSnapshot(tx, table, asOf, sealing) : found;
  if (!isSame(standing, wanted)) {
    if (await isAdoptedLike(context, table, sealed, sealing))
      return { seal: { ...sealed, columns: named(sealing), groups: found.groups }, fresh: false };
    return { conflict: await differing(context, table, sealing, "sealed") };
  }
  warnOfUncovered(context, table, covered.columns.length);
  const seal = toSeal(context, table, sealing, wanted);
  if (isWeak(sealed)) await lift(context, sealed, "renewal");
  return { seal, fresh: isWeak(sealed) };
}

/**
 * A snapshot that was adopted holds what the older flow made of its drop: numbers that went through a float, and rows of
 * users that are not in the drop any more. It stays so as long as nothing else differs.
 */
async function isAdoptedLike(
  context: StageContext,
  table: Frozen,
  { mode }: LedgerSeal,
  sealing: Sealing,
): Promise<boolean> {
  if (mode !== "adopt") return false;
  const { tx, asOf, month } = context;
  const columns = sealing.columns.filter(({ name }) => name !== table.snapshot.deliveredColumn);
  const { added, changed, rounded, removed } = await stagedChanges(tx, table, { asOf, month }, columns);
  if (added + changed > 0) return false;
  const name = table.snapshot.table.name;
  warn(context, {
    title: `${name} as of ${asOf} is left as it was adopted: ${formatCounted(rounded, "row")} differ from the drop by rounding alone, ${formatCount(removed)} are not in it.`,
    hint: "With --restamp the rows of the drop take their place.",
  });
  return true;
}

/** Columns that were added later are in no row of a snapshot that was taken before. */
function warnOfUncovered(context: StageContext, table: Frozen, covered: number): void {
  const { columns } = newestSealing(table);
  if (columns.length === covered) return;
  warn(context, {
    title: `${table.snapshot.table.name} as of ${context.asOf} was sealed before it had all of its columns, and is left so.`,
    hint: "Run the month with --restamp (an older one: --restamp --backfill) to take them in from its drop.",
  });
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

function isSame(one: Pick<Sealed, "rows" | "fingerprint">, other: Pick<Sealed, "rows" | "fingerprint">): boolean {
  return one.rows === other.rows && one.fingerprint === other.fingerprint;
}

function toSeal({ asOf }: StageContext, table: Frozen, sealing: Sealing, wanted: Sealed): SealedTable {
  return { ...wanted, table: table.snapshot.table.name, as_of: asOf, columns: named(sealing) };
}

/** What the server says it wrote must be what was staged; where triggers have a say, what is then there must be, too. */
async function take(context: StageContext, table: Frozen, wanted: SealedTable): Promise<void> {
  const { tx, asOf, month } = context;
  const written = await takeSnapshot(tx, table, { asOf, month }, !context.goesOn);
  if (written !== wanted.rows) throw notAsStaged(wanted, written);
  if (!(await tablesWithHooks(tx, [table])).includes(wanted.table)) return;
  const there = await sealSnapshot(tx, table, asOf, newestSealing(table));
  if (!isSame(there, wanted)) throw notAsStaged(wanted, there.rows);
}

function notAsStaged({ table, rows, as_of }: SealedTable, there: number): ConsoleError {
  const what = there === rows ? "they are not those of the drop" : `${formatCounted(there, "row")} came`;
  const planned = `${formatCounted(rows, "row")} were to be frozen as of ${as_of}`;
  return notAsPlanned({ name: table }, `${planned}; ${what}`, [], true);
}

async function lift(
  { tx, dataset, run }: StageContext,
  seal: LedgerSeal,
  reason: "restamp" | "renewal",
): Promise<void> {
  const lifting: Lifting = { reason, run };
  await liftSeal(tx, { dataset: dataset.name, table: seal.table, as_of: seal.as_of }, lifting);
}

async function differing(
  context: StageContext,
  table: Frozen,
  sealing: Sealing,
  kind: Conflict["kind"],
): Promise<Conflict> {
  const { tx, asOf, month } = context;
  const changes = await stagedChanges(tx, table, { asOf, month }, sealing.columns);
  const { added, removed, changed, rounded } = changes;
  const byRounding = rounded === 0 ? "" : `, ${rounded} by rounding alone`;
  const what = `${added} rows added, ${removed} removed, ${changed} changed${byRounding}`;
  return { table: table.snapshot.table.name, kind, what };
}

function refusal({ month, asOf }: StageContext, conflicts: readonly Conflict[]): ConsoleError {
  const differences = conflicts.map(({ table, what }) => `${table}: ${what}`);
  const kinds = Object.keys(conflictTitles) as Conflict["kind"][];
  const gravest = kinds.find((kind) => conflicts.some((one) => one.kind === kind)) ?? "sealed";
  const title = conflictTitles[gravest](month, asOf);
  return new ConsoleError("snapshot_differs", `${title} (${differences.join("; ")}).`, {
    hint:
      gravest === "unsealed"
        ? "`adopt` shows them and, with --yes, seals them as they are; with --restamp this drop takes their place."
        : "If this drop is what is right, run it with --restamp; the old seal stays in the ledger, with the reason.",
  });
}
