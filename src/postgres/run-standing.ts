import type { Mode } from "../core/events.ts";
import type { RunStatus } from "../core/listings.ts";
import type { Queryable } from "./connect.ts";

/** How a run stands, as far as it tells where the rows of one of its tables are now. */
export interface RunStanding {
  status: RunStatus;
  mode: Mode;
  reject_file: string | null;
  /** True once a later run has written the live tables. */
  superseded: boolean;
  /** Live rows of the table that its drop had not; null where that was not counted. */
  absent: number | null;
}

/** Null when there is no such run. */
export async function runStanding(sql: Queryable, run: number, table: string): Promise<RunStanding | null> {
  const [row] = await sql<RunStanding[]>`
    select r.status, r.mode, r.reject_file,
      exists (select 1 from console.runs l
               where l.dataset = r.dataset and l.run > r.run and l.status = 'published' and l.mode <> 'backfill') as superseded,
      (select t.absent from console.run_tables t where t.run = r.run and t.table_name = ${table}) as absent
      from console.runs r where r.run = ${run}`;
  return row ?? null;
}
