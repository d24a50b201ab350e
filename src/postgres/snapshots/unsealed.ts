import type { UnsealedEntry } from "../../core/messages/seals.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, qualified, sql, unionAll } from "../connection/fragments.ts";
import { type Partition, partitionsOf } from "./partitions.ts";
import { listSeals } from "./seals.ts";
import { countFrozen, type Frozen, isFrozen } from "./snapshots.ts";

/** Rows of one as_of in a snapshot table that no seal of ours vouches for. */
export interface UnsealedDate {
  table: string;
  as_of: string;
  /** The month whose drop brought them, where the rows say so and agree on it. */
  month: string | null;
}

type Sealed = readonly { table: string; as_of: string }[];

/**
 * The dates under which rows stand in the snapshot tables without a seal: taken by somebody else, or the ledger was lost.
 * A partition of one date is looked into only when it has no seal; a table without partitions has to be read. `known` are
 * all their partitions, where they were asked for already.
 */
export async function unsealedDates(
  sql: Queryable,
  tables: readonly LoadTable[],
  sealed: Sealed,
  known?: readonly Partition[],
): Promise<UnsealedDate[]> {
  const frozen = tables.filter(isFrozen);
  const partitions = known ?? (await partitionsOf(sql, snapshotTables(frozen)));
  const looks = frozen.flatMap(({ snapshot }) => {
    const { table } = snapshot;
    const dates = sealed.filter((seal) => seal.table === table.name).map(({ as_of }) => as_of);
    if (!table.partitioned) return [datesIn(snapshot, dates)];
    const own = partitions.filter((one) => one.table === table.name);
    const single = own.flatMap(({ as_of }) => as_of ?? []);
    const mixed = single.length < own.length ? [datesIn(snapshot, [...new Set([...dates, ...single])])] : [];
    return [...mixed, ...single.filter((day) => !dates.includes(day)).map((day) => dateOf(snapshot, day))];
  });
  return looks.length === 0 ? [] : sql<UnsealedDate[]>`${unionAll(looks)}`;
}

/** Whether one of them has a seal by now: who published meanwhile set it after the ledger was read, and before the rows were. */
export async function areSealedNow(sql: Queryable, dataset: string, dates: readonly UnsealedDate[]): Promise<boolean> {
  if (dates.length === 0) return false;
  const seals = await listSeals(sql, dataset);
  return dates.some((date) => seals.some(({ table, as_of }) => table === date.table && as_of === date.as_of));
}

/**
 * Those of the seals whose partition is gone, or was emptied: next to nothing has to be read to see it. A table without
 * partitions does not tell, nor does one whose rows are on other servers.
 */
export async function sealsWithoutRows(
  sql: Queryable,
  tables: readonly LoadTable[],
  sealed: readonly (Sealed[number] & { rows: number })[],
): Promise<Sealed> {
  const frozen = tables.filter(isFrozen).filter(({ snapshot }) => snapshot.table.partitioned);
  const partitions = await partitionsOf(sql, snapshotTables(frozen));
  const lost: Sealed[number][] = [];
  for (const seal of sealed) {
    const table = frozen.find(({ snapshot }) => snapshot.table.name === seal.table);
    if (table === undefined) continue;
    const own = partitions.find((one) => one.table === seal.table && one.as_of === seal.as_of);
    const mayBeEmpty = own?.may_be_empty && seal.rows > 0 && table.snapshot.table.distribution === null;
    if (own !== undefined && !mayBeEmpty) continue;
    // Rows that others wrote, and that were sealed since, are in a partition of many dates.
    if ((await countFrozen(sql, table, seal.as_of)) === 0) lost.push(seal);
  }
  return lost;
}

function snapshotTables(tables: readonly Frozen[]): TableName[] {
  return tables.map(({ snapshot }) => snapshot.table);
}

/**
 * All dates but these. As everywhere, partitions are read by way of their table, by whose grants others may read it; those
 * of one date that is left out are not looked into. Each node of a cluster sends a row for each date that stands.
 */
function datesIn(snapshot: Frozen["snapshot"], except: readonly string[]): Fragment {
  const stamp = sql(snapshot.asOfColumn);
  const days = except.map((day) => sql`${day}::date`);
  const others = days.length === 0 ? sql`` : sql`where ${stamp} not in (${list(days)})`;
  return sql`
    select ${snapshot.table.name}::text as table, ${stamp}::text as as_of, ${deliveredIn(snapshot)} as month
      from ${qualified(snapshot.table)} ${others} group by ${stamp}`;
}

/** The one date of a partition, if it holds rows; only who delivered them takes more than a look. */
function dateOf(snapshot: Frozen["snapshot"], day: string): Fragment {
  const rows = sql`${qualified(snapshot.table)} where ${sql(snapshot.asOfColumn)} = ${day}::date`;
  const named = sql`${snapshot.table.name}::text as table, ${day}::text as as_of`;
  if (snapshot.deliveredColumn === null) return sql`(select ${named}, null::text as month from ${rows} limit 1)`;
  return sql`select ${named}, ${deliveredIn(snapshot)} as month from ${rows} having count(*) > 0`;
}

function deliveredIn({ deliveredColumn }: Frozen["snapshot"]): Fragment {
  if (deliveredColumn === null) return sql`null::text`;
  const delivered = sql(deliveredColumn);
  return sql`case when min(${delivered}) = max(${delivered}) then min(${delivered})::text end`;
}

/** How many rows stand under each of them, oldest date first. */
export async function countUnsealed(
  sql: Queryable,
  tables: readonly LoadTable[],
  dates: readonly UnsealedDate[],
): Promise<UnsealedEntry[]> {
  const entries: UnsealedEntry[] = [];
  for (const table of tables.filter(isFrozen)) {
    const { name } = table.snapshot.table;
    for (const { as_of } of dates.filter((date) => date.table === name)) {
      entries.push({ table: name, as_of, rows: await countFrozen(sql, table, as_of) });
    }
  }
  return entries.sort((a, b) => (a.as_of < b.as_of ? -1 : a.as_of > b.as_of ? 1 : 0));
}
