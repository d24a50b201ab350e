import type { Queryable } from "./connect.ts";

export interface Observation {
  /** Index of the verdict in the run that is asked about. */
  position: number;
  as_of: string;
  /** The metric when it is a number, else the count of unexpected values. */
  observed: number | null;
  success: boolean;
}

/**
 * What the expectations of a run observed in it and in the six publications before it, oldest first. Two verdicts are
 * of one expectation when table, type, column and arguments agree.
 */
export async function observations(sql: Queryable, dataset: string, run: number): Promise<Observation[]> {
  return [
    ...(await sql<Observation[]>`
      with earlier as (
        select distinct on (as_of) run, as_of from console.runs
         where dataset = ${dataset} and run < ${run} and status = 'published'
           and as_of < (select as_of from console.runs where run = ${run})
         order by as_of desc, run desc limit 6
      ), wanted as (
        select run, as_of from earlier union all select run, as_of from console.runs where run = ${run}
      )
      select this.position, wanted.as_of::text as as_of, e.success,
             case when jsonb_typeof(e.observed) = 'number' then (e.observed #>> '{}')::float8
                  else e.unexpected_count end as observed
        from console.run_expectations this
        join wanted on true
        join console.run_expectations e
          on e.run = wanted.run and e.table_name = this.table_name and e.type = this.type
         and e.column_name is not distinct from this.column_name and e.kwargs = this.kwargs
       where this.run = ${run}
       order by this.position, wanted.as_of`),
  ];
}
