import { ConsoleError } from "../core/errors.ts";
import type { SnapshotEntry } from "../core/listings.ts";
import type { Transaction } from "../postgres/connect.ts";
import { listSeals } from "../postgres/seals.ts";
import { type Frozen, isFrozen } from "../postgres/snapshots.ts";
import type { TrainingSources } from "../postgres/training.ts";
import { checkDate } from "./compare.ts";
import type { ExportRequest } from "./export.ts";
import type { Session } from "./session.ts";
import { verifySeal } from "./verify.ts";

/**
 * The snapshots a training set is made from, with their seals: features as of one day, and labels of a later one, by
 * default the next. Refuses labels that would leak, days without a seal, and rows that no longer match theirs.
 */
export async function trainingSources(
  tx: Transaction,
  session: Session,
  { as_of: asOf, labels_from: wanted }: Pick<ExportRequest, "as_of" | "labels_from">,
): Promise<{ sources: TrainingSources; seals: SnapshotEntry[] }> {
  for (const date of [asOf, ...(wanted === null ? [] : [wanted])]) checkDate(date);
  if (wanted !== null && wanted <= asOf) throw leak(asOf, wanted);
  const { label, features } = chosenTables(session);
  const all = await listSeals(tx, session.dataset.name);
  const labelsFrom = wanted ?? nextLabels(all, label, asOf);
  const seals = [...features.map((table) => sealOf(all, table, asOf)), sealOf(all, label, labelsFrom)];
  for (const seal of seals) {
    const { state } = await verifySeal(tx, session, seal);
    if (state !== "intact") throw brokenSeal(seal);
  }
  return { sources: { features, label, asOf, labelsFrom }, seals };
}

function chosenTables({ dataset, tables }: Session): { label: Frozen; features: Frozen[] } {
  const frozen = tables.filter(isFrozen);
  const label = frozen.find(({ name }) => name === dataset.label);
  const features = frozen.filter((table) => table !== label && table.live.key.join() === label?.live.key.join());
  if (label !== undefined && features.length > 0) return { label, features };
  throw new ConsoleError("manifest_invalid", "The manifest does not say where labels and features come from.", {
    hint: 'In db/dataset.json, name the label\'s table as "label" and give it and the feature tables a snapshot.',
  });
}

function nextLabels(seals: readonly SnapshotEntry[], label: Frozen, asOf: string): string {
  const later = seals.filter((seal) => seal.table === label.snapshot.table.name && seal.as_of > asOf);
  const [next] = later.map((seal) => seal.as_of).sort();
  if (next !== undefined) return next;
  throw new ConsoleError("unknown_snapshot", `There are no labels later than ${asOf} yet.`, {
    hint: "What became of these users is in the next month's drop: publish it first.",
  });
}

function sealOf(seals: readonly SnapshotEntry[], table: Frozen, asOf: string): SnapshotEntry {
  const name = table.snapshot.table.name;
  const seal = seals.find((one) => one.table === name && one.as_of === asOf);
  if (seal !== undefined) return seal;
  throw new ConsoleError("unknown_snapshot", `${name} has no sealed snapshot as of ${asOf}.`, {
    hint: "`snapshots` lists the sealed ones; running the month seals it.",
  });
}

function leak(asOf: string, labelsFrom: string): ConsoleError {
  return new ConsoleError("leak", `Labels of ${labelsFrom} would leak: they are not later than ${asOf}.`, {
    hint: "A model must predict what is not known yet: take labels of a later month, or leave --labels-from out.",
  });
}

function brokenSeal({ table, as_of }: SnapshotEntry): ConsoleError {
  return new ConsoleError("seal_broken", `${table} as of ${as_of} is not as it was sealed.`, {
    hint: "`snapshots --verify` names the rows that differ; a run of that month with --restamp (an older one: --restamp --backfill) mends them.",
  });
}
