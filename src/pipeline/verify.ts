import type { SealCheck, SnapshotEntry } from "../core/listings.ts";
import type { Replies } from "../core/requests.ts";
import type { Queryable } from "../postgres/connect.ts";
import { findSuspects, type KeyGroup } from "../postgres/key-groups.ts";
import { inOneView } from "../postgres/one-view.ts";
import { listSeals, sealedGroups } from "../postgres/seals.ts";
import { type Frozen, isFrozen, sealSnapshot } from "../postgres/snapshots.ts";
import { nameRows } from "../postgres/suspects.ts";
import type { Session } from "./session.ts";

/** Recompute the seals of one as_of, or of all, from the rows that are there now: all in one view of the database. */
export async function verifySeals(session: Session, asOf: string | null): Promise<Replies["verify"]> {
  const { url, dataset } = session;
  return inOneView(url, async (view) => {
    const all = await view.run((tx) => listSeals(tx, dataset.name));
    const wanted = all.filter((one) => asOf === null || one.as_of === asOf);
    return { seals: await Promise.all(wanted.map((seal) => view.run((tx) => verifySeal(tx, session, seal)))) };
  });
}

type Told = Pick<SealCheck, "differences" | "unnamed_groups">;
const nothing: Told = { differences: [], unnamed_groups: 0 };

/** Hold one seal against its rows. */
export async function verifySeal(tx: Queryable, session: Session, entry: SnapshotEntry): Promise<SealCheck> {
  const { table, as_of, rows, fingerprint } = entry;
  const seal = { table, as_of, rows, fingerprint };
  const source = session.tables.filter(isFrozen).find((one) => one.snapshot.table.name === table);
  const found = source === undefined ? null : await sealSnapshot(tx, source, as_of, fingerprint);
  if (source === undefined || found === null || (found.rows === 0 && rows > 0)) {
    return { ...seal, state: "missing", found_rows: 0, found_fingerprint: null, ...nothing };
  }
  const intact = found.rows === rows && found.fingerprint === fingerprint;
  const told = intact ? nothing : await tellRows(tx, session.dataset.name, source, entry, found.groups);
  const state = intact ? "intact" : "broken";
  return { ...seal, state, found_rows: found.rows, found_fingerprint: found.fingerprint, ...told };
}

async function tellRows(
  tx: Queryable,
  dataset: string,
  source: Frozen,
  { table, as_of }: SnapshotEntry,
  found: readonly KeyGroup[],
): Promise<Told> {
  const sealed = await sealedGroups(tx, { dataset, table, as_of });
  if (sealed === null) return nothing;
  const { suspects, unnamed } = findSuspects(sealed, found);
  const differences = await nameRows(tx, source, as_of, suspects);
  return { differences, unnamed_groups: unnamed + suspects.length - differences.length };
}
