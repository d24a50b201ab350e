import type { Column } from "../../core/columns.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { SealCheck } from "../../core/messages/seals.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { inOneView } from "../../postgres/connection/one-view.ts";
import type { KeyGroup } from "../../postgres/snapshots/fingerprint.ts";
import { sealLike } from "../../postgres/snapshots/sealing.ts";
import { type LedgerSeal, listSeals, plainSeal, sealedGroups } from "../../postgres/snapshots/seals.ts";
import { type Frozen, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { findSuspects, nameRows } from "../../postgres/snapshots/suspects.ts";
import type { Session } from "../session/session.ts";

/** Recompute the seals of one as_of, or of all, from the rows that are there now: all in one view of the database. */
export async function verifySeals(session: Session, asOf: string | null): Promise<Replies["verify"]> {
  const { url, dataset } = session;
  return inOneView(url, async (read) => {
    const all = await read((tx) => listSeals(tx, dataset.name));
    const wanted = all.filter((one) => asOf === null || one.as_of === asOf);
    const held = await Promise.all(wanted.map((seal) => read((tx) => verifySeal(tx, session, seal))));
    return { seals: held.map(({ check }) => check) };
  });
}

const unfound = { found_rows: 0, found_fingerprint: null, lost_columns: [], differences: [], unnamed_groups: 0 };

/** Hold one seal against its rows, by the columns that it covers. */
export async function verifySeal(
  tx: Queryable,
  session: Session,
  entry: LedgerSeal,
): Promise<{ check: SealCheck; covered: readonly Column[] }> {
  const seal = plainSeal(entry);
  const check: SealCheck = { ...seal, state: "missing", ...unfound };
  const source = session.tables.filter(isFrozen).find(({ snapshot }) => snapshot.table.name === seal.table);
  if (source === undefined) return { check, covered: [] };
  const { found, covered } = await sealLike(tx, source, entry);
  if (found.rows === 0 && seal.rows > 0) return { check, covered: [] };
  const there = { ...seal, ...unfound, found_rows: found.rows, lost_columns: covered.lost };
  const { columns } = covered;
  // Of fewer columns than were sealed there is no fingerprint that could be held against it.
  if (covered.lost.length > 0) return { check: { ...there, state: "broken" }, covered: columns };
  const isIntact = found.rows === seal.rows && found.fingerprint === seal.fingerprint;
  const state = isIntact ? "intact" : "broken";
  const told = isIntact ? {} : await tellRows(tx, session.dataset.name, source, entry, found.groups);
  return { check: { ...there, state, found_fingerprint: found.fingerprint, ...told }, covered: columns };
}

/** The rows that differ; nothing for a seal that was set without sums. */
async function tellRows(
  tx: Queryable,
  dataset: string,
  source: Frozen,
  entry: LedgerSeal,
  found: readonly KeyGroup[],
): Promise<Partial<SealCheck>> {
  const sealed = await sealedGroups(tx, { ...entry, dataset });
  if (sealed === null) return {};
  const { suspects, unnamed } = findSuspects(sealed, found);
  const differences = await nameRows(tx, source, entry, suspects);
  return { differences, unnamed_groups: unnamed + suspects.length - differences.length };
}
