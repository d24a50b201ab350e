import type { Sql } from "../../src/postgres/connection/connect.ts";

/**
 * Resolves once this node has prepared all that a run wrote in it, and the coordinator was told: a session that has said so
 * waits for what comes next, and who has written and not prepared yet has an id. A node that is lost before is asked again.
 */
export async function hasPrepared(sql: Sql): Promise<void> {
  for (;;) {
    const rows = await sql`
      select from pg_prepared_xacts
       where database = current_database()
         and not exists (
           select from pg_stat_activity a
            where a.datname = current_database() and a.pid <> pg_backend_pid()
              and (a.backend_xid is not null or a.query ilike 'prepare transaction%' and a.wait_event is distinct from 'ClientRead'))`;
    if (rows.length > 0) return;
  }
}
