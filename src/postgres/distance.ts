import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { comparable, type Fragment } from "./fragments.ts";
import { fromColumn, type Totals, type TwoSnapshots } from "./two-snapshots.ts";

/** How far a column's distribution moved; null without a figure, since a side has nothing to compare. */
export type Distance =
  | { measure: "psi"; distance: number | null; ks: number | null }
  | { measure: "tv"; distance: number | null; ks: null };

const numberTypes = new Set(["int2", "int4", "int8", "float4", "float8", "numeric"]);

/** The distance that suits the column's type: PSI and KS for numbers, total variation for everything else. */
export async function distanceOf(
  sql: Queryable,
  rows: TwoSnapshots,
  column: Column,
  totals: Totals,
): Promise<Distance> {
  const isNumber = numberTypes.has(column.type);
  if (totals.fromRows === 0 || totals.toRows === 0) {
    return { measure: isNumber ? "psi" : "tv", distance: null, ks: null };
  }
  return isNumber ? numberDistance(sql, rows, column, totals) : categoryDistance(sql, rows, column, totals);
}

/** The values of a column that occur on either side, NULL among them, with how often: `(select v, f, t …)`. */
function valueCounts(sql: Queryable, rows: TwoSnapshots, column: Column): Fragment {
  const isFrom = sql`s.${sql(fromColumn)}`;
  return sql`
    (select ${comparable(sql, "s", column)} as v, (count(*) filter (where ${isFrom}))::int as f,
            (count(*) filter (where not ${isFrom}))::int as t
       from ${rows} s group by 1)`;
}

/**
 * Kolmogorov-Smirnov statistic: the largest gap between the two empirical distribution functions, NULLs left out.
 * Population stability index (Siddiqi, Credit Risk Scorecards, 2006): Σ (q − p) ln (q ⁄ p) over bins, where p and q are
 * the shares of rows on the two sides, none taken for less than 0.0001. The bins are the reference's deciles and one for
 * NULL. A value's decile is that of its mid-rank among the reference's values (Bross's ridit, 1958), so that a value
 * which fills several deciles, or all, still has a bin of its own. One sort of the values serves both figures.
 */
async function numberDistance(sql: Queryable, rows: TwoSnapshots, column: Column, totals: Totals): Promise<Distance> {
  const { fromRows, toRows, fromValues, toValues } = totals;
  const share = (count: Fragment, rows: number) => sql`greatest(sum(${count}) / ${rows}::float8, 0.0001)`;
  // ⌈10 · mid-rank ⁄ values⌉ in whole numbers, where the mid-rank is f_upto − f ⁄ 2.
  const decile = sql`(5 * (2 * f_upto - f) + ${fromValues}::bigint - 1) / greatest(${fromValues}::bigint, 1)`;
  const [row] = await sql<{ psi: number; ks: number | null }[]>`
    select max(gap) as ks, sum((q - p) * ln(q / p)) as psi
      from (select ${share(sql`f`, fromRows)} as p, ${share(sql`t`, toRows)} as q,
                   max(abs(f_upto / nullif(${fromValues}::float8, 0) - t_upto / nullif(${toValues}::float8, 0)))
                     filter (where v is not null) as gap
              from (select v, f, t, sum(f) over upto as f_upto, sum(t) over upto as t_upto
                      from ${valueCounts(sql, rows, column)} counted
                    window upto as (order by v nulls last rows unbounded preceding)) ranked
             group by case when v is null then 0 else least(greatest(${decile}, 1), 10) end) binned`;
  return { measure: "psi", distance: row?.psi ?? null, ks: row?.ks ?? null };
}

/** Total variation distance: half the sum of |q − p| over all values, NULL among them. */
async function categoryDistance(sql: Queryable, rows: TwoSnapshots, column: Column, totals: Totals): Promise<Distance> {
  const [row] = await sql<{ tv: number }[]>`
    select sum(abs(t / ${totals.toRows}::float8 - f / ${totals.fromRows}::float8)) / 2 as tv
      from ${valueCounts(sql, rows, column)} counted`;
  return { measure: "tv", distance: row?.tv ?? null, ks: null };
}
