import type { Column } from "../../core/columns.ts";
import { type LoadTable, type SnapshotTarget, stageSchema } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { columnsOf, type Fragment, list } from "../connection/fragments.ts";

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
export function stagedRows(
  sql: Queryable,
  table: Frozen,
  month: string,
  columns: readonly Column[] = sealedColumns(table),
): Fragment {
  const { deliveredColumn } = table.snapshot;
  const cells = columns.map(({ name }) =>
    name === deliveredColumn ? sql`${month}::text as ${sql(name)}` : sql`s.${sql(name)}`,
  );
  return sql`(select ${list(sql, cells)} from ${sql(stageSchema)}.${sql(table.name)} s)`;
}

/** The rows frozen under one as_of, with these of their columns: `(select …)`, for a FROM. */
export function frozenRows(
  sql: Queryable,
  table: Frozen,
  asOf: string,
  columns: readonly Column[] = sealedColumns(table),
): Fragment {
  const { table: target, asOfColumn } = table.snapshot;
  return sql`
    (select ${list(sql, columnsOf(sql, "s", namesOf(columns)))}
       from ${sql(target.schema)}.${sql(target.name)} s where s.${sql(asOfColumn)} = ${asOf}::date)`;
}

/**
 * Freeze the staged rows under the stamp; where the table is partitioned, in a partition of their own, unless nothing may
 * be locked until the end of the transaction: to attach one, those that read the rows of others are kept waiting. Returns
 * how many rows the server says it wrote.
 */
export async function takeSnapshot(tx: Transaction, table: Frozen, stamp: Stamp, mayLock = true): Promise<number> {
  const { table: target, hasOwnColumns } = table.snapshot;
  const hasPlace = !target.partitioned || (await partitionFor(tx, target, stamp.asOf)) !== null;
  if (hasPlace || (!mayLock && (await hasPlaceForOthers(tx, target))))
    return insertStaged(tx, table, target.name, stamp);
  const partition = partitionName(target.name, stamp.asOf);
  const bare = tx`${tx(target.schema)}.${tx(partition)}`;
  const parent = tx`${tx(target.schema)}.${tx(target.name)}`;
  const stampOf = tx(table.snapshot.asOfColumn);
  // Neither a partition's bound nor a check takes a parameter; the date was checked to be one where it entered.
  const day = tx.unsafe(`date '${stamp.asOf}'`);
  if (hasOwnColumns) {
    // What fills itself does so in rows that come by way of the table.
    await tx`create table ${bare} partition of ${parent} for values in (${day})`;
    return insertStaged(tx, table, target.name, stamp);
  }
  // Built bare and attached when full: the key is sorted once instead of being kept in order row by row. The check
  // vouches for the rows, which would be read once more; the table's own checks its partitions must have, too.
  await tx`
    create table ${bare} (like ${parent} including constraints,
      constraint stamped check (${stampOf} is not null and ${stampOf} = ${day}))`;
  const rows = await insertStaged(tx, table, partition, stamp);
  await tx`alter table ${bare} add primary key (${tx(target.key)})`;
  await tx`alter table ${parent} attach partition ${bare} for values in (${day})`;
  await tx`alter table ${bare} drop constraint stamped`;
  return rows;
}

async function insertStaged(tx: Transaction, table: Frozen, into: string, { asOf, month }: Stamp): Promise<number> {
  const { table: target, asOfColumn } = table.snapshot;
  const names = namesOf(sealedColumns(table));
  const all = [...names, asOfColumn];
  const { count } = await tx`
    insert into ${tx(target.schema)}.${tx(into)} (${tx(all)})
    select ${list(tx, columnsOf(tx, "s", names))}, ${asOf}::date from ${stagedRows(tx, table, month)} s`;
  return count;
}

/** Remove the rows of one as_of, leaving its partition for others to take their place. */
export async function clearSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const { table: target, asOfColumn } = table.snapshot;
  await tx`delete from ${tx(target.schema)}.${tx(target.name)} where ${tx(asOfColumn)} = ${asOf}`;
}

/** Let those who are writing to these tables finish, and nobody else begin, until the transaction ends. Readers read on. */
export async function withoutWriters(tx: Transaction, tables: readonly TableName[]): Promise<void> {
  if (tables.length === 0) return;
  const names = new Map(tables.map(({ schema, name }) => [`${schema} ${name}`, tx`${tx(schema)}.${tx(name)}`]));
  await tx`set local lock_timeout = ${tx.unsafe(`'${dropPatience}'`)}`;
  await tx`lock table ${list(tx, [...names.values()])} in share mode`;
  await tx`set local lock_timeout = default`;
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

/** The partition that holds one as_of and nothing else; null where there is none. */
export async function partitionFor(
  sql: Queryable,
  { schema, name }: TableName,
  asOf: string,
): Promise<TableName | null> {
  const [partition] = await sql<TableName[]>`
    select n.nspname as schema, c.relname as name
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
     where i.inhparent = to_regclass(format('%I.%I', ${schema}::text, ${name}::text))
       and pg_get_expr(c.relpartbound, c.oid) = format('FOR VALUES IN (%L)', ${asOf}::text)`;
  return partition ?? null;
}

/** Whether a partition takes rows of every date that has none of its own. */
export async function hasPlaceForOthers(sql: Queryable, { schema, name }: TableName): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select partdefid <> 0 as has from pg_partitioned_table
     where partrelid = to_regclass(format('%I.%I', ${schema}::text, ${name}::text))`;
  return row?.has ?? false;
}
