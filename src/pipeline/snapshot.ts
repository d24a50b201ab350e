import { ConsoleError } from "../core/errors.ts";
import type { Seal } from "../core/events.ts";
import type { KeyGroup } from "../postgres/key-groups.ts";
import { liftSeal, recordSeals, type SealedTable, sealsOf } from "../postgres/seals.ts";
import {
  clearSnapshot,
  type Frozen,
  isFrozen,
  sealSnapshot,
  sealStaged,
  stagedChanges,
  takeSnapshot,
} from "../postgres/snapshots.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";

/** What a snapshot that would change differs by, in rows. */
interface Conflict {
  table: string;
  added: number;
  removed: number;
  changed: number;
}

/** The seals of a month, and those of them that this run set. */
export interface Snapshots {
  inForce: Seal[];
  fresh: Seal[];
}

/**
 * Freeze the staged rows under the month's stamp and seal them. A snapshot that is there already is kept when it holds
 * the same rows; otherwise the run is refused, or, for a restamp, the old one gives way.
 */
export async function snapshot(context: StageContext): Promise<Snapshots> {
  const { tx, dataset, month, mode, asOf, tables, emit, run } = context;
  const before = await sealsOf(tx, dataset.name, asOf);
  const inForce: Seal[] = [];
  const fresh: SealedTable[] = [];
  const conflicts: Conflict[] = [];
  for (const table of tables.filter(isFrozen)) {
    stopIfCancelled(context.signal);
    const outcome = await freeze(context, table, before.get(table.snapshot.table.name));
    if ("conflict" in outcome) {
      conflicts.push(outcome.conflict);
      continue;
    }
    inForce.push(outcome.seal);
    if (outcome.fresh) fresh.push({ ...outcome.seal, groups: outcome.groups });
    emit({ event: "table.finished", stage: "snapshot", table: table.name, rows: outcome.seal.rows });
  }
  if (conflicts.length > 0) throw refusal(context, conflicts);
  await recordSeals(tx, run, fresh, { dataset: dataset.name, month, mode });
  return { inForce, fresh };
}

type Outcome = { seal: Seal; groups: KeyGroup[]; fresh: boolean } | { conflict: Conflict };

async function freeze(context: StageContext, table: Frozen, sealed: Seal | undefined): Promise<Outcome> {
  const { tx, asOf, month, restamp, dataset, run } = context;
  const name = table.snapshot.table.name;
  const { groups, ...wanted } = await sealStaged(tx, table, month, sealed?.fingerprint);
  const seal: Seal = { table: name, as_of: asOf, ...wanted };
  const isWanted = (one: Pick<Seal, "rows" | "fingerprint">) =>
    one.rows === wanted.rows && one.fingerprint === wanted.fingerprint;
  // Rows may stand there without a seal, taken by an older system, and a restamp mends rows that broke theirs.
  const standing = sealed !== undefined && !restamp ? sealed : await sealSnapshot(tx, table, asOf, wanted.fingerprint);
  if (standing.rows === 0 && sealed === undefined) {
    await takeSnapshot(tx, table, { asOf, month });
    return { seal, groups, fresh: true };
  }
  const keepsRows = isWanted(standing);
  if (keepsRows && (sealed === undefined || isWanted(sealed))) return { seal, groups, fresh: sealed === undefined };
  if (!restamp) return { conflict: { table: name, ...(await stagedChanges(tx, table, { asOf, month })) } };
  if (sealed !== undefined) {
    await liftSeal(tx, { dataset: dataset.name, table: name, as_of: asOf }, { reason: "restamp", run });
  }
  if (!keepsRows) {
    await clearSnapshot(tx, table, asOf);
    await takeSnapshot(tx, table, { asOf, month });
  }
  return { seal, groups, fresh: true };
}

function refusal({ month, asOf }: StageContext, conflicts: readonly Conflict[]): ConsoleError {
  const differences = conflicts.map(
    ({ table, added, removed, changed }) => `${table}: ${added} rows added, ${removed} removed, ${changed} changed`,
  );
  return new ConsoleError(
    "snapshot_differs",
    `${month} would change the sealed snapshot of ${asOf} (${differences.join("; ")}).`,
    { hint: "If the new drop is a correction, run it with --restamp; the old seal stays in the ledger." },
  );
}
