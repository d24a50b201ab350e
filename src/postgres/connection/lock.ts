import type { Queryable, Sql, Transaction } from "./connect.ts";

/** First half of every lock key of ours; the second tells the dataset. */
const lockClass = 0x53_46_4c_57;

function lockKey(dataset: string): number {
  return Bun.hash.crc32(dataset) | 0;
}

/** First half of the keys by which readers of a cluster keep commits waiting, and commits readers. */
const commitClass = lockClass + 1;

/** Let nobody commit to the dataset's tables, on whichever nodes they are, until this transaction ends. */
export async function keepCommitsOut(tx: Transaction, dataset: string): Promise<void> {
  await tx`select pg_advisory_xact_lock_shared(${commitClass}::int, ${lockKey(dataset)}::int)`;
}

/** The same without waiting; false where somebody commits now. */
export async function tryKeepCommitsOut(tx: Transaction, dataset: string): Promise<boolean> {
  const [row] = await tx<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock_shared(${commitClass}::int, ${lockKey(dataset)}::int) as locked`;
  return row?.locked ?? false;
}

/** Let no console read until this transaction is committed on every node; false where one is reading now. */
export async function keepReadersOut(tx: Transaction, dataset: string): Promise<boolean> {
  const [row] = await tx<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(${commitClass}::int, ${lockKey(dataset)}::int) as locked`;
  return row?.locked ?? false;
}

/** Take the dataset's writer lock for this session, without waiting. It dies with the session. */
export async function tryLock(sql: Sql, dataset: string): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_lock(${lockClass}::int, ${lockKey(dataset)}::int) as locked`;
  return row?.locked ?? false;
}

/** Let go of the writer lock before the session ends. False when it was not this session's. */
export async function unlock(sql: Sql, dataset: string): Promise<boolean> {
  const [row] = await sql<{ unlocked: boolean }[]>`
    select pg_advisory_unlock(${lockClass}::int, ${lockKey(dataset)}::int) as unlocked`;
  return row?.unlocked ?? false;
}

/** The server process that holds the dataset's writer lock; null when nobody does. */
export async function lockHolder(sql: Queryable, dataset: string): Promise<number | null> {
  const [row] = await sql<{ pid: number }[]>`
    select pid from pg_locks
     where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())
       and classid = ${lockClass}::oid and objid = ${lockKey(dataset) >>> 0}::bigint::oid`;
  return row?.pid ?? null;
}

/** The server process that serves this one-connection pool. */
export async function backendPid(sql: Queryable): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

/** Stop the statement that another of our connections is in: as who logged in, to whom that session belongs. */
export async function cancelBackend(sql: Queryable, pid: number): Promise<void> {
  const cancel = sql`set local role none; select pg_cancel_backend(${sql.unsafe(String(pid))}); set local role to default`;
  await cancel.simple();
}

/** How long the statements of this transaction wait for a lock from now on, such as `5s`; null for what is usual. */
export async function waitForLocks(tx: Transaction, patience: string | null): Promise<void> {
  await tx`set local lock_timeout = ${tx.unsafe(patience === null ? "default" : `'${patience}'`)}`;
}
