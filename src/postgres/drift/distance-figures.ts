import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { comparable, type Fragment, list } from "../connection/fragments.ts";
import type { View } from "../connection/one-view.ts";
import { mayBeRounded } from "../snapshots/rounding.ts";
import type { Totals, TwoSnapshots } from "../snapshots/two-snapshots.ts";

/** A column whose cells were counted already. */
export interface CountedColumn extends Totals {
  column: Column;
  /** True when it is known that every row has the cell it had. */
  unchanged?: boolean;
  /** The share of both sides' cells that are not what the same key has on the other side; 1 when it is not known. */
  moved?: number;
}

/**
 * The distance (PSI of a number, total variation of anything else), the Kolmogorov-Smirnov statistic of a number, and
 * what a total variation is expected to be by chance.
 */
export interface Figures {
  distance: number | null;
  ks: number | null;
  expected: number | null;
}

const numberTypes = new Set(["int2", "int4", "int8", "float4", "float8", "numeric"]);

/** Numbers have an order and a distance; everything else is a category. */
export function isNumber({ type }: Column): boolean {
  return numberTypes.has(type);
}

/** A column's cells in a form that can be grouped. */
export function cell(sql: Queryable, { column }: CountedColumn): Fragment {
  return comparable(sql, "s", column);
}

const nothing: Figures = { distance: null, ks: null, expected: null };

/**
 * The figures of a column in which hardly a value occurs twice, from its values in order. Those of a number are read
 * from both ends to the middle, so that two connections sort a half each.
 */
export async function figuresBySorting(
  view: View,
  rows: (sql: Queryable) => TwoSnapshots,
  one: CountedColumn,
  middle: string | null,
): Promise<Figures> {
  if (middle === null) {
    return view.run(async (sql) => {
      const counts = inOrder(sql, rows(sql), one, { order: sql`v` });
      const [found] = await sql<Figures[]>`${categoryFigures(sql, counts, one)}`;
      return found ?? nothing;
    });
  }
  const half = (direction: Direction) =>
    view.run((sql) =>
      sparingSorts(sql, async () => {
        const border = sql`${middle}::text::${sql.unsafe(one.column.type)}`;
        const part =
          direction === "up"
            ? { order: sql`v`, isIn: sql`v < ${border}` }
            : { order: sql`v desc`, isIn: sql`v >= ${border}` };
        const counts = inOrder(sql, rows(sql), one, part);
        return [...(await sql<Bin[]>`${bins(sql, counts, one, direction, border)}`)];
      }),
    );
  const halves = (await Promise.all([half("up"), half("down")])).flat();
  if (halves.some(({ near }) => near)) return figuresOfOne(view, rows, one);
  const filled = (sql: Queryable) => sql`
    select * from jsonb_to_recordset(${sql.json(halves)}) bins (bin bigint, f bigint, t bigint, gap bigint)`;
  const [found] = await view.run((sql) => sql<Figures[]>`${figuresOfBins(sql, filled(sql), one)}`);
  return found ?? nothing;
}

/** Where values differ by rounding alone, which is rare, they are put together before they are counted. */
async function figuresOfOne(view: View, rows: (sql: Queryable) => TwoSnapshots, one: CountedColumn): Promise<Figures> {
  const [found] = await view.run((sql) => figuresByCounting(sql, rows(sql), [one]));
  if (found === undefined) return nothing;
  const { position: _, ...figures } = found;
  return figures;
}

/** `near` where two of its values differ by rounding alone. */
type Bin = Record<"bin" | "f" | "t" | "gap", number> & { near: boolean };

/** From the lowest value, or from the highest. */
type Direction = "up" | "down";

/** A column's values in order, and how often each occurs on either side, made by one sort: `(select v, f, t …)`. */
function inOrder(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  one: CountedColumn,
  { order, isIn = sql`true` }: { order: Fragment; isIn?: Fragment },
): Fragment {
  const value = cell(sql, one);
  return sql`
    (select v, (count(*) filter (where is_from))::int as f, (count(*) filter (where not is_from))::int as t
       from (select v, is_from
               from (select ${value} as v, true as is_from from ${from} s
                      union all
                     select ${value}, false from ${to} s) cells
              where ${isIn} order by ${order} offset 0) sorted
      group by v order by ${order})`;
}

/** The planner expects few rows above a sort whose values it knows nothing of, and would gladly sort them once more. */
async function sparingSorts<Result>(sql: Queryable, work: () => Promise<Result>): Promise<Result> {
  await sql`set local enable_sort = off`;
  const result = await work();
  await sql`set local enable_sort to default`;
  return result;
}

