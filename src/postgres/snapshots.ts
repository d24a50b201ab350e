import type { Column } from "../core/columns.ts";
import { type LoadTable, type SnapshotTarget, stageSchema } from "./catalog.ts";
import { type RowChanges, rowChanges } from "./compare.ts";
import type { Queryable, Transaction } from "./connect.ts";
import { type Sealed, seal } from "./fingerprint.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import { partitionFor } from "./partitions.ts";

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

/** The staged rows as they would be frozen: `(select …)`, for a FROM. */
function stagedRows(sql: Queryable, table: Frozen, month: string): Fragment {
  const { columns, deliveredColumn } = table.snapshot;
  const own = columnsOf(sql, "s", namesOf(columns));
  const cells = deliveredColumn === null ? own : [...own, sql`${month}::text as ${sql(deliveredColumn)}`];
  return sql`(select ${list(sql, cells)} from ${sql(stageSchema)}.${sql(table.name)} s)`;
}

/** The rows frozen under one as_of: `(select …)`, for a FROM. */
export function frozenRows(sql: Queryable, table: Frozen, asOf: string): Fragment {
  const { table: target, asOfColumn } = table.snapshot;
  return sql`
    (select ${list(sql, columnsOf(sql, "s", namesOf(sealedColumns(table))))}
       from ${sql(target.schema)}.${sql(target.name)} s where s.${sql(asOfColumn)} = ${asOf}::date)`;
}

/** What the seal of the staged rows would be, made like the one with this fingerprint, where there is one. */
export function sealStaged(tx: Transaction, table: Frozen, month: string, like?: string): Promise<Sealed> {
  return seal(tx, stagedRows(tx, table, month), { key: table.live.key, columns: sealedColumns(table), like });
}

/** What the seal of the rows now in the snapshot would be, likewise; no rows when the snapshot was never taken. */
export function sealSnapshot(sql: Queryable, table: Frozen, asOf: string, like?: string): Promise<Sealed> {
  return seal(sql, frozenRows(sql, table, asOf), { key: table.live.key, columns: sealedColumns(table), like });
}

/** How the staged rows differ from the snapshot that stands under their stamp. */
export function stagedChanges(tx: Transaction, table: Frozen, { asOf, month }: Stamp): Promise<RowChanges> {
  const staged = stagedRows(tx, table, month);
  return rowChanges(tx, frozenRows(tx, table, asOf), staged, table.live.key, sealedColumns(table));
}

/** Freeze the staged rows under the stamp; where the table is partitioned, in a partition of their own. */
export async function takeSnapshot(tx: Transaction, table: Frozen, stamp: Stamp): Promise<void> {
  const { table: target } = table.snapshot;
  if (!target.partitioned || (await partitionFor(tx, target, stamp.asOf)) !== null) {
    return insertStaged(tx, table, target.name, stamp);
  }
  const partition = partitionName(target.name, stamp.asOf);
  const bare = tx`${tx(target.schema)}.${tx(partition)}`;
  const stampOf = tx(table.snapshot.asOfColumn);
  // Neither a partition's bound nor a check takes a parameter; the date was checked to be one where it entered.
  const day = tx.unsafe(`date '${stamp.asOf}'`);
  // Built bare and attached when full: the key is sorted once instead of being kept in order row by row. The check
  // vouches for the rows, which would be read once more; the table's own checks its partitions must have, too.
  await tx`
    create table ${bare} (like ${tx(target.schema)}.${tx(target.name)} including constraints,
      constraint stamped check (${stampOf} is not null and ${stampOf} = ${day}))`;
  await insertStaged(tx, table, partition, stamp);
  await tx`alter table ${bare} add primary key (${tx(target.key)})`;
  await tx`alter table ${tx(target.schema)}.${tx(target.name)} attach partition ${bare} for values in (${day})`;
  await tx`alter table ${bare} drop constraint stamped`;
}

async function insertStaged(tx: Transaction, table: Frozen, into: string, { asOf, month }: Stamp): Promise<void> {
  const { table: target, asOfColumn } = table.snapshot;
  const names = namesOf(sealedColumns(table));
  const all = [...names, asOfColumn];
  await tx`
    insert into ${tx(target.schema)}.${tx(into)} (${tx(all)})
    select ${list(tx, columnsOf(tx, "s", names))}, ${asOf}::date from ${stagedRows(tx, table, month)} s`;
}

/** Remove the rows of one as_of, leaving its partition for others to take their place. */
export async function clearSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const { table: target, asOfColumn } = table.snapshot;
  await tx`delete from ${tx(target.schema)}.${tx(target.name)} where ${tx(asOfColumn)} = ${asOf}`;
}

/** Rows frozen under one as_of. */
export async function countFrozen(sql: Queryable, table: Frozen, asOf: string): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`select count(*) as rows from ${frozenRows(sql, table, asOf)} s`;
  return row?.rows ?? 0;
}

/** How long to wait for those who are reading a table or a partition before giving up on dropping it. */
export const dropPatience = "5s";

/** Drop the snapshot of one as_of: its partition, where it has one, else its rows. */
export async function dropSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const partition = await partitionFor(tx, table.snapshot.table, asOf);
  if (partition === null) return clearSnapshot(tx, table, asOf);
  await tx`set local lock_timeout = ${tx.unsafe(`'${dropPatience}'`)}`;
  await tx`drop table ${tx(partition.schema)}.${tx(partition.name)}`;
}

/** A partition's name: its table's, and the day. PostgreSQL cuts names at 63 bytes, so a long table name gives way. */
export function partitionName(table: string, asOf: string): string {
  const suffix = `_${asOf.replaceAll("-", "")}`;
  let stem = table;
  while (Buffer.byteLength(stem) + suffix.length > 63) stem = stem.slice(0, -1);
  return stem + suffix;
}

function namesOf(columns: readonly Column[]): string[] {
  return columns.map((column) => column.name);
}
