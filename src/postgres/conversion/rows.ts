import type { Queryable } from "../connect.ts";
import { nameOf, type Target } from "./relation.ts";

/** How many rows one as_of has, and the sum of the hashes of their text, which does not depend on their order. */
export interface Sum {
  asOf: string;
  rows: number;
  sum: string;
}

/** The sums of a table, by as_of. Unlike a seal they tell a numeric's scale, and cover every column there is. */
export async function sumsByAsOf(sql: Queryable, target: Target): Promise<Sum[]> {
  const asOf = sql(target.asOf);
  const rows = await sql<Sum[]>`
    select s.${asOf}::text as "asOf", count(*) as rows, sum(hashtextextended((s.*)::text collate "C", 0))::text as sum
      from ${nameOf(sql, target)} s group by s.${asOf} order by s.${asOf}`;
  return [...rows];
}
