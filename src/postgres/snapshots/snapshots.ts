import type { Column } from "../../core/columns.ts";
import { type LoadTable, type SnapshotTarget, twinOf } from "../catalog/dataset-tables.ts";
import { distributeLike } from "../catalog/distribution.ts";
import type { CatalogTable, TableName } from "../catalog/introspect.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { cell, cells, type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { lockPatienceMs, lockTogether } from "./lock-together.ts";
import { hasPlaceForOthers, partitionKeyName, partitionName, partitionOf, partitionsOf } from "./partitions.ts";
import { requireRemoved } from "./removed.ts";

export type Frozen = LoadTable & { snapshot: SnapshotTarget };

export function isFrozen<Table extends LoadTable>(table: Table): table is Table & Frozen {
  return table.snapshot !== null;
}

/** What is written beside each row: the day it is true of, and the month whose drop brought it. */
export interface Stamp {
  asOf: string;
  month: string;
}

/** Every column that a seal vouches for; the stamp itself is the seal's own. */
export function sealedColumns({ snapshot }: Frozen): Column[] {
  const { columns, deliveredColumn, table } = snapshot;
  return [...columns, ...table.columns.filter((column) => column.name === deliveredColumn)];
}

/** Some rows of a table, or a sample of them, with these of their columns: `(select …)`, for a FROM. */
export type RowsOf = (columns: readonly Column[], sampled?: Fragment) => Fragment;

/** The staged rows as they would be frozen, or a sample of them, with these of their columns: `(select …)`, for a FROM. */
export function stagedRows(
  table: Frozen,
  month: string,
  columns: readonly Column[] = sealedColumns(table),
  sampled: Fragment = sql``,
): Fragment {
  const selected = columns.map((column) =>
    column.name === table.snapshot.deliveredColumn ? sql`${month}::text as ${sql(column.name)}` : cell("s", column),
  );
  return sql`(select ${list(selected)} from ${twinOf(table)} s ${sampled})`;
}

/** The rows frozen under one as_of, or a sample of them, with these of their columns: `(select …)`, for a FROM. */
export function frozenRows(
  { snapshot }: Frozen,
  asOf: string,
  columns: readonly Column[],
  sampled: Fragment = sql``,
): Fragment {
  return sql`
    (select ${cells("s", namesOf(columns))} from ${qualified(snapshot.table)} s ${sampled}
      where s.${sql(snapshot.asOfColumn)} = ${asOf}::date)`;
}

/**
 * Freeze the staged rows under the stamp; where the table is partitioned, in a partition of their own, unless nothing may
 * be locked until the end of the transaction: to attach one, those that read the rows of others are kept waiting. Returns
 * how many rows the server says it wrote.
 */
export async function takeSnapshot(tx: Transaction, table: Frozen, stamp: Stamp, mayLock = true): Promise<number> {
  const { table: target, hasOwnColumns } = table.snapshot;
  const hasPlace = !target.partitioned || (await partitionOf(tx, target, stamp.asOf)) !== undefined;
  if (hasPlace || (!mayLock && (await hasPlaceForOthers(tx, target)))) return insertStaged(tx, table, target, stamp);
  if (hasOwnColumns) {
    // What fills itself does so in rows that come by way of the table.
    const partition = qualified({ schema: target.schema, name: partitionName(target, stamp.asOf) });
    await tx`create table ${partition} partition of ${qualified(target)} for values in (${dayOf(stamp)})`;
    await giveTo(tx, target, partition);
    return insertStaged(tx, table, target, stamp);
  }
  const rows = await buildPartition(tx, table, stamp);
  await attachPartition(tx, table, stamp);
  return rows;
}

/** Neither a partition's bound nor a check takes a parameter; the date was checked to be one where it entered. */
function dayOf({ asOf }: Stamp): Fragment {
  return sql.unsafe(`date '${asOf}'`);
}

/**
 * Build what is to be a partition, beside the stage: filled bare and attached when full, so that the key is sorted once
 * instead of being kept in order row by row. Nobody who reads the table sees it until then. Returns its rows.
 */
export async function buildPartition(tx: Transaction, table: Frozen, stamp: Stamp): Promise<number> {
  const { table: target, asOfColumn } = table.snapshot;
  const partition = { schema: table.stage, name: partitionName(target, stamp.asOf) };
  const bare = qualified(partition);
  // What a run left that was killed while it built the same goes first. The check vouches for the rows, which would be
  // read once more; the table's own checks its partitions must have, too.
  await tx`
    drop table if exists ${bare};
    create table ${bare} (like ${qualified(target)} including constraints,
      constraint stamped check (${tx(asOfColumn)} is not null and ${tx(asOfColumn)} = ${dayOf(stamp)}))`.simple();
  // Attached as a table of this server alone, it would be copied once more.
  await distributeLike(tx, partition, target);
  const rows = await insertStaged(tx, table, partition, stamp);
  await tx`
    alter table ${bare} add constraint ${tx(partitionKeyName(target, stamp.asOf))} primary key (${tx(target.key)})`;
  return rows;
}

