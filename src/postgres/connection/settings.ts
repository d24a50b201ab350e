import type { Queryable, Sql } from "./connect.ts";
import { sql } from "./fragments.ts";

/**
 * How the server treats what we ask, whatever a role or a database has set. Values are written as they are. Queries are not
 * compiled, which takes longer than running such as ours. Nothing is cut short because it takes long, as pg_dump sees to,
 * too; how long a lock is waited for stays the operator's to say. And while the server works it looks whether we are still
 * there, or the statement of a console that was killed would go on, with all that it has locked. A node of a cluster that
 * does not answer is told within seconds, and a suite's own query may join what does not lie together.
 */
const wanted = sql`
  (values ('extra_float_digits', '1'), ('intervalstyle', 'postgres'), ('bytea_output', 'hex'), ('datestyle', 'iso'),
          ('timezone', 'utc'), ('jit', 'off'),
          ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'),
          ('transaction_timeout', '0'), ('client_connection_check_interval', '2s'),
          ('citus.node_connection_timeout', '5s'), ('citus.enable_repartition_joins', 'on')) as wanted (name, value)`;

/** Not every release has all of them, and not every system can tell that a client is gone (PostgreSQL manual, 20.3.2). */
const isToBeHad = sql`
  current_setting(name, true) is not null
  and (name <> 'client_connection_check_interval' or version() ~ 'linux|darwin|bsd')`;

/**
 * For as long as this session lasts, and those that the same pool begins later, which have them from their beginning: none of
 * them may be one that a pooler shares out.
 */
export async function settleSession(session: Sql): Promise<void> {
  const settled = await session<{ name: string; value: string }[]>`
    select name, set_config(name, value, false) as value from ${wanted} where ${isToBeHad}`;
  for (const { name, value } of settled) session.options.connection[name] = value;
}

/**
 * The same for this transaction, since a pooler may give every transaction another session. It is a query: a transaction that is to take over another's snapshot does that before.
 */
export async function settleTransaction(tx: Queryable): Promise<void> {
  await tx`select set_config(name, value, true) from ${wanted} where ${isToBeHad}`;
}

const settled = sql`(select count(set_config(name, value, true)) from ${wanted} where ${isToBeHad})`;

/** The same in a transaction that is to write. Returns its id, whose lower half the rows carry that it writes; not those of a part of it. */
export async function settleWriting(tx: Queryable): Promise<string> {
  const [row] = await tx<{ writer: string }[]>`select pg_current_xact_id()::text as writer, ${settled}`;
  return row?.writer ?? "";
}

/**
 * Room to join and sort a million rows in memory, for this transaction, where the server gives less: what does not find
 * room goes by way of files, which takes half as long again. It is taken only as far as it is needed.
 */
export async function giveRoom(tx: Queryable): Promise<void> {
  await tx`select set_config(name, value, true) from ${room} where ${isMore}`;
}

const room = sql`(values ('work_mem', '32MB'), ('maintenance_work_mem', '128MB')) as room (name, value)`;
const isMore = sql`pg_size_bytes(current_setting(name)) < pg_size_bytes(value)`;

/**
 * Besides, tables are joined by hashes. Of what has just been staged there are no statistics, and the planner would rather sort
 * it: keys are texts, of which sorting takes three times as long as the join.
 */
const roomGiven = sql`
  (select count(set_config(name, value, true)) from ${room} where ${isMore}), set_config('enable_mergejoin', 'off', true)`;

/** Both in one statement. Returns the server process that the transaction is in. */
export async function settleLong(tx: Queryable): Promise<number> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid, ${settled}, ${roomGiven}`;
  return row?.pid ?? 0;
}

/**
 * The commit of this transaction waits neither for the disk nor for a standby. For what counts only once another
 * transaction commits after it: that one waits for all that was written to the log before it, be it by others.
 */
export async function leaveDurabilityToOthers(tx: Queryable): Promise<void> {
  await tx`set local synchronous_commit = off`.simple();
}

/**
 * All three in one statement, for one of many short transactions, whose statements wait for a lock no longer than `patience`,
 * such as `5s`. Returns the server process that it is in.
 */
export async function settleBeside(tx: Queryable, patience: string): Promise<number> {
  const [row] = await tx<{ pid: number }[]>`
    select pg_backend_pid() as pid, ${settled}, ${roomGiven}, set_config('synchronous_commit', 'off', true), set_config('lock_timeout', ${patience}, true)`;
  return row?.pid ?? 0;
}
