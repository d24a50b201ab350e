import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, sql, unionAll } from "../connection/fragments.ts";
import type { Reader } from "../connection/one-view.ts";
import { mayBeRounded } from "../snapshots/exact.ts";
import type { CountedColumn, TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { countedValues, valuesInOrder } from "./counted-values.ts";

/**
 * The distance (PSI of a number, total variation of anything else), the Kolmogorov-Smirnov statistic of a number, and
 * what a total variation is expected to be by chance.
 */
export type Figures = Record<"distance" | "ks" | "expected", number | null>;

export const noFigures: Figures = { distance: null, ks: null, expected: null };

const numberTypes = new Set(["int2", "int4", "int8", "float4", "float8", "numeric"]);

/** Numbers have an order and a distance; everything else is a category. */
export function isNumber({ type }: Column): boolean {
  return numberTypes.has(type);
}

/** Rows of both sides up to which half of them is not worth a statement of its own. */
export const fewRows = 50_000;

/**
 * The figures of a column in which hardly a value occurs twice, from its values in order. Those of a number are read
 * from both ends to the middle, so that two connections sort a half each, unless there are few.
 */
export async function figuresBySorting(
  read: Reader,
  rows: TwoSnapshots,
  one: CountedColumn,
  middle: string | null,
): Promise<Figures> {
  if (middle === null) return figuresFrom(read, categoryFigures(valuesInOrder(rows, one.column, sql`v`), one));
  const border = sql`${middle}::text::${sql.unsafe(one.column.type)}`;
  const isFew = one.from.rows + one.to.rows <= fewRows;
  const part = (direction: Direction) =>
    read(async (sql) => {
      const isIn = direction === "down" ? sql`v >= ${border}` : isFew ? sql`v is not null` : sql`v < ${border}`;
      const counts = valuesInOrder(rows, one.column, direction === "up" ? sql`v` : sql`v desc`, isIn);
      // The planner expects few rows above a sort whose values it knows nothing of, and would gladly sort them once more.
      await sql`set local enable_sort = off`;
      const filled = await sql<Bin[]>`${bins(counts, one, direction, isFew ? sql`null` : border)}`;
      await sql`set local enable_sort to default`;
      return filled;
    });
  const found = (await Promise.all(isFew ? [part("up")] : [part("up"), part("down")])).flat();
  if (found.some(({ near }) => near)) {
    // Where values differ by rounding alone, which is rare, they are put together before they are counted.
    const [figures] = await read((sql) => figuresByCounting(sql, rows, [one]));
    return figures ?? noFigures;
  }
  const filled = sql`
    select * from jsonb_to_recordset(${sql.json(found)}) bins (bin bigint, f bigint, t bigint, gap bigint)`;
  return figuresFrom(read, figuresOfBins(filled, one));
}

async function figuresFrom(read: Reader, statement: Fragment): Promise<Figures> {
  const [found] = await read((sql) => sql<Figures[]>`${statement}`);
  return found ?? noFigures;
}

/** `near` where two of its values differ by rounding alone. */
type Bin = Record<"bin" | "f" | "t" | "gap", number> & { near: boolean };

/** From the lowest value, or from the highest. */
type Direction = "up" | "down";

/** The figures of columns of few values. */
export async function figuresByCounting(
  sql: Queryable,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Figures[]> {
  const counted = countedValues(
    rows,
    columns.map(({ column }) => column),
  );
  const each = columns.map(
    (one, index) => sql`select ${index}::int as position, one.* from (${figures(counted.of(index), one)}) one`,
  );
  return sql<Figures[]>`
    with ${counted.queries}
    select distance, ks, expected from (${unionAll(each)}) found order by position`;
}

/** The statement that gives a column's figures, made from its values and how often each occurs: `(select v, f, t …)`. */
function figures(counts: Fragment, one: CountedColumn): Fragment {
  if (!isNumber(one.column)) return categoryFigures(counts, one);
  const values = sql`(select * from ${counts} counts where v is not null)`;
  return figuresOfBins(bins(together(values, one), one, "up"), one);
}

/**
 * Total variation distance: half the sum of |q − p| over all values, NULL among them. By chance each of them differs in
 * about √(2s ⁄ π) of its s cells that moved, the distance of a random walk of s steps, and in no more than s; for few
 * steps, too, when s counts 0.6 more.
 */
function categoryFigures(counts: Fragment, { from, to, moved = 1 }: CountedColumn): Fragment {
  const steps = sql`(f + t) * ${moved}::float8`;
  return sql`
    select sum(abs(t / ${to.rows}::float8 - f / ${from.rows}::float8)) / 2 as distance, null::float8 as ks,
           sum(least(${steps}, sqrt(2 / pi() * (${steps} + 0.6)))) / 2 / sqrt(${from.rows}::float8 * ${to.rows})
             as expected
      from ${counts} counts`;
}

/** The counts of a number's values, those that differ by rounding alone as one value: the lowest of them. */
function together(counts: Fragment, one: CountedColumn): Fragment {
  if (!mayBeRounded(one.column)) return counts;
  return sql`
    (select min(v) as v, sum(f)::int as f, sum(t)::int as t
       from (select v, f, t, count(*) filter (where not near) over (order by v rows unbounded preceding) as which
               from (select v, f, t, ${isNear(one, sql`lag(v) over (order by v)`, sql`v`)} as near
                       from ${counts} counts) marked) marked
      group by which)`;
}

/**
 * True where a number and the next higher one differ by no more than a float of 64 bits rounds: see `isRounding`. It is
 * written with one product alone, since it is asked of every value.
 */
function isNear({ column }: CountedColumn, lower: Fragment, higher: Fragment): Fragment {
  if (!mayBeRounded(column)) return sql`false`;
  return sql`
    case when ${lower} > 0 then ${lower} >= ${higher} * 0.99999999999999
         when ${higher} < 0 then ${higher} <= ${lower} * 0.99999999999999
         else false end`;
}

/**
 * Kolmogorov-Smirnov statistic: the largest gap between the two empirical distribution functions, NULLs left out.
 * Population stability index (Siddiqi, Credit Risk Scorecards, 2006): Σ (q − p) ln (q ⁄ p) over bins, where p and q are
 * the shares of rows on the two sides, none taken for less than 0.0001. The bins are the reference's deciles and one for
 * NULL.
 */
function figuresOfBins(filled: Fragment, { from, to }: CountedColumn): Fragment {
  const share = (count: Fragment, rows: number) => sql`greatest(sum(${count})::float8 / ${rows}::float8, 0.0001)`;
  return sql`
    select sum((q - p) * ln(q / p) order by bin) as distance, max(gap) / nullif(${from.values}::float8 * ${to.values}, 0) as ks,
           null::float8 as expected
      from (select bin, ${share(sql`f`, from.rows)} as p, ${share(sql`t`, to.rows)} as q, max(gap) as gap
              from (select least(greatest(bin, 1), 10) as bin, f, t, gap from (${filled}) filled
                     union all
                    select 0, ${from.rows - from.values}::bigint, ${to.rows - to.values}::bigint, null) binned
             group by bin) shares`;
}

/**
 * How many values of either side fall into each decile, and the largest gap in it, times the values of both sides. A
 * value's decile is that of its mid-rank among the reference's values (Bross's ridit, 1958), so that a value which fills
 * several deciles, or all, still has a bin of its own. Counted in integers, so that no rounding misses a decile's edge.
 * The values, `(select v, f, t …)` without NULL, are some of the lowest, counted up, or some of the highest, counted down;
 * `border` is the lowest of the others.
 */
function bins(counts: Fragment, one: CountedColumn, direction: Direction, border: Fragment = sql`null`): Fragment {
  const n = sql`${Math.max(one.from.values, 1)}::bigint`;
  const m = sql`${one.to.values}::bigint`;
  // Ten times the mid-rank: f_seen − f ⁄ 2, or the same from the other end.
  const rank = direction === "up" ? sql`10 * f_seen - 5 * f` : sql`10 * (${one.from.values}::bigint - f_seen) + 5 * f`;
  const near = direction === "up" ? isNear(one, sql`seen_last`, sql`v`) : isNear(one, sql`v`, sql`seen_last`);
  const nearBorder = direction === "up" ? isNear(one, sql`max(v)`, border) : sql`false`;
  return sql`
    select bin, sum(f)::bigint as f, sum(t)::bigint as t, max(gap)::bigint as gap,
           coalesce(bool_or(near), false) or coalesce(${nearBorder}, false) as near
      from (select v, f, t, abs(f_seen * ${m} - t_seen * ${n}) as gap, (${rank} + ${n} - 1) / ${n} as bin, ${near} as near
              from (select v, f, t, sum(f) over seen as f_seen, sum(t) over seen as t_seen, lag(v) over seen as seen_last
                      from ${counts} counts
                    window seen as (order by v ${sql.unsafe(direction === "up" ? "" : "desc")}
                                    rows unbounded preceding)) ranked) ranked
     group by bin`;
}
