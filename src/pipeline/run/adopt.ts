import { ConsoleError } from "../../core/errors.ts";
import type { Adoption, DropAgreement, TableAgreement, UnsealedSnapshots } from "../../core/messages/seals.ts";
import { type MonthName, monthName } from "../../core/month.ts";
import { ruledTables } from "../../postgres/catalog/ruled-tables.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import type { Queryable, Sql, Transaction } from "../../postgres/connection/connect.ts";
import { closeRun, openRun, recordTables } from "../../postgres/ledger/records.ts";
import { countLive } from "../../postgres/live/live-rows.ts";
import { emptyStage, prepareStage } from "../../postgres/live/stage.ts";
import { stagedChanges } from "../../postgres/snapshots/row-changes.ts";
import { named, newestSealing, sealSnapshot } from "../../postgres/snapshots/sealing.ts";
import { recordSeals, type SealedTable } from "../../postgres/snapshots/seals.ts";
import {
  countFrozen,
  type Frozen,
  isFrozen,
  sealedColumns,
  withoutWriters,
} from "../../postgres/snapshots/snapshots.ts";
import { DropFaults } from "../drop/faults.ts";
import { dropsOnDisk, incomingOf, type MonthOnDisk } from "../drop/months.ts";
import { type Past, readPast } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { whoami } from "../session/whoami.ts";
import { asWriter } from "../session/writer.ts";
import { emptyRecord } from "../stages/context.ts";
import { ingest } from "../stages/ingest.ts";

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
    const live: Adoption["live"] = [];
    for (const table of session.tables) live.push({ table: table.name, rows: await countLive(sql, table) });
    const live_as_of = holding.kind === "month" ? holding.asOf : null;
    return { live, live_as_of, dates, adopted: confirmed && dates.length > 0 };
  });
}

/** Oldest date first; of each, the tables that hold rows of it and no seal. */
async function standingDates(sql: Queryable, { tables }: Session, past: Past): Promise<Standing[]> {
  const dates = new Map<string, Standing>();
  for (const { as_of, month, index } of past.stamps.filter(({ sealed }) => !sealed)) {
    if (dates.has(as_of)) continue;
    const standing: Standing["tables"] = [];
    for (const table of tables.filter(isFrozen)) {
      const name = table.snapshot.table.name;
      if (past.seals.some((seal) => seal.table === name && seal.as_of === as_of)) continue;
      const rows = await countFrozen(sql, table, as_of);
      if (rows > 0) standing.push({ table, rows });
    }
    const named = month ?? (index < 0 ? as_of.slice(0, 7) : monthName(index));
    dates.set(as_of, { as_of, month: named, tables: standing });
  }
  return [...dates.values()];
}

function told({ as_of, month, tables }: Standing, drop: DropAgreement | null, run: number | null): UnsealedSnapshots {
  const snapshots = tables.map(({ table, rows }) => ({ table: table.snapshot.table.name, rows }));
  return { as_of, month, snapshots, drop, run };
}

async function lookAtAll(sql: Sql, session: Session, past: Past): Promise<UnsealedSnapshots[]> {
  await prepareStage(sql, session.tables);
  const drops = await dropsOnDisk(session).catch(() => []);
  const dates: UnsealedSnapshots[] = [];
  for (const one of await standingDates(sql, session, past)) {
    const drop = drops.find(({ month }) => month === one.month);
    dates.push(told(one, await agreementWith(drop, sql, session, past, one), null));
  }
  return dates;
}

/** Hold snapshot rows that others took against the month's drop, which is read as strictly as by a run, and not kept. */
async function agreementWith(
  drop: MonthOnDisk | undefined,
  sql: Sql,
  session: Session,
  past: Past,
  { as_of: asOf, tables }: Standing,
): Promise<DropAgreement> {
  if (drop === undefined) return { state: "absent" };
  const { month } = drop;
  try {
    return await rolledBack(sql, async (tx) => {
      const ruled = await ruledTables(tx, session.tables);
      // As for a run that nobody hears of, and that ends after its first stage.
      await emptyStage(tx, session.tables);
      await ingest({
        within: (work) => work(tx, null),
        ahead: { sound: [] },
        onStaged: () => {},
        ...{ dataset: session.dataset, tables: ruled, month, asOf, past, before: null },
        ...{ mode: "dry_run", restamp: false, backfill: true, goesOn: false, suites: new Map() },
        ...{ run: 0, record: emptyRecord(), faults: new DropFaults(month, null), emit: () => {} },
        incoming: incomingOf(ruled, drop, null),
        signal: new AbortController().signal,
      });
      const agreements: TableAgreement[] = [];
      for (const { table } of tables) agreements.push(await agreementOf(tx, table, asOf, month));
      return { state: "compared", tables: agreements };
    });
  } catch (thrown) {
    if (thrown instanceof ConsoleError) return { state: "faulty", reason: thrown.title };
    throw thrown;
  }
}

async function agreementOf(tx: Transaction, table: Frozen, asOf: string, month: MonthName): Promise<TableAgreement> {
  // Who delivered a row is known of the console's own snapshots alone.
  const columns = sealedColumns(table).filter(({ name }) => name !== table.snapshot.deliveredColumn);
  const changes = await stagedChanges(tx, table, { asOf, month }, columns);
  return {
    table: table.snapshot.table.name,
    equal: changes.from_rows - changes.removed - changes.changed - changes.rounded,
    rounded: changes.rounded,
    different: changes.changed,
    only_here: changes.removed,
    only_in_drop: changes.added,
    columns: changes.columns
      .filter(({ changed, rounded }) => changed + rounded > 0)
      .map(({ column, changed, rounded }) => ({ column: column.name, rounded, different: changed })),
  };
}

async function sealAll(sql: Sql, session: Session): Promise<UnsealedSnapshots[]> {
  return sql.begin("isolation level read committed", async (tx) => {
    await withoutWriters(tx, session.tables.filter(isFrozen));
    const standing = await standingDates(tx, session, await readPast(tx, session));
    const dates: UnsealedSnapshots[] = [];
    for (const one of standing) dates.push(told(one, null, await sealDate(tx, session, one)));
    return dates;
  });
}

/** Returns the run under which the date is in the ledger from now on. */
async function sealDate(tx: Transaction, { dataset, database }: Session, standing: Standing): Promise<number> {
  const { as_of, month, tables } = standing;
  const where = { dataset: dataset.name, table_schema: dataset.schema };
  const run = await openRun(tx, { ...where, month, as_of, mode: "adopt", ...whoami() });
  const seals: SealedTable[] = [];
  for (const { table } of tables) {
    const sealing = newestSealing(table);
    const sealed = await sealSnapshot(tx, table, as_of, sealing);
    seals.push({ ...sealed, table: table.snapshot.table.name, as_of, columns: named(sealing) });
  }
  await recordSeals(tx, run, seals, { dataset: dataset.name, month, mode: "adopt" });
  const counts = tables.map(({ table, rows }) => ({ table: table.name, rows }));
  await recordTables(tx, run, counts);
  const title = `Adopted as it stood in ${database}: ${seals.map(({ table, rows }) => `${table} ${rows}`).join(", ")} rows.`;
  const hint =
    "Another flow took these snapshots; they were sealed as they were, without the drop that they came from.";
  await closeRun(tx, run, "published", [{ title, hint }]);
  return run;
}
