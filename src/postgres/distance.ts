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

const probed = 5_000;

/** True where hardly a value occurs twice; told from the first few rows. */
async function isMostlyUnique(sql: Queryable, rows: TwoSnapshots, column: Column): Promise<boolean> {
  const [probe] = await sql<{ rows: number; values: number }[]>`
    select count(*) as rows, count(distinct v) as values
      from (select ${comparable(sql, "s", column)} as v from ${rows} s limit ${probed}) probe`;
  return probe !== undefined && probe.values > probe.rows / 2;
}

/**
 * The values of a column that occur on either side, NULL among them, with how often: `(select v, f, t …)`. Nobody keeps
 * statistics of a partitioned table, so the planner takes every column to have few values and counts them in a hash
 * table. Mostly unique ones are sorted beforehand, which is then three times faster.
 */
async function valueCounts(sql: Queryable, rows: TwoSnapshots, column: Column): Promise<{ counts: Fragment }> {
  const sorted = (await isMostlyUnique(sql, rows, column)) ? sql`order by v nulls last offset 0` : sql``;
  const counts = sql`
    (select v, (count(*) filter (where is_from))::int as f, (count(*) filter (where not is_from))::int as t
       from (select ${comparable(sql, "s", column)} as v, s.${sql(fromColumn)} as is_from from ${rows} s ${sorted}) cells
      group by v)`;
  // Wrapped, for a bare fragment would be run by whoever awaits it.
  return { counts };
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
  const { counts } = await valueCounts(sql, rows, column);
  const share = (count: Fragment, rows: number) => sql`greatest(sum(${count}) / ${rows}::float8, 0.0001)`;
  // The mid-rank is f_upto − f ⁄ 2; one division of exact numbers, so that no decile's edge is missed by rounding.
  const decile = sql`ceil((10 * f_upto - 5 * f)::float8 / ${Math.max(fromValues, 1)}::float8)`;
  const [row] = await sql<{ psi: number; ks: number | null }[]>`
    select max(gap) as ks, sum((q - p) * ln(q / p)) as psi
      from (select ${share(sql`f`, fromRows)} as p, ${share(sql`t`, toRows)} as q,
                   max(abs(f_upto / nullif(${fromValues}::float8, 0) - t_upto / nullif(${toValues}::float8, 0)))
                     filter (where v is not null) as gap
              from (select v, f, t, sum(f) over upto as f_upto, sum(t) over upto as t_upto
                      from ${counts} counted
                    window upto as (order by v nulls last rows unbounded preceding)) ranked
             group by case when v is null then 0 else least(greatest(${decile}, 1), 10) end) binned`;
  return { measure: "psi", distance: row?.psi ?? null, ks: row?.ks ?? null };
}

/** Total variation distance: half the sum of |q − p| over all values, NULL among them. */
async function categoryDistance(sql: Queryable, rows: TwoSnapshots, column: Column, totals: Totals): Promise<Distance> {
  const { counts } = await valueCounts(sql, rows, column);
  const [row] = await sql<{ tv: number }[]>`
    select sum(abs(t / ${totals.toRows}::float8 - f / ${totals.fromRows}::float8)) / 2 as tv
      from ${counts} counted`;
  return { measure: "tv", distance: row?.tv ?? null, ks: null };
}
