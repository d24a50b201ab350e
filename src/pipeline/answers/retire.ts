import type { Retirement } from "../../core/messages/seals.ts";
import { liftSeal, listSeals, recordUnsealedDrop } from "../../postgres/snapshots/seals.ts";
import { countFrozen, dropSnapshot, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import type { Session } from "../session/session.ts";
import { whoami } from "../session/whoami.ts";
import { asWriter } from "../session/writer.ts";
import { checkDate, noSnapshot } from "./compare.ts";

/**
 * Retention: drop all snapshots of one as_of and lift their seals, in one transaction. The ledger keeps each seal, who
 * lifted it and why. Live tables stay as they are, and the month can be run again.
 */
export async function retireSnapshots(session: Session, asOf: string): Promise<Retirement> {
  checkDate(asOf);
  const { dataset, tables } = session;
  return asWriter(session, (sql) =>
    sql.begin(async (tx) => {
      const all = await listSeals(tx, dataset.name);
      const seals = new Map(all.filter((seal) => seal.as_of === asOf).map((seal) => [seal.table, seal]));
      const snapshots: Retirement["snapshots"] = [];
      for (const table of tables.filter(isFrozen)) {
        const name = table.snapshot.table.name;
        const seal = seals.get(name);
        // What is removed is what is there, whatever the seal says.
        const rows = await countFrozen(tx, table, asOf);
        if (rows > 0 || seal !== undefined) snapshots.push({ table: name, rows, sealed: seal !== undefined });
        const named = { dataset: dataset.name, table: name, as_of: asOf, rows };
        if (rows > 0 && seal === undefined) await recordUnsealedDrop(tx, named, whoami());
        await dropSnapshot(tx, table, asOf);
      }
      if (snapshots.length === 0) throw noSnapshot(asOf);
      for (const table of seals.keys()) {
        await liftSeal(tx, { dataset: dataset.name, table, as_of: asOf }, { reason: "retention", ...whoami() });
      }
      return { as_of: asOf, snapshots };
    }),
  );
}
