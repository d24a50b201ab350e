import type { Column } from "../core/columns.ts";
import { type LoadTable, type SnapshotTarget, stageSchema } from "./catalog.ts";
import type { Queryable, Transaction } from "./connect.ts";
import { fingerprintOf, type Sealed, toSealed } from "./fingerprint.ts";
import { columnsOf, list, sameKey, some } from "./fragments.ts";
import { tableShape } from "./introspect.ts";

/** How a drop and an existing snapshot of the same as_of differ, in rows. */
export interface SnapshotDifference {
  added: number;
  removed: number;
  changed: number;
}

export type Frozen = LoadTable & { snapshot: SnapshotTarget };

export function isFrozen(table: LoadTable): table is Frozen {
  return table.snapshot !== null;
}

function frozenColumns({ live, snapshot }: Frozen): Column[] {
  return snapshot.columns.flatMap((name) => live.columns.filter((column) => column.name === name));
}

/** What the seal of the staged rows would be. */
export async function sealStaged(tx: Transaction, table: Frozen): Promise<Sealed> {
  const [row] = await tx<{ rows: number; hash_sum: string }[]>`
    select ${fingerprintOf(tx, frozenColumns(table))} from ${tx(stageSchema)}.${tx(table.name)} s`;
  return toSealed(row);
}

/** What the seal of the rows now in the snapshot would be; no rows when the snapshot was never taken. */
export async function sealSnapshot(sql: Queryable, table: Frozen, asOf: string): Promise<Sealed> {
  const { table: target, asOfColumn } = table.snapshot;
  const [row] = await sql<{ rows: number; hash_sum: string }[]>`
    select ${fingerprintOf(sql, frozenColumns(table))} from ${sql(target.schema)}.${sql(target.name)} s
     where s.${sql(asOfColumn)} = ${asOf}`;
  return toSealed(row);
}

/** Freeze the staged rows under `asOf`; where the table is partitioned, in a partition of their own. */
export async function takeSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const { table: target } = table.snapshot;
  if (!target.partitioned) return insertStaged(tx, table, target.name, asOf);
  const partition = partitionName(target.name, asOf);
  if (await exists(tx, target.schema, partition)) return insertStaged(tx, table, target.name, asOf);
  // Built bare and attached when full: the key is sorted once instead of being kept in order row by row.
  await tx`create table ${tx(target.schema)}.${tx(partition)} (like ${tx(target.schema)}.${tx(target.name)})`;
  await insertStaged(tx, table, partition, asOf);
  await tx`alter table ${tx(target.schema)}.${tx(partition)} add primary key (${tx(target.key)})`;
  // A partition's bound takes no parameter; the date was checked to be one where it entered.
  await tx`
    alter table ${tx(target.schema)}.${tx(target.name)}
      attach partition ${tx(target.schema)}.${tx(partition)} for values in (${tx.unsafe(`'${asOf}'`)})`;
}

async function insertStaged(tx: Transaction, table: Frozen, into: string, asOf: string): Promise<void> {
  const { table: target, columns, asOfColumn } = table.snapshot;
  const all = [...columns, asOfColumn];
  await tx`
    insert into ${tx(target.schema)}.${tx(into)} (${tx(all)})
    select ${list(tx, columnsOf(tx, "s", columns))}, ${asOf}::date from ${tx(stageSchema)}.${tx(table.name)} s`;
}

async function exists(tx: Transaction, schema: string, name: string): Promise<boolean> {
  return (await tableShape(tx, schema, name)) !== null;
}

/** Remove the rows of one as_of. */
export async function clearSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<void> {
  const { table: target, asOfColumn } = table.snapshot;
  await tx`delete from ${tx(target.schema)}.${tx(target.name)} where ${tx(asOfColumn)} = ${asOf}`;
}

/** A partition's name: its table's, and the day. PostgreSQL cuts names at 63 bytes, so a long table name gives way. */
export function partitionName(table: string, asOf: string): string {
  const suffix = `_${asOf.replaceAll("-", "")}`;
  let stem = table;
  while (Buffer.byteLength(stem) + suffix.length > 63) stem = stem.slice(0, -1);
  return stem + suffix;
}

/** How the staged rows differ from the snapshot of `asOf`. */
export async function compareSnapshot(tx: Transaction, table: Frozen, asOf: string): Promise<SnapshotDifference> {
  const { table: target, asOfColumn } = table.snapshot;
  const key = tx(table.live.key[0] ?? "");
  const same = sameKey(tx, "o", "s", table.live.key);
  const changed = some(
    tx,
    frozenColumns(table).map(({ name }) => tx`o.${tx(name)} is distinct from s.${tx(name)}`),
  );
  const [row] = await tx<SnapshotDifference[]>`
    select count(*) filter (where o.${key} is null) as added,
           count(*) filter (where s.${key} is null) as removed,
           count(*) filter (where o.${key} is not null and s.${key} is not null and (${changed})) as changed
      from ${tx(stageSchema)}.${tx(table.name)} s
      full join (select * from ${tx(target.schema)}.${tx(target.name)} where ${tx(asOfColumn)} = ${asOf}) o on ${same}`;
  return row ?? { added: 0, removed: 0, changed: 0 };
}
