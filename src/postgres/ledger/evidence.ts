import type { Queryable } from "../connection/connect.ts";
import { iso } from "../connection/fragments.ts";

/** The results of one table in a run, in the order of its expectations, and when the run began. */
interface KeptResults<Result> {
  table: string;
  began: string;
  results: Result[];
}

/** The results of a run that were kept. `Result` is what the caller had recorded. */
export function keptResults<Result>(sql: Queryable, dataset: string, run: number): Promise<KeptResults<Result>[]> {
  return sql<KeptResults<Result>[]>`
    select e.table_name as table, ${iso("started_at")} as began, jsonb_agg(e.result order by e.position) as results
      from console.run_expectations e join console.runs r using (run)
     where r.dataset = ${dataset} and run = ${run} and e.result is not null
     group by e.table_name, r.started_at order by min(e.position)`;
}
