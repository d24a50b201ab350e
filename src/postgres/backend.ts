import type { Sql } from "./connect.ts";

/** The server process that serves this one-connection pool. */
export async function backendPid(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

/** Stop the statement that another of our connections is in. */
export async function cancelBackend(sql: Sql, pid: number): Promise<void> {
  await sql`select pg_cancel_backend(${pid}::int)`;
}
