import type { Sql } from "./connect.ts";

/** SQLSTATE lock_not_available: lock_timeout ran out. */
const lockNotAvailable = "55P03";

/** Thrown to roll back, so that nothing is written: a commit of ours could wait for the very standby that theirs waits for. */
const undone = new Error("undone");

/**
 * Wait until no transaction has the end of this run under way any more: false when one still had after that time. A run
 * ends by an update of its line, so that the line is locked from then until its commit is carried out or is not; and
 * one that has not come as far when its client is gone never commits.
 */
export async function isSettled(sql: Sql, run: number, patienceMs: number): Promise<boolean> {
  try {
    // Whatever a role or a database has set: one that repeats its reads would fail, and one that only reads cannot lock.
    await sql.begin("isolation level read committed read write", async (tx) => {
      await tx`select set_config('lock_timeout', ${String(patienceMs)}, true)`;
      await tx`select run from console.runs where run = ${run} for no key update`;
      throw undone;
    });
    return true;
  } catch (thrown) {
    if (thrown === undone) return true;
    if (thrown instanceof Error && "code" in thrown && thrown.code === lockNotAvailable) return false;
    throw thrown;
  }
}

/** What the server process of a run waits for; null when it is gone, waits for nothing, or is not ours to look at. */
export async function waitOf(sql: Sql, run: number): Promise<string | null> {
  const [row] = await sql<{ wait: string | null }[]>`
    select a.wait_event as wait
      from console.runs r
      join pg_stat_activity a on a.pid = r.backend_pid and a.backend_start <= r.started_at
     where r.run = ${run} and a.state = 'active'`;
  return row?.wait ?? null;
}