/** Remove what was built, where it is there. */
export async function dropBuilt(tx: Transaction, { snapshot, stage }: Frozen, { asOf }: Stamp): Promise<void> {
  await tx`
    drop table if exists ${qualified({ schema: stage, name: partitionName(snapshot.table, asOf) })}`;
}

/** Make what was built a partition of its table. */
export async function attachPartition(tx: Transaction, { snapshot, stage }: Frozen, stamp: Stamp): Promise<void> {
  const { table: target } = snapshot;
  const name = partitionName(target, stamp.asOf);
  const [built, bare] = [qualified({ schema: stage, name }), qualified({ schema: target.schema, name })];
  // One behind the other, none waited for: Citus sends the text that a statement stands in to other servers, which take one.
  await Promise.all([
    tx`alter table ${built} set schema ${tx(target.schema)}`,
    tx`alter table ${qualified(target)} attach partition ${bare} for values in (${dayOf(stamp)})`,
    tx`alter table ${bare} drop constraint stamped`,
  ]);
  // What is awaited in a function goes out as that is called: ahead of those above, which go out together.
  await giveTo(tx, target, bare);
}

/** A partition is its table's owner's, whoever makes it, or no other could remove it. */
async function giveTo(tx: Transaction, { keeper }: CatalogTable, partition: Fragment): Promise<void> {
  if (keeper !== null) await tx`alter table ${partition} owner to ${tx(keeper)}`;
}

/** Whether rows stand under this date, by table; nothing is counted. */
export async function holdFrozen(sql: Queryable, tables: readonly Frozen[], asOf: string): Promise<boolean[]> {
  if (tables.length === 0) return [];
  const holds = tables.map(
    ({ snapshot }) => sql`exists (
      select 1 from ${qualified(snapshot.table)} where ${sql(snapshot.asOfColumn)} = ${asOf}::date limit 1)`,
  );
  const [row] = await sql<{ full: boolean[] }[]>`select array[${list(holds)}]::boolean[] as full`;
  return row?.full ?? [];
}

async function insertStaged(tx: Transaction, table: Frozen, into: TableName, { asOf, month }: Stamp): Promise<number> {
  const names = namesOf(sealedColumns(table));
  const all = [...names, table.snapshot.asOfColumn];
  const { count } = await tx`
    insert into ${qualified(into)} (${tx(all)})
    select ${cells("s", names)}, ${dayOf({ asOf, month })} from ${stagedRows(table, month)} s`;
  return count;
}

/** Remove the rows of one as_of, of which so many were sealed, leaving its partition for others to take their place. */
export async function clearSnapshot(
  tx: Transaction,
  table: Frozen,
  asOf: string,
  sealed: number | null = null,
): Promise<void> {
  const { snapshot } = table;
  const { count } = await tx`delete from ${qualified(snapshot.table)} where ${tx(snapshot.asOfColumn)} = ${asOf}`;
  await requireRemoved(tx, snapshot.table, { asOf, rows: count, left: await countFrozen(tx, table, asOf), sealed });
}

/** Let those who are writing to these tables finish, and nobody else begin, until the transaction ends. Readers read on. */
export async function withoutWriters(tx: Transaction, tables: readonly Frozen[]): Promise<void> {
  if (tables.length === 0) return;
  await waitForLocks(tx, `${lockPatienceMs}ms`);
  await tx`lock table ${list(tables.map(({ snapshot }) => qualified(snapshot.table)))} in share mode`;
  await waitForLocks(tx, null);
}

export async function countFrozen(sql: Queryable, { snapshot }: Frozen, asOf: string): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*) as rows from ${qualified(snapshot.table)} where ${sql(snapshot.asOfColumn)} = ${asOf}::date`;
  return row?.rows ?? 0;
}

/** Drop the snapshots of one as_of: their partitions, where they have one, else their rows. `sealed` is by snapshot table. */
export async function dropSnapshots(
  tx: Transaction,
  tables: readonly Frozen[],
  asOf: string,
  sealed: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const all = await partitionsOf(
    tx,
    tables.map(({ snapshot }) => snapshot.table),
  );
  const partitions = all.filter(({ as_of }) => as_of === asOf);
  const hasOwn = ({ snapshot }: Frozen) => partitions.some(({ table }) => table === snapshot.table.name);
  // To drop a partition locks its table.
  await lockTogether(
    tx,
    tables.filter(hasOwn).map(({ snapshot }) => snapshot.table),
  );
  for (const table of tables.filter((one) => !hasOwn(one))) {
    await clearSnapshot(tx, table, asOf, sealed.get(table.snapshot.table.name) ?? null);
  }
  if (partitions.length > 0) await tx`drop table ${list(partitions.map(qualified))}`;
}

function namesOf(columns: readonly Column[]): string[] {
  return columns.map((column) => column.name);
}
