import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { list, namesAsRows, qualified, sql, unionAll } from "../connection/fragments.ts";

/** What had not been committed at a moment, by transaction id: all from `next` on, and those that were under way. */
export interface Moment {
  next: string;
  underWay: string[];
  /** The same as `next`, with the half of it that rows do not carry. */
  nextId: string;
}

/** This moment, for `statesSince`. What was committed before it is seen by every later statement. */
export async function thisMoment(tx: Queryable): Promise<Moment> {
  const [row] = await tx<{ snapshot: string }[]>`select pg_current_snapshot()::text as snapshot`;
  // As `xmin:xmax:xip,xip` (PostgreSQL manual, "Transaction ID and Snapshot Information Functions").
  const [, next = "", underWay = ""] = (row?.snapshot ?? "").split(":");
  // Rows carry the lower half of an id.
  const ofRow = (id: string) => String(BigInt.asUintN(32, BigInt(id)));
  return { next: ofRow(next), underWay: underWay.split(",").filter(Boolean).map(ofRow), nextId: next };
}

/**
 * True where nobody else can have written anything to this server and be through with it since the moment: none was under
 * way then, and every id that was given since is one of `ours`, or this transaction's. False also where nobody knows.
 */
export async function onlyOurs(
  tx: Transaction,
  { nextId, underWay }: Moment,
  ours: readonly string[],
): Promise<boolean> {
  if (underWay.length > 0) return false;
  const [row] = await tx<{ next: string; own: string | null }[]>`
    select pg_snapshot_xmax(pg_current_snapshot())::text as next, pg_current_xact_id_if_assigned()::text as own`;
  if (row === undefined) return false;
  const [from, to] = [BigInt(nextId), BigInt(row.next)];
  const own = row.own === null ? [] : [row.own];
  const known = new Set([...ours, ...own].map(BigInt).filter((id) => id >= from && id < to));
  return BigInt(known.size) === to - from;
}

/** The rows of a distributed table carry transaction ids of other servers, by which nobody here can tell. */
const ofOtherServers = sql`true`;

/**
 * Each live table's rows as they are now, and whether another transaction wrote any of those since the moment. It may have
 * been no change at all. Never false when one was changed or added; what was taken away shows in the count alone.
 */
export async function statesSince(
  tx: Transaction,
  tables: readonly LoadTable[],
  { next, underWay }: Moment,
): Promise<{ rows: number; written: boolean }[]> {
  // Ages are compared, since ids begin anew. A part of our own transaction has an id of its own, and is not committed.
  const isWritten = sql`
    coalesce(bool_or(
      l.xmin <> pg_current_xact_id()::xid and
      (age(l.xmin) <= age(${next}::text::xid) or l.xmin = any(${underWay}::text[]::xid[])) and
      pg_xact_status((pg_current_xact_id()::text::bigint - age(l.xmin))::text::xid8) = 'committed'), false)`;
  const states = tables.map(
    ({ live }, position) => sql`
    select ${position}::int as position, count(*) as rows,
           ${live.distribution === null ? isWritten : ofOtherServers} as written
      from ${qualified(live)} l`,
  );
  return tx<{ rows: number; written: boolean }[]>`
    select rows, written from (${unionAll(states)}) states order by position`;
}

/** The id of this transaction, whose lower half the rows carry that it writes; not those of a part of it. */
export async function writerOf(tx: Transaction): Promise<string> {
  const [row] = await tx<{ writer: string }[]>`select pg_current_xact_id()::text as writer`;
  return row?.writer ?? "";
}

/** A table that one transaction filled: with so many rows. */
export interface Filled extends TableName {
  rows: number;
  writer: string;
}

/** How many rows each of these tables holds that their one writer did not write, or holds no more. Nothing may write to them. */
export async function foreignRows(tx: Transaction, tables: readonly Filled[]): Promise<number[]> {
  if (tables.length === 0) return [];
  const counts = tables.map(
    ({ rows, writer, ...table }, position) => sql`
    select ${position}::int as position, greatest(abs(count(*) - ${rows}::bigint),
           count(*) filter (where t.xmin <> ${writer}::text::xid8::xid)) as others
      from ${qualified(table)} t`,
  );
  const found = await tx<{ others: number }[]>`
    select others::bigint as others from (${unionAll(counts)}) counts order by position`;
  return found.map(({ others }) => others);
}

/** Let nobody else write to these tables, or read them, until the transaction ends. */
export async function keepOthersOut(
  tx: Transaction,
  tables: readonly TableName[],
  from: "writing" | "reading",
): Promise<void> {
  if (tables.length === 0) return;
  const mode = sql.unsafe(from === "writing" ? "share" : "access exclusive");
  await tx`lock table ${list(tables.map(qualified))} in ${mode} mode`;
}

/** Somebody who is connected to this database besides the console. */
export interface OtherSession {
  application: string;
  role: string;
  /** Null where it is of this machine. */
  address: string | null;
  pid: number;
}

/**
 * Who might have written what no run did; null where that is not this role's to see. Other consoles are not among them: they
 * would hold the lock.
 */
export async function otherSessions(sql: Queryable): Promise<OtherSession[] | null> {
  const [role] = await sql<{ sees: boolean }[]>`select pg_has_role('pg_read_all_stats', 'usage') as sees`;
  if (role?.sees !== true) return null;
  return sql<OtherSession[]>`
    select application_name as application, usename as role, host(client_addr) as address, pid
      from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend'
       and application_name <> current_setting('application_name')
     order by backend_start desc`;
}

/** Those of the tables where something else than our statements has a say in what is written: triggers, rules, policies. */
export async function tablesWithHooks(tx: Transaction, tables: readonly LoadTable[]): Promise<string[]> {
  const wanted = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  const rows = await tx<{ name: string }[]>`
    select wanted.name
      from ${namesAsRows(wanted)}
      join pg_class c on c.oid = to_regclass(format('%I.%I', wanted.schema, wanted.name))
     where c.relrowsecurity
        or exists (select 1 from pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1')
        or exists (select 1 from pg_trigger t
                    where t.tgrelid in (select c.oid union select relid from pg_partition_tree(c.oid))
                      and not t.tgisinternal and t.tgenabled <> 'D')`;
  return rows.map(({ name }) => name);
}

/** Let triggers that wait for the commit do their work now; those of what is yet to be written wait as they are declared to. */
export async function fireDeferred(tx: Transaction): Promise<void> {
  await tx`set constraints all immediate`;
  const patient = await tx<TableName[]>`
    select distinct n.nspname as schema, c.conname as name
      from pg_constraint c join pg_namespace n on n.oid = c.connamespace where c.condeferred`;
  if (patient.length > 0) await tx`set constraints ${list(patient.map(qualified))} deferred`;
}
