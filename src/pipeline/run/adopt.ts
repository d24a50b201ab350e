import type { Adoption, UnsealedSnapshots } from "../../core/messages/seals.ts";
import { monthName } from "../../core/month.ts";
import type { Queryable, Sql, Transaction } from "../../postgres/connection/connect.ts";
import { closeRun, openRun, recordTables } from "../../postgres/ledger/records.ts";
import { countLive } from "../../postgres/live/live-rows.ts";
import { prepareStage } from "../../postgres/live/stage.ts";
import { named, newestSealing, sealSnapshot } from "../../postgres/snapshots/sealing.ts";
import { recordSeals, type SealedTable } from "../../postgres/snapshots/seals.ts";
import { countFrozen, type Frozen, isFrozen, withoutWriters } from "../../postgres/snapshots/snapshots.ts";
import { dropsOnDisk } from "../drop/months.ts";
import { indexOfStamp, type Past, readPast } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { whoami } from "../session/whoami.ts";
import { asWriter } from "../session/writer.ts";
import { agreementWithDrop } from "./drop-agreement.ts";

/** What stands under a date, by table. */
interface Standing {
  as_of: string;
  month: string;
  tables: { table: Frozen; rows: number }[];
}

/**
 * Take over the past of a database that others filled: look at every date whose snapshot rows no run of the ledger took,
 * and, once that is `confirmed`, seal them as they are, without needing the drops that they came from. Each date becomes
 * a run of its own in the ledger. All of them or none, in one transaction.
 */
export async function adopt(session: Session, confirmed: boolean): Promise<Adoption> {
  return asWriter(session, async (sql) => {
    const past = await readPast(sql, session);
    const { holding } = past;
    const dates = confirmed ? await sealAll(sql, session) : await lookAtAll(sql, session, past);
    return {
      live: await liveRows(sql, session),
      live_as_of: holding.kind === "month" ? holding.asOf : null,
      dates,
      adopted: confirmed && dates.length > 0,
    };
  });
}

async function liveRows(sql: Sql, { tables }: Session): Promise<Adoption["live"]> {
  const rows: Adoption["live"] = [];
  for (const table of tables) rows.push({ table: table.name, rows: await countLive(sql, table) });
  return rows;
}

/** Oldest date first; of each, the tables that hold rows of it and no seal. */
async function standingDates(sql: Queryable, { dataset, tables }: Session, past: Past): Promise<Standing[]> {
  const dates: Standing[] = [];
  for (const stamp of past.stamps.filter(({ sealed }) => !sealed)) {
    if (dates.some(({ as_of }) => as_of === stamp.as_of)) continue;
    const index = indexOfStamp(stamp, dataset.first_month);
    const month = stamp.month ?? (index < 0 ? stamp.as_of.slice(0, 7) : monthName(index));
    const standing: Standing = { as_of: stamp.as_of, month, tables: [] };
    for (const table of tables.filter(isFrozen)) {
      const name = table.snapshot.table.name;
      if (past.seals.some((seal) => seal.table === name && seal.as_of === stamp.as_of)) continue;
      const rows = await countFrozen(sql, table, stamp.as_of);
      if (rows > 0) standing.tables.push({ table, rows });
    }
    dates.push(standing);
  }
  return dates;
}

function told({ as_of, month, tables }: Standing): Pick<UnsealedSnapshots, "as_of" | "month" | "snapshots"> {
  return { as_of, month, snapshots: tables.map(({ table, rows }) => ({ table: table.snapshot.table.name, rows })) };
}

async function lookAtAll(sql: Sql, session: Session, past: Past): Promise<UnsealedSnapshots[]> {
  await prepareStage(sql, session.tables);
  const drops = await dropsOnDisk(session).catch(() => []);
  const dates: UnsealedSnapshots[] = [];
  for (const one of await standingDates(sql, session, past)) {
    const drop = drops.find(({ month }) => month === one.month);
    const tables = one.tables.map(({ table }) => table);
    const agreement =
      drop === undefined
        ? ({ state: "absent" } as const)
        : await agreementWithDrop(sql, session, { drop, asOf: one.as_of, tables, past });
    dates.push({ ...told(one), drop: agreement, run: null });
  }
  return dates;
}

async function sealAll(sql: Sql, session: Session): Promise<UnsealedSnapshots[]> {
  return sql.begin("isolation level read committed", async (tx) => {
    await withoutWriters(tx, session.tables.filter(isFrozen));
    const standing = await standingDates(tx, session, await readPast(tx, session));
    const dates: UnsealedSnapshots[] = [];
    for (const one of standing) dates.push({ ...told(one), drop: null, run: await sealDate(tx, session, one) });
    return dates;
  });
}

/** Returns the run under which the date is in the ledger from now on. */
async function sealDate(tx: Transaction, { dataset, database }: Session, standing: Standing): Promise<number> {
  const { as_of, month, tables } = standing;
  const run = await openRun(tx, { dataset: dataset.name, month, as_of, mode: "adopt", ...whoami() });
  const seals: SealedTable[] = [];
  for (const { table } of tables) {
    const sealing = newestSealing(table);
    const sealed = await sealSnapshot(tx, table, as_of, sealing);
    seals.push({ ...sealed, table: table.snapshot.table.name, as_of, columns: named(sealing) });
  }
  await recordSeals(tx, run, seals, { dataset: dataset.name, month, mode: "adopt" });
  await recordTables(
    tx,
    run,
    tables.map(({ table, rows }) => ({ table: table.name, rows })),
  );
  await closeRun(tx, run, "published", [
    {
      title: `Adopted as it stood in ${database}: ${seals.map(({ table, rows }) => `${table} ${rows}`).join(", ")} rows.`,
      hint: "Another flow took these snapshots; they were sealed as they were, without the drop that they came from.",
    },
  ]);
  return run;
}
