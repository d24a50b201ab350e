import type { Column } from "../../core/columns.ts";
import { frequentValues, quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sql, unionAll } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import type { Figures } from "./figures.ts";
import { binNumbers, binsOf, type Measured } from "./measures.ts";
import { countable, isOrdered, kindOf, sortable, summable, written } from "./values.ts";

/**
 * The figures of columns whose values are counted together, in one scan: where `combined` how often each combination of them
 * occurs, of which there are fewer than rows, and from that how often each value does. It works on several servers, too, of
 * which each sends what combinations it has.
 */
export async function figuresByCounting(
  on: Queryable,
  rows: Fragment,
  columns: readonly Measured[],
  combined: boolean,
): Promise<Figures[]> {
  const names = columns.map((_, index) => sql(`c${index}`));
  const cells = columns.map(({ column }, index) => sql`${countable(column)} as ${sql(`c${index}`)}`);
  const all = list(names.map((name) => sql`${name}`));
  const values = columns.map((_, index) =>
    columns.length === 1 && combined
      ? sql`v0 as (select c0 as v, n from counted)`
      : sql`${sql(`v${index}`)} as (select ${sql(`c${index}`)} as v, sum(n)::bigint as n from counted group by 1)`,
  );
  const each = columns.map(
    (one, index) => sql`select ${index}::int as position, (${figuresOf(one, sql`${sql(`v${index}`)}`)}) as figures`,
  );
  const found = await on<{ figures: Figures }[]>`
    with counted as materialized (
      select ${all}, ${combined ? sql`count(*)` : sql`1::bigint`} as n
        from (select ${list(cells)} from ${rows} s) cells ${combined ? sql`group by ${all}` : sql``}),
    ${list(values)}
    select figures from (${unionAll(each)}) found order by position`;
  return found.map(({ figures }) => ({ ...figures, frequent: frequentOf(figures) }));
}

/** Of many values those that occur once are no more frequent than others. */
function frequentOf({ distinct, frequent }: Figures): Figures["frequent"] {
  return distinct > frequentValues ? frequent.filter(({ rows }) => rows > 1) : frequent;
}

/**
 * From `v`, each value once, NULL among them, and `n`, how many rows have it. The values are put in order once, and gathered by
 * their bin and by how many quantiles are reached with them: a few hundred parts, of which all else is made.
 */
function figuresOf({ column, edges }: Measured, counts: Fragment): Fragment {
  const isNumber = kindOf(column) === "number";
  const isPlaced = isOrdered(column);
  const number = summable(sql`v`, column);
  const extreme = (name: string) => sql`${sql.unsafe(name)}(${sortable(sql`v`, column)})`;
  const total = sql`sum(n)`;
  return sql`
    select jsonb_build_object(
        'rows', (select coalesce(sum(n), 0) from ${counts}), 'values', coalesce(${total}, 0),
        'distinct', coalesce(sum(different), 0), 'distinct_exact', true,
        'min', ${written(sql`min(low)`, column)}, 'max', ${written(sql`max(high)`, column)},
        'mean', ${isNumber ? sql`(sum(added) / ${total})::text` : sql`null::text`},
        'stddev', ${isNumber ? sql`${deviation(total, sql`sum(added)`, sql`sum(squares)`)}::text` : sql`null::text`},
        'quantiles', ${isPlaced ? quantiles(column) : sql`'[]'::jsonb`},
        'bins', ${edges === null ? sql`null::jsonb` : bins()},
        'frequent', (select coalesce(jsonb_agg(jsonb_build_object('value', ${written(sql`v`, column)}, 'rows', n)
                                               order by n desc, ${sortable(sql`v`, column)}), '[]')
                       from (select v, n from ${counts} where v is not null
                              order by n desc, ${sortable(sql`v`, column)} limit ${frequentValues}::int) most))
      from (select bin, reached, sum(n) as n, count(*) as different, ${extreme("min")} as low, ${extreme("max")} as high,
                   ${isNumber ? sql`sum(${number} * n)` : sql`null::numeric`} as added,
                   ${isNumber ? sql`sum(${number} * ${number} * n)` : sql`null::numeric`} as squares
              from (select v, n, ${edges === null ? sql`0` : binsOf(sql`v`, column, edges)} as bin,
                           ${isPlaced ? reached(counts) : sql`0`} as reached
                      from ${counts} where v is not null) placed
             group by bin, reached) parts`;
}

/** How many of the quantiles are at a value or below it: as `percentile_disc` has them, to the rounding of its product. */
function reached(counts: Fragment): Fragment {
  const places = quantileShares.map((share) => sql`ceil(${share}::float8 * total::float8)::bigint`);
  return sql`width_bucket((sum(n) over (order by v rows unbounded preceding))::bigint,
    (select array[${list(places)}] from (select sum(n) as total from ${counts} where v is not null) all_rows))`;
}

function quantiles(column: Column): Fragment {
  const values = quantileShares.map((_, index) =>
    written(sql`min(low) filter (where reached > ${index}::int)`, column),
  );
  return sql`to_jsonb(array[${list(values)}]::text[])`;
}

function bins(): Fragment {
  const counts = binNumbers.map((bin) => sql`coalesce(sum(n) filter (where bin = ${bin}::int), 0)`);
  return sql`to_jsonb(array[${list(counts)}]::bigint[])`;
}
