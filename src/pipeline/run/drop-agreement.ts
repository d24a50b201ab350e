import { ConsoleError } from "../../core/errors.ts";
import type { DropAgreement, TableAgreement } from "../../core/messages/seals.ts";
import { rolledBack } from "../../postgres/connection/attempt.ts";
import type { Sql, Transaction } from "../../postgres/connection/connect.ts";
import { stagedChanges } from "../../postgres/snapshots/row-changes.ts";
import { type Frozen, sealedColumns } from "../../postgres/snapshots/snapshots.ts";
import { DropFaults } from "../drop/faults.ts";
import { incomingOf, type MonthOnDisk } from "../drop/months.ts";
import type { Past } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import type { StageContext } from "./context.ts";
import { ingest } from "./ingest.ts";

/** What is held against what. */
interface Question {
  drop: MonthOnDisk;
  asOf: string;
  tables: readonly Frozen[];
  past: Past;
}

/** Hold snapshot rows that others took against the month's drop, which is read as strictly as by a run, and not kept. */
export async function agreementWithDrop(sql: Sql, session: Session, question: Question): Promise<DropAgreement> {
  try {
    return await rolledBack(sql, async (tx) => {
      const { drop } = question;
      await ingest(contextOf(tx, session, question), incomingOf(session.tables, drop, null));
      const tables: TableAgreement[] = [];
      for (const table of question.tables) tables.push(await agreementOf(tx, table, question));
      return { state: "compared", tables };
    });
  } catch (thrown) {
    if (thrown instanceof ConsoleError) return { state: "faulty", reason: thrown.title };
    throw thrown;
  }
}

async function agreementOf(tx: Transaction, table: Frozen, { drop, asOf }: Question): Promise<TableAgreement> {
  // Who delivered a row is known of the console's own snapshots alone.
  const columns = sealedColumns(table).filter(({ name }) => name !== table.snapshot.deliveredColumn);
  const changes = await stagedChanges(tx, table, { asOf, month: drop.month }, columns);
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

/** As for a run that nobody hears of, and that ends after its first stage. */
function contextOf(tx: Transaction, { dataset, tables }: Session, { drop, asOf, past }: Question): StageContext {
  return {
    ...{ dataset, tables, month: drop.month, asOf, mode: "dry_run", restamp: false, backfill: true },
    ...{
      run: 0,
      tx,
      rowsBefore: null,
      holding: past.holding,
      standing: [],
      parents: { kind: "live" },
      goesOn: false,
      emit: () => {},
      warnings: [],
    },
    faults: new DropFaults(drop.month, null),
    signal: new AbortController().signal,
  };
}
