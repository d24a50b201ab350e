import type { Column } from "../../core/columns.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { SealCheck } from "../../core/messages/seals.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { inOneView } from "../../postgres/connection/one-view.ts";
import type { KeyGroup } from "../../postgres/snapshots/fingerprint.ts";
import { sealLike } from "../../postgres/snapshots/sealing.ts";
import { type LedgerSeal, listSeals, sealedGroups } from "../../postgres/snapshots/seals.ts";
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

type Told = Pick<SealCheck, "differences" | "unnamed_groups">;
const nothing: Told = { differences: [], unnamed_groups: 0 };

/** A seal held against its rows, and the columns by which it was. */
interface Held {
  check: SealCheck;
  covered: readonly Column[];
}

/** Hold one seal against its rows, by the columns that it covers. */
export async function verifySeal(tx: Queryable, session: Session, entry: LedgerSeal): Promise<Held> {
  const { table, as_of, rows, fingerprint } = entry;
  const seal = { table, as_of, rows, fingerprint };
  const unfound = { found_rows: 0, found_fingerprint: null, lost_columns: [], ...nothing };
  const missing: Held = { check: { ...seal, state: "missing", ...unfound }, covered: [] };
  const source = session.tables.filter(isFrozen).find((one) => one.snapshot.table.name === table);
  if (source === undefined) return missing;
  const { found, covered } = await sealLike(tx, source, entry);
  if (found.rows === 0 && rows > 0) return missing;
  const there = { ...unfound, found_rows: found.rows, lost_columns: covered.lost };
  // Of fewer columns than were sealed there is no fingerprint that could be held against it.
  if (covered.lost.length > 0) return { check: { ...seal, ...there, state: "broken" }, covered: covered.columns };
  const intact = found.rows === rows && found.fingerprint === fingerprint;
  const told = intact ? nothing : await tellRows(tx, session.dataset.name, source, entry, found.groups);
  const state = intact ? "intact" : "broken";
  const check: SealCheck = { ...seal, ...there, state, found_fingerprint: found.fingerprint, ...told };
  return { check, covered: covered.columns };
}

async function tellRows(
  tx: Queryable,
  dataset: string,
  source: Frozen,
  entry: LedgerSeal,
  found: readonly KeyGroup[],
): Promise<Told> {
  const sealed = await sealedGroups(tx, { dataset, table: entry.table, as_of: entry.as_of });
  if (sealed === null) return nothing;
  const { suspects, unnamed } = findSuspects(sealed, found);
  const differences = await nameRows(tx, source, entry, suspects);
  return { differences, unnamed_groups: unnamed + suspects.length - differences.length };
}
