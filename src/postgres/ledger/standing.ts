import { codeOf } from "../../core/errors.ts";
import type { Mode } from "../../core/messages/events.ts";
import type { ObservedRun, RunStatus } from "../../core/messages/listings.ts";
import type { KeptVerdict } from "../../core/messages/verdicts.ts";
import { rolledBack } from "../connection/attempt.ts";
import type { Queryable, Sql } from "../connection/connect.ts";
import { sql } from "../connection/fragments.ts";

/** Milliseconds that a commit may still take before its outcome is called unknown. */
export const patienceMs = 4_000;

/** SQLSTATE lock_not_available: lock_timeout ran out. */
const lockNotAvailable = "55P03";

/**
 * Wait until no transaction has the end of this run under way any more: false when one still had after that time. A run
 * ends by an update of its line, so that the line is locked from then until its commit is carried out or is not; and
 * one that has not come as far when its client is gone never commits.
 */
export async function isSettled(sql: Sql, run: number, patienceMs: number): Promise<boolean> {
  try {
    // Nothing is committed: a commit of ours could wait for the very standby that theirs waits for.
    await rolledBack(sql, async (tx) => {
      // Whatever a role or a database has set: who only reads cannot lock.
      await tx`set transaction read write`;
      await tx`select set_config('lock_timeout', ${String(patienceMs)}, true)`;
      await tx`select run from console.runs where run = ${run} for no key update`;
    });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === lockNotAvailable) return false;
    throw thrown;
  }
}

/** What the server process of a run waits for; null when it is gone, waits for nothing, or is not ours to look at. */
export async function waitOf(sql: Sql, run: number): Promise<string | null> {
  const [backend] = await sql<{ pid: number; since: string }[]>`
    select backend_pid as pid, started_at::text as since from console.runs where run = ${run}`;
  if (backend === undefined) return null;
  const found = await sql.begin(async (tx) => {
    // What a session waits for is shown to whom it logged in as.
    await tx`set local role none`;
    return tx<{ wait: string | null }[]>`
      select wait_event as wait from pg_stat_activity
       where pid = ${backend.pid} and backend_start <= ${backend.since}::timestamptz and state = 'active'`;
  });
  return found[0]?.wait ?? null;
}

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

export interface Observation {
  /** Index of the verdict in the run that is asked about. */
  position: number;
  /** Which observed it. */
  run: number;
  as_of: string;
  observed: number | null;
  verdict: KeptVerdict["verdict"];
}

/**
 * A verdict's metric as one number: of a table that is held against another its rows, of a list how long it is; else its count
 * of unexpected values.
 */
const figure = sql`
  case when jsonb_typeof(e.observed) = 'number' then (e.observed #>> '{}')::float8
       when jsonb_typeof(e.observed -> 'self') = 'number' then (e.observed ->> 'self')::float8
       when jsonb_typeof(e.observed) = 'array' then jsonb_array_length(e.observed)
       else e.unexpected_count end`;

/** As `showRun` has it. */
const word = sql`coalesce(e.verdict, 'unknown')`;

/** What the expectations of all runs observed; what they are is told by a number alone. */
export function allObservations(on: Queryable, dataset: string): Promise<ObservedRun[]> {
  return on<ObservedRun[]>`
    select run, jsonb_agg(jsonb_build_object('expectation', expectation, 'observed', observed, 'verdict', verdict)
             order by position) as verdicts
      from (select e.run, e.position, ${word} as verdict, ${figure} as observed,
                   dense_rank() over (order by e.table_name, e.type, e.column_name, e.kwargs) as expectation
              from console.run_expectations e join console.runs r using (run)
             where r.dataset = ${dataset}) e
     group by run`;
}

/**
 * What the expectations of a run observed in it and in so many publications before it, null for all, oldest first. Two
 * verdicts are of one expectation when table, type, column and arguments agree.
 */
export function observations(
  sql: Queryable,
  dataset: string,
  run: number,
  most: number | null,
): Promise<Observation[]> {
  return sql<Observation[]>`
      with earlier as (
        select distinct on (as_of) run, as_of from console.runs
         where dataset = ${dataset} and run < ${run} and status = 'published'
           and as_of < (select as_of from console.runs where run = ${run})
         order by as_of desc, run desc limit ${most}::bigint
      ), wanted as (
        select run, as_of from earlier union all select run, as_of from console.runs where run = ${run}
      )
      select this.position, wanted.run, wanted.as_of::text as as_of, ${word} as verdict,
             ${figure} as observed
        from console.run_expectations this
        join wanted on true
        join console.run_expectations e
          on e.run = wanted.run and e.table_name = this.table_name and e.type = this.type
         and e.column_name is not distinct from this.column_name and e.kwargs = this.kwargs
       where this.run = ${run}
       order by this.position, wanted.as_of`;
}
