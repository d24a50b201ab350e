import type { Column } from "../../core/columns.ts";
import { type LoadTable, type SnapshotTarget, twinOf } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { cell, cells, type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { hasPlaceForOthers, partitionName, partitionOf } from "./partitions.ts";

export type Frozen = LoadTable & { snapshot: SnapshotTarget };

export function isFrozen(table: LoadTable): table is Frozen {
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

/** The staged rows as they would be frozen, with these of their columns: `(select …)`, for a FROM. */
export function stagedRows(table: Frozen, month: string, columns: readonly Column[] = sealedColumns(table)): Fragment {
  const selected = columns.map((column) =>
    column.name === table.snapshot.deliveredColumn ? sql`${month}::text as ${sql(column.name)}` : cell("s", column),
  );
  return sql`(select ${list(selected)} from ${twinOf(table)} s)`;
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
  const { table: target, hasOwnColumns, asOfColumn } = table.snapshot;
  const hasPlace = !target.partitioned || (await partitionOf(tx, target, stamp.asOf)) !== undefined;
  if (hasPlace || (!mayLock && (await hasPlaceForOthers(tx, target)))) return insertStaged(tx, table, target, stamp);
  const partition = { schema: target.schema, name: partitionName(target.name, stamp.asOf) };
  const [bare, parent] = [qualified(partition), qualified(target)];
  // Neither a partition's bound nor a check takes a parameter; the date was checked to be one where it entered.
  const day = sql.unsafe(`date '${stamp.asOf}'`);
  if (hasOwnColumns) {
    // What fills itself does so in rows that come by way of the table.
    await tx`create table ${bare} partition of ${parent} for values in (${day})`;
    return insertStaged(tx, table, target, stamp);
  }
  // Built bare and attached when full: the key is sorted once instead of being kept in order row by row. The check
  // vouches for the rows, which would be read once more; the table's own checks its partitions must have, too.
  await tx`
    create table ${bare} (like ${parent} including constraints,
      constraint stamped check (${tx(asOfColumn)} is not null and ${tx(asOfColumn)} = ${day}))`;
  const rows = await insertStaged(tx, table, partition, stamp);
  await tx`alter table ${bare} add primary key (${tx(target.key)})`;
  await tx`alter table ${parent} attach partition ${bare} for values in (${day})`;
  await tx`alter table ${bare} drop constraint stamped`;
  return rows;
}

async function insertStaged(tx: Transaction, table: Frozen, into: TableName, { asOf, month }: Stamp): Promise<number> {
  const names = namesOf(sealedColumns(table));
  const all = [...names, table.snapshot.asOfColumn];
  const { count } = await tx`
    insert into ${qualified(into)} (${tx(all)})
    select ${cells("s", names)}, ${asOf}::date from ${stagedRows(table, month)} s`;
  return count;
}

/** Remove the rows of one as_of, leaving its partition for others to take their place. */
export async function clearSnapshot(tx: Transaction, { snapshot }: Frozen, asOf: string): Promise<void> {
  await tx`delete from ${qualified(snapshot.table)} where ${tx(snapshot.asOfColumn)} = ${asOf}`;
}

/** Let those who are writing to these tables finish, and nobody else begin, until the transaction ends. Readers read on. */
export async function withoutWriters(tx: Transaction, tables: readonly Frozen[]): Promise<void> {
  if (tables.length === 0) return;
  await waitForLocks(tx, dropPatience);
  await tx`lock table ${list(tables.map(({ snapshot }) => qualified(snapshot.table)))} in share mode`;
  await waitForLocks(tx, null);
}

export async function countFrozen(sql: Queryable, { snapshot }: Frozen, asOf: string): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*) as rows from ${qualified(snapshot.table)} where ${sql(snapshot.asOfColumn)} = ${asOf}::date`;
  return row?.rows ?? 0;
}

/** How long to wait for those who are reading a table or a partition before giving up on dropping it. */
export const dropPatience = "5s";

/** Drop the snapshot of one as_of: its partition, where it has one, else its rows. */
export async function dropSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const partition = await partitionOf(tx, table.snapshot.table, asOf);
  if (partition === undefined) return clearSnapshot(tx, table, asOf);
  await waitForLocks(tx, dropPatience);
  await tx`drop table ${qualified(partition)}`;
  await waitForLocks(tx, null);
}

function namesOf(columns: readonly Column[]): string[] {
  return columns.map((column) => column.name);
}
