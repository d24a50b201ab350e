import type { Profiling } from "../../../core/messages/profiles.ts";
import type { Sql } from "../../../postgres/connection/connect.ts";
import { giveRoom, settleTransaction } from "../../../postgres/connection/settings.ts";
import { formerEdges, listProfiled, recordProfiles } from "../../../postgres/ledger/profiles.ts";
import { profileRows } from "../../../postgres/profiles/profile.ts";
import { type LedgerSeal, listSeals } from "../../../postgres/snapshots/seals.ts";
import { type Frozen, isFrozen } from "../../../postgres/snapshots/snapshots.ts";
import { frozenSide } from "../../drift/suspects.ts";
import { runProfiled } from "../../profiles/profiled.ts";
import type { Session } from "../../session/session.ts";
import { asWriter } from "../../session/writer.ts";

/** Profile each sealed snapshot that is not yet, the oldest first, and keep each as it is done. */
export async function profileSnapshots(session: Session): Promise<Profiling> {
  const { dataset, tables } = session;
  const frozen = tables.filter(isFrozen);
  return asWriter(session, async (sql) => {
    const [seals, kept] = await Promise.all([listSeals(sql, dataset.name), listProfiled(sql, dataset.name)]);
    const profiling: Profiling = { profiled: [], known: 0 };
    // The ledger has the newest first, and the first to be profiled says where the bins of all others are.
    for (const seal of seals.toReversed()) {
      const table = frozen.find(({ snapshot }) => snapshot.table.name === seal.table);
      if (table === undefined) continue;
      if (runProfiled(seal, table.name, kept) !== null) profiling.known++;
      else profiling.profiled.push(await profileSnapshot(sql, dataset.name, table, seal));
    }
    return profiling;
  });
}

async function profileSnapshot(sql: Sql, dataset: string, table: Frozen, seal: LedgerSeal) {
  const { columns, table: target } = table.snapshot;
  const { rows, count } = frozenSide(table, seal);
  const profiles = await sql.begin("isolation level read committed", async (tx) => {
    await Promise.all([settleTransaction(tx), giveRoom(tx)]);
    const former = await formerEdges(tx, dataset, table.name);
    const isSpread = target.distribution !== null;
    const taken = await profileRows(tx, { of: rows, count, isSpread }, columns, table.live.key, former);
    if (seal.run !== null) await recordProfiles(tx, seal.run, [{ table: table.name, columns: taken }]);
    return taken;
  });
  return { table: target.name, as_of: seal.as_of, rows: count, columns: profiles.length };
}
