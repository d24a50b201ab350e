import type { SealCheck, SnapshotEntry } from "../core/listings.ts";
import type { Replies } from "../core/requests.ts";
import { listSeals } from "../postgres/ledger-queries.ts";
import { isFrozen, sealSnapshot } from "../postgres/snapshots.ts";
import type { Session } from "./session.ts";

/** Recompute the seals of one as_of, or of all, from the rows that are there now. */
export async function verifySeals(session: Session, asOf: string | null): Promise<Replies["verify"]> {
  const seals = await listSeals(session.sql, session.dataset.name);
  const checks: SealCheck[] = [];
  for (const seal of seals.filter((one) => asOf === null || one.as_of === asOf)) {
    checks.push(await verifySeal(session, seal));
  }
  return { seals: checks };
}

async function verifySeal({ sql, tables }: Session, seal: SnapshotEntry): Promise<SealCheck> {
  const { table, as_of, rows, fingerprint } = seal;
  const source = tables.filter(isFrozen).find((one) => one.snapshot.table.name === table);
  const found = source === undefined ? { rows: 0, fingerprint: "" } : await sealSnapshot(sql, source, as_of);
  const intact = found.rows === rows && found.fingerprint === fingerprint;
  const gone = found.rows === 0 && rows > 0;
  return {
    table,
    as_of,
    rows,
    fingerprint,
    state: intact ? "intact" : gone ? "missing" : "broken",
    found_rows: found.rows,
    found_fingerprint: gone ? null : found.fingerprint,
  };
}