/** The figures of columns of few values: all are counted in one scan of each side, and each is a grouping set of its own. */
export async function figuresByCounting(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<(Figures & { position: number })[]> {
  const names = columns.map((_, index) => sql`${sql(`v${index}`)}`);
  const cells = columns.map((one, index) => sql`${cell(sql, one)} as ${sql(`v${index}`)}`);
  const sets = names.map((name) => sql`(${name})`);
  const side = (rows: Fragment, counts: Fragment) => sql`
    select grouping(${list(sql, names)}) as grouped, ${list(sql, names)}, ${counts}
      from (select ${list(sql, cells)} from ${rows} s) cells
     group by grouping sets (${list(sql, sets)})`;
  const all = 2 ** columns.length - 1;
  const each = columns.map((one, index) => {
    // In a column's own grouping set its bit, from the left, is the one that is not set.
    const own = all - 2 ** (columns.length - 1 - index);
    const counts = sql`
      (select ${names[index] ?? sql`null`} as v, sum(f)::int as f, sum(t)::int as t
         from counted where grouped = ${own} group by 1)`;
    return sql`select ${index}::int as position, one.* from (${figures(sql, counts, one)}) one`;
  });
  return [
    ...(await sql<(Figures & { position: number })[]>`
      with counted as materialized (
        ${side(from, sql`count(*) as f, 0 as t`)} union all ${side(to, sql`0, count(*)`)})
      ${each.reduce((joined, one) => sql`${joined} union all ${one}`)}`),
  ];
}

/** The statement that gives a column's figures, made from its values and how often each occurs: `(select v, f, t …)`. */
function figures(sql: Queryable, counts: Fragment, one: CountedColumn): Fragment {
  if (!isNumber(one.column)) return categoryFigures(sql, counts, one);
  const values = sql`(select * from ${counts} counts where v is not null)`;
  return figuresOfBins(sql, bins(sql, together(sql, values, one), one, "up"), one);
}

/**
 * Total variation distance: half the sum of |q − p| over all values, NULL among them. By chance each of them differs in
 * about √(2s ⁄ π) of its s cells that moved, the distance of a random walk of s steps, and in no more than s; for few
 * steps, too, when s counts 0.6 more.
 */
function categoryFigures(sql: Queryable, counts: Fragment, { fromRows, toRows, moved = 1 }: CountedColumn): Fragment {
  const steps = sql`(f + t) * ${moved}::float8`;
  return sql`
    select sum(abs(t / ${toRows}::float8 - f / ${fromRows}::float8)) / 2 as distance, null::float8 as ks,
           sum(least(${steps}, sqrt(2 / pi() * (${steps} + 0.6)))) / 2 / sqrt(${fromRows}::float8 * ${toRows})
             as expected
      from ${counts} counts`;
}

/** The counts of a number's values, those that differ by rounding alone as one value: the lowest of them. */
function together(sql: Queryable, counts: Fragment, one: CountedColumn): Fragment {
  if (!mayBeRounded(one.column)) return counts;
  return sql`
    (select min(v) as v, sum(f)::int as f, sum(t)::int as t
       from (select v, f, t, count(*) filter (where not near) over (order by v rows unbounded preceding) as which
               from (select v, f, t, ${isNear(sql, one, sql`lag(v) over (order by v)`, sql`v`)} as near
                       from ${counts} counts) marked) marked
      group by which)`;
}

/**
 * True where a number and the next higher one differ by no more than a float of 64 bits rounds: see rounding.ts. It is
 * written with one product alone, since it is asked of every value.
 */
function isNear(sql: Queryable, { column }: CountedColumn, lower: Fragment, higher: Fragment): Fragment {
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
function figuresOfBins(sql: Queryable, filled: Fragment, totals: Totals): Fragment {
  const { fromRows, toRows, fromValues, toValues } = totals;
  const share = (count: Fragment, rows: number) => sql`greatest(sum(${count})::float8 / ${rows}::float8, 0.0001)`;
  return sql`
    select sum((q - p) * ln(q / p)) as distance, max(gap) / nullif(${fromValues}::float8 * ${toValues}, 0) as ks,
           null::float8 as expected
      from (select ${share(sql`f`, fromRows)} as p, ${share(sql`t`, toRows)} as q, max(gap) as gap
              from (select least(greatest(bin, 1), 10) as bin, f, t, gap from (${filled}) filled
                     union all
                    select 0, ${fromRows - fromValues}::bigint, ${toRows - toValues}::bigint, null) binned
             group by bin) shares`;
}

/**
 * How many values of either side fall into each decile, and the largest gap in it, times the values of both sides. A
 * value's decile is that of its mid-rank among the reference's values (Bross's ridit, 1958), so that a value which fills
 * several deciles, or all, still has a bin of its own. Counted in integers, so that no rounding misses a decile's edge.
 * The values, `(select v, f, t …)` without NULL, are some of the lowest, counted up, or some of the highest, counted down;
 * `border` is the lowest of the others.
 */
function bins(
  sql: Queryable,
  counts: Fragment,
  one: CountedColumn,
  direction: Direction,
  border: Fragment = sql`null`,
): Fragment {
  const { fromValues, toValues } = one;
  const n = sql`${Math.max(fromValues, 1)}::bigint`;
  const m = sql`${toValues}::bigint`;
  // Ten times the mid-rank: f_seen − f ⁄ 2, or the same from the other end.
  const rank = direction === "up" ? sql`10 * f_seen - 5 * f` : sql`10 * (${fromValues}::bigint - f_seen) + 5 * f`;
  const near = direction === "up" ? isNear(sql, one, sql`seen_last`, sql`v`) : isNear(sql, one, sql`v`, sql`seen_last`);
  const nearBorder = direction === "up" ? isNear(sql, one, sql`max(v)`, border) : sql`false`;
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
