import { ConsoleError } from "../../core/errors.ts";
import { isServedBy } from "../target/own-sessions.ts";
import type { Queryable, Sql } from "./connect.ts";

const pooled = new WeakSet<Sql>();

/** True where a pooler, such as PgBouncer, stands between the server and these connections, which were opened by `openDatabase`. */
export function isPooled(sql: Sql): boolean {
  return pooled.has(sql);
}

/**
 * Find out who answers. A server tells at the login which of its processes it will be, for cancelling; a pooler tells a
 * number of its own. Through a pooler no statement is kept for later, for another process may be asked for it.
 */
export async function meetServer(sql: Sql): Promise<void> {
  const answer = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`.simple();
  const [row] = answer;
  if (row === undefined || answer.state.pid === row.pid) return;
  pooled.add(sql);
  isServedBy(answer.state.pid, row.pid);
  sql.options.prepare = false;
}

/**
 * Whose turn it is to ask. Of a session that is its own, each hears of the same process every time, and of another than the
 * other. A pooler that lends one for each transaction gives both the one that was used last, or each the next of its
 * row, however long that is.
 */
const turns = ["one", "other", "one", "one", "other", "other", "other", "one"] as const;

/** Throws where a pooler in between does not keep a session for each of two connections. Nothing is left on the server. */
export async function requireSessions(one: Sql, other: Sql): Promise<void> {
  if (!isPooled(one)) return;
  const reserved = { one: await one.reserve(), other: await other.reserve() };
  const heard = { one: new Set<number>(), other: new Set<number>() };
  try {
    for (const turn of turns) heard[turn].add(await processOf(reserved[turn]));
  } finally {
    reserved.one.release();
    reserved.other.release();
  }
  if (heard.one.size === 1 && heard.other.size === 1 && heard.one.isDisjointFrom(heard.other)) return;
  throw new ConsoleError("pooled", "A pooler is in between that lends its connections for a transaction at a time.", {
    hint:
      "A run holds a lock, which needs a session of its own: name the server's own host and port, or a pool with " +
      "pool_mode = session. Listings work through it as it is.",
  });
}

async function processOf(sql: Queryable): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}
