import { ConsoleError } from "../../../core/errors.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";
import type { SnapshotEntry } from "../../../core/messages/seals.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import { type LedgerSeal, listSeals } from "../../../postgres/snapshots/seals.ts";
import { type Frozen, isFrozen } from "../../../postgres/snapshots/snapshots.ts";
import type { TrainingSources } from "../../../postgres/snapshots/training.ts";
import { indexOfRecord } from "../../drop/past.ts";
import type { Session } from "../../session/session.ts";
import { checkDate } from "../compare.ts";
import { verifySeal } from "../verify.ts";

/**
 * The snapshots a training set is made from, with their seals: features as of one day, and labels of a later one, by
 * default the next. Refuses labels that would leak, days without a seal, and rows that no longer match theirs.
 */
export async function trainingSources(
  tx: Transaction,
  session: Session,
  { as_of: asOf, labels_from: wanted }: Pick<RequestOf<"export">, "as_of" | "labels_from">,
): Promise<{ sources: TrainingSources; seals: SnapshotEntry[] }> {
  checkDate(asOf);
  if (wanted !== null) checkDate(wanted);
  if (wanted !== null && wanted <= asOf) {
    throw new ConsoleError("leak", `Labels of ${wanted} would leak: they are not later than ${asOf}.`, {
      hint: "A model must predict what is not known yet: take labels of a later month, or leave --labels-from out.",
    });
  }
  const { label, features } = chosenTables(session);
  const all = await listSeals(tx, session.dataset.name);
  const ofFeatures = features.map((table) => sealOf(all, table, asOf));
  const indexOf = (seal: SnapshotEntry) => indexOfRecord(seal, session.dataset.first_month);
  const newest = Math.max(...ofFeatures.map(indexOf));
  const later = all.filter((seal) => seal.as_of > asOf && indexOf(seal) > newest);
  const labelsFrom = wanted ?? nextLabels(later, label, asOf);
  const ofLabel = sealOf(all, label, labelsFrom);
  if (indexOf(ofLabel) <= newest) throw sameMonth(ofLabel, ofFeatures);
  const sealed: Frozen[] = [];
  for (const [index, seal] of ofFeatures.entries()) sealed.push(await asSealed(tx, session, features[index], seal));
  const sources = { features: sealed, label: await asSealed(tx, session, label, ofLabel), asOf, labelsFrom };
  return { sources, seals: [...ofFeatures, ofLabel] };
}

export function chosenTables({ dataset, tables }: Pick<Session, "dataset" | "tables">): {
  label: Frozen;
  features: Frozen[];
} {
  const frozen = tables.filter(isFrozen);
  const label = frozen.find(({ name }) => name === dataset.label);
  const features = frozen.filter((table) => table !== label && table.live.key.join() === label?.live.key.join());
  if (label !== undefined && features.length > 0) return { label, features };
  throw new ConsoleError("manifest_invalid", "The manifest does not say where labels and features come from.", {
    hint: `In ${dataset.manifest}, name the label's table as "label" and give it and the feature tables a snapshot.`,
  });
}

/** The table with no columns but those that its seal vouches for. Throws when its rows are not those that were sealed. */
async function asSealed(
  tx: Transaction,
  session: Session,
  table: Frozen | undefined,
  seal: LedgerSeal,
): Promise<Frozen> {
  const { check, covered } = await verifySeal(tx, session, seal);
  if (table === undefined || check.state !== "intact") {
    throw new ConsoleError("seal_broken", `${seal.table} as of ${seal.as_of} is not as it was sealed.`, {
      hint: "`snapshots --verify` names the rows that differ; a run of that month with --restamp (an older one: --restamp --backfill) mends them.",
    });
  }
  const columns = table.snapshot.columns.filter(({ name }) => covered.some((column) => column.name === name));
  return { ...table, snapshot: { ...table.snapshot, columns } };
}

/** The first day of those that are later. */
function nextLabels(later: readonly SnapshotEntry[], label: Frozen, asOf: string): string {
  const labels = later.filter((seal) => seal.table === label.snapshot.table.name);
  const [next] = labels.map((seal) => seal.as_of).sort();
  if (next !== undefined) return next;
  throw new ConsoleError("unknown_snapshot", `There are no labels later than ${asOf} yet.`, {
    hint: "What became of these users is in the next month's drop: publish it first.",
  });
}

function sealOf(seals: readonly LedgerSeal[], table: Frozen, asOf: string): LedgerSeal {
  const name = table.snapshot.table.name;
  const seal = seals.find((one) => one.table === name && one.as_of === asOf);
  if (seal !== undefined) return seal;
  throw new ConsoleError("unknown_snapshot", `${name} has no sealed snapshot as of ${asOf}.`, {
    hint: "`snapshots` lists the sealed ones; running the month seals it.",
  });
}

/** The dates may say otherwise: a month that was stamped twice has its own labels at the later of them. */
function sameMonth(label: SnapshotEntry, features: readonly SnapshotEntry[]): ConsoleError {
  const newest = features.reduce((one, other) => (other.month > one.month ? other : one));
  return new ConsoleError(
    "leak",
    `Labels as of ${label.as_of} would leak: ${label.month} brought them, and ${newest.table} as of ${newest.as_of} is of ${newest.month}.`,
    { hint: "A label must be of a later month than every feature beside it: name another day with --labels-from." },
  );
}
