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
  liftSeal,
  listSeals,
  plainSeal,
  recordSeals,
  type SealedTable,
} from "../../postgres/snapshots/seals.ts";
import { clearSnapshot, type Frozen, isFrozen, takeSnapshot } from "../../postgres/snapshots/snapshots.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, warn } from "./context.ts";
import { notAsPlanned } from "./written.ts";

/** The seals of a month, and those of them that this run set. */
export interface Snapshots {
  inForce: Seal[];
  fresh: Seal[];
  /** Seals that were lifted for them, and rows that gave way. */
  lifted: number;
  replaced: number;
}

/** The title of a refusal by why a snapshot that stands can neither be left nor replaced, the gravest first. */
const conflictTitles = {
  broken: (_: string, asOf: string) => `The snapshot of ${asOf} is not as it was sealed`,
  sealed: (month: string, asOf: string) => `${month} would change the sealed snapshot of ${asOf}`,
  unsealed: (month: string, asOf: string) => `${month} would change rows as of ${asOf} that no run of the ledger took`,
};

type Conflict = { conflict: keyof typeof conflictTitles; what: string };
type Taken = { seal: SealedTable; fresh: boolean; lifted?: boolean; replaced?: number };

/**
 * Freeze the staged rows under the month's stamp and seal them. A snapshot that is there already is kept when it holds
 * the same rows; otherwise the run is refused, or, for a restamp, the old one gives way.
 */
export async function snapshot(context: StageContext): Promise<Snapshots> {
  const { tx, dataset, month, mode, asOf, tables, emit, run } = context;
  const seals = await listSeals(tx, dataset.name);
  const taken: Taken[] = [];
  const conflicts: (Conflict & { table: string })[] = [];
  for (const table of tables.filter(isFrozen)) {
    stopIfCancelled(context.signal);
    const { name } = table.snapshot.table;
    const own = seals.filter((seal) => seal.table === name);
    warnOfLost(context, table, own[0]);
    const sealed = own.find(({ as_of }) => as_of === asOf);
    const isKept = sealed !== undefined && !context.restamp;
    const outcome = isKept ? await keep(context, table, sealed) : await freeze(context, table, sealed);
    if ("conflict" in outcome) {
      conflicts.push({ table: name, ...outcome });
      continue;
    }
    taken.push(outcome);
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
  const fresh = taken.filter((one) => one.fresh).map(({ seal }) => seal);
  await recordSeals(tx, run, fresh, { dataset: dataset.name, month, mode });
  return {
    inForce: taken.map(({ seal }) => plainSeal(seal)),
    fresh,
    lifted: taken.filter(({ lifted }) => lifted).length,
    replaced: taken.reduce((sum, { replaced = 0 }) => sum + replaced, 0),
  };
}

/** `sealed` is the seal that a restamp may put another in the place of. */
async function freeze(context: StageContext, table: Frozen, sealed: LedgerSeal | undefined): Promise<Taken | Conflict> {
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
  if (standing.rows > 0) await clearSnapshot(tx, table, asOf);
  await take(context, table, seal);
  return { seal, fresh: true, lifted: sealed !== undefined, replaced: standing.rows };
}

/**
 * A sealed snapshot stays as it is when its rows, by what the seal covers, are both those that were sealed and those of
 * the drop. A weak seal is renewed then.
 */
async function keep(context: StageContext, table: Frozen, sealed: LedgerSeal): Promise<Taken | Conflict> {
  const { tx, dataset, run, month, asOf } = context;
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
    if (await isAdoptedLike(context, table, sealed, sealing))
      return { seal: { ...sealed, columns: named(sealing), groups: found.groups }, fresh: false };
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
  return { seal: toSeal(context, table, sealing, wanted), fresh: isWeak(sealed) };
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
  const { tx, asOf } = context;
  const written = await takeSnapshot(tx, table, context, !context.goesOn);
  if (written !== wanted.rows) throw notAsStaged(wanted, written);
  if (!(await tablesWithHooks(tx, [table])).includes(wanted.table)) return;
  const there = await sealSnapshot(tx, table, asOf, newestSealing(table));
  if (!isSame(there, wanted)) throw notAsStaged(wanted, there.rows);
}

function notAsStaged({ table, rows, as_of }: SealedTable, there: number): ConsoleError {
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
