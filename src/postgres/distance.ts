import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { comparable, type Fragment, list } from "./fragments.ts";
import { fromColumn, type Totals, type TwoSnapshots } from "./two-snapshots.ts";

/** How far a column's distribution moved; null without a figure, since a side has nothing to compare. */
export interface Distance {
  /** Population stability index for numbers, total variation for everything else. */
  measure: "psi" | "tv";
  distance: number | null;
  /** Kolmogorov-Smirnov statistic; numbers only. */
  ks: number | null;
}

/** A column whose cells were counted already. */
export interface CountedColumn extends Totals {
  column: Column;
}

const numberTypes = new Set(["int2", "int4", "int8", "float4", "float8", "numeric"]);

/** Numbers have an order and a distance; everything else is a category. */
export function isNumber({ type }: Column): boolean {
  return numberTypes.has(type);
}

type Figures = Pick<Distance, "distance" | "ks">;

/** The distance of each of the columns, of which all have the same numbers of rows. */
export async function distancesOf(
  sql: Queryable,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Distance[]> {
  const byColumn = new Map<CountedColumn, Figures>();
  const comparables = columns.filter(({ fromRows, toRows }) => fromRows > 0 && toRows > 0);
  const unique = await mostlyUnique(sql, rows, comparables);
  for (const one of unique) byColumn.set(one, await figuresOfUnique(sql, rows, one));
  const others = comparables.filter((one) => !unique.has(one));
  for (let from = 0; from < others.length; from += columnsAtOnce) {
    const few = others.slice(from, from + columnsAtOnce);
    for (const { position, ...found } of await figuresOfFew(sql, rows, few)) {
      const one = few[position];
      if (one !== undefined) byColumn.set(one, found);
    }
  }
  return columns.map((one) => ({
    measure: isNumber(one.column) ? "psi" : "tv",
    distance: byColumn.get(one)?.distance ?? null,
    ks: byColumn.get(one)?.ks ?? null,
  }));
}

const probed = 5_000;

/**
 * The columns in which hardly a value occurs twice, told from the first rows. Nobody keeps statistics of a partitioned
 * table, so that the planner would count such a column's values in a hash table, and spill; sorting is three times faster.
 */
async function mostlyUnique(
  sql: Queryable,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Set<CountedColumn>> {
  if (columns.length === 0) return new Set();
  const counts = columns.map((_, index) => sql`count(distinct ${value(sql, index)})`);
  const [probe] = await sql<{ rows: number; values: number[] }[]>`
    select count(*) as rows, array[${list(sql, counts)}]::bigint[] as values
      from (select * from ${cells(sql, rows, columns)} cells limit ${probed}) probe`;
  return new Set(columns.filter((_, index) => (probe?.values[index] ?? 0) > (probe?.rows ?? 0) / 2));
}

async function figuresOfUnique(sql: Queryable, rows: TwoSnapshots, one: CountedColumn): Promise<Figures> {
  const sorted = sql`(select * from ${cells(sql, rows, [one])} cells order by v0 nulls last offset 0)`;
  const [found] = await sql<
    Figures[]
  >`${figures(sql, sql`(select v0 as v, ${sides(sql)} from ${sorted} sorted group by v0)`, one)}`;
  return found ?? { distance: null, ks: null };
}

/** GROUPING tells at most 31 columns apart. */
const columnsAtOnce = 30;

/** All columns of few values in one scan: each is a grouping set of its own. */
async function figuresOfFew(
  sql: Queryable,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<(Figures & { position: number })[]> {
  const values = columns.map((_, index) => value(sql, index));
  const all = 2 ** columns.length - 1;
  const each = columns.map((one, index) => {
    // In a column's own grouping set its bit, from the left, is the one that is not set.
    const own = all - 2 ** (columns.length - 1 - index);
    const counts = sql`(select ${value(sql, index)} as v, f, t from counted where grouped = ${own})`;
    return sql`select ${index}::int as position, one.* from (${figures(sql, counts, one)}) one`;
  });
  return [
    ...(await sql<(Figures & { position: number })[]>`
      with counted as materialized (
        select grouping(${list(sql, values)}) as grouped, ${list(sql, values)}, ${sides(sql)}
          from ${cells(sql, rows, columns)} cells
         group by grouping sets (${list(
           sql,
           values.map((one) => sql`(${one})`),
         )}))
      ${each.reduce((joined, one) => sql`${joined} union all ${one}`)}`),
  ];
}

function value(sql: Queryable, index: number): Fragment {
  return sql`${sql(`v${index}`)}`;
}

/** The columns' cells as v0, v1 and so on, and `is_from`, true on the reference's side: `(select …)`. */
function cells(sql: Queryable, rows: TwoSnapshots, columns: readonly CountedColumn[]): Fragment {
  const values = columns.map(({ column }, index) => sql`${comparable(sql, "s", column)} as ${value(sql, index)}`);
  return sql`(select ${list(sql, values)}, s.${sql(fromColumn)} as is_from from ${rows} s)`;
}

/** How often a value occurs on either side. */
function sides(sql: Queryable): Fragment {
  return sql`(count(*) filter (where is_from))::int as f, (count(*) filter (where not is_from))::int as t`;
}

/** The statement that gives a column's figures, made from its values and how often each occurs: `(select v, f, t …)`. */
function figures(sql: Queryable, counts: Fragment, one: CountedColumn): Fragment {
  return isNumber(one.column) ? numberFigures(sql, counts, one) : categoryFigures(sql, counts, one);
}

/**
 * Kolmogorov-Smirnov statistic: the largest gap between the two empirical distribution functions, NULLs left out.
 * Population stability index (Siddiqi, Credit Risk Scorecards, 2006): Σ (q − p) ln (q ⁄ p) over bins, where p and q are
 * the shares of rows on the two sides, none taken for less than 0.0001. The bins are the reference's deciles and one for
 * NULL. A value's decile is that of its mid-rank among the reference's values (Bross's ridit, 1958), so that a value
 * which fills several deciles, or all, still has a bin of its own. One sort of the values serves both figures.
 */
function numberFigures(sql: Queryable, counts: Fragment, totals: Totals): Fragment {
  const { fromRows, toRows, fromValues, toValues } = totals;
  const share = (count: Fragment, rows: number) => sql`greatest(sum(${count}) / ${rows}::float8, 0.0001)`;
  // The mid-rank is f_upto − f ⁄ 2; one division of exact numbers, so that no decile's edge is missed by rounding.
  const decile = sql`ceil((10 * f_upto - 5 * f)::float8 / ${Math.max(fromValues, 1)}::float8)`;
  return sql`
    select sum((q - p) * ln(q / p)) as distance, max(gap) as ks
      from (select ${share(sql`f`, fromRows)} as p, ${share(sql`t`, toRows)} as q,
                   max(abs(f_upto / nullif(${fromValues}::float8, 0) - t_upto / nullif(${toValues}::float8, 0)))
                     filter (where v is not null) as gap
              from (select v, f, t, sum(f) over upto as f_upto, sum(t) over upto as t_upto
                      from ${counts} counts
                    window upto as (order by v nulls last rows unbounded preceding)) ranked
             group by case when v is null then 0 else least(greatest(${decile}, 1), 10) end) binned`;
}

/** Total variation distance: half the sum of |q − p| over all values, NULL among them. */
function categoryFigures(sql: Queryable, counts: Fragment, { fromRows, toRows }: Totals): Fragment {
  return sql`
    select sum(abs(t / ${toRows}::float8 - f / ${fromRows}::float8)) / 2 as distance, null::float8 as ks
      from ${counts} counts`;
}
