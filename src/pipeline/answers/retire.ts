import type { Retirement } from "../../core/messages/seals.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import { dropProfiles } from "../../postgres/ledger/profiles.ts";
import { liftSeal, listSeals, recordUnsealedDrop } from "../../postgres/snapshots/seals.ts";
import { countFrozen, dropSnapshots, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { keepUndivided } from "../session/cluster.ts";
import type { Session } from "../session/session.ts";
import { whoami } from "../session/whoami.ts";
import { asWriter } from "../session/writer.ts";
import { checkDate, noSnapshot } from "./compare.ts";

/**
 * Retention: drop all snapshots of one as_of and lift their seals, in one transaction. The ledger keeps each seal, who
 * lifted it and why. Live tables stay as they are, and the month can be run again.
 */
export async function retireSnapshots(session: Session, asOf: string, waiting?: Waiting): Promise<Retirement> {
  checkDate(asOf);
  const dataset = session.dataset.name;
  const retire = (sql: Sql) =>
    sql.begin(async (tx) => {
      const seals = (await listSeals(tx, dataset)).filter((seal) => seal.as_of === asOf);
      const snapshots: Retirement["snapshots"] = [];
      const tables = session.tables.filter(isFrozen);
      for (const table of tables) {
        const name = table.snapshot.table.name;
        const sealed = seals.some((seal) => seal.table === name);
        // What is removed is what is there, whatever the seal says.
        const rows = await countFrozen(tx, table, asOf);
        if (rows > 0 || sealed) snapshots.push({ table: name, rows, sealed });
        if (rows > 0 && !sealed) await recordUnsealedDrop(tx, { dataset, table: name, as_of: asOf, rows }, whoami());
      }
      if (snapshots.length === 0) throw noSnapshot(asOf);
      await dropSnapshots(tx, tables, asOf, new Map(seals.map(({ table, rows }) => [table, rows])));
      await dropProfiles(tx, dataset, asOf);
      for (const seal of seals) await liftSeal(tx, { ...seal, dataset }, { reason: "retention", ...whoami() });
      await keepUndivided(tx, session);
      return { as_of: asOf, snapshots };
    });
  return asWriter(session, retire, waiting);
}
