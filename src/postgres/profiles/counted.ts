import type { Column } from "../../core/columns.ts";
import { frequentValues, quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sql, unionAll } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import type { Figures } from "./figures.ts";
import { binNumbers, binsOf, type Measured } from "./measures.ts";
import { countable, isOrdered, kindOf, sortable, summable, written } from "./values.ts";

/**
 * The figures of columns whose values are counted together: how often each combination of them occurs, in one scan, and from
 * that how often each value does. It works on several servers, too, of which each sends what combinations it has.
 */
export async function figuresByCounting(
  on: Queryable,
  rows: Fragment,
  columns: readonly Measured[],
): Promise<Figures[]> {
  const names = columns.map((_, index) => sql(`c${index}`));
  const cells = columns.map(({ column }, index) => sql`${countable(column)} as ${sql(`c${index}`)}`);
  const all = list(names.map((name) => sql`${name}`));
  const values = columns.map((_, index) =>
    columns.length === 1
      ? sql`v0 as (select c0 as v, n from counted)`
      : sql`${sql(`v${index}`)} as (select ${sql(`c${index}`)} as v, sum(n)::bigint as n from counted group by 1)`,
  );
  const each = columns.map(
    (one, index) => sql`select ${index}::int as position, (${figuresOf(one, sql`${sql(`v${index}`)}`)}) as figures`,
  );
  const found = await on<{ figures: Figures }[]>`
    with counted as materialized (
      select ${all}, count(*) as n from (select ${list(cells)} from ${rows} s) cells group by ${all}),
    ${list(values)}
    select figures from (${unionAll(each)}) found order by position`;
  return found.map(({ figures }) => ({ ...figures, frequent: frequentOf(figures) }));
}

/** Of many values those that occur once are no more frequent than others. */
function frequentOf({ distinct, frequent }: Figures): Figures["frequent"] {
  return distinct > frequentValues ? frequent.filter(({ rows }) => rows > 1) : frequent;
}

/** From `v`, each value once, NULL among them, and `n`, how many rows have it. */
function figuresOf({ column, edges }: Measured, counts: Fragment): Fragment {
  const isNumber = kindOf(column) === "number";
  const number = summable(sql`v`, column);
  const total = sql`sum(n) filter (where v is not null)`;
  const [sum, squares] = [sql`sum(${number} * n)`, sql`sum(${number} * ${number} * n)`];
  const extreme = (name: string) => written(sql`${sql.unsafe(name)}(${sortable(sql`v`, column)})`, column);
  return sql`
    select jsonb_build_object(
        'rows', coalesce(sum(n), 0), 'values', coalesce(${total}, 0), 'distinct', count(v), 'distinct_exact', true,
        'min', ${extreme("min")}, 'max', ${extreme("max")},
        'mean', ${isNumber ? sql`(${sum} / ${total})::text` : sql`null::text`},
        'stddev', ${isNumber ? sql`${deviation(total, sum, squares)}::text` : sql`null::text`},
        'quantiles', ${isOrdered(column) ? quantiles(column) : sql`'[]'::jsonb`},
        'bins', ${edges === null ? sql`null::jsonb` : bins()},
        'frequent', coalesce(jsonb_agg(jsonb_build_object('value', ${written(sql`v`, column)}, 'rows', n) order by place)
                             filter (where v is not null and place <= ${frequentValues}::int), '[]'))
      from (select v, n, ${edges === null ? sql`0` : binsOf(sql`v`, column, edges)} as bin,
                   sum(n) filter (where v is not null) over () as total,
                   sum(n) over (order by v nulls last rows unbounded preceding) as seen,
                   row_number() over (partition by v is null order by n desc, ${sortable(sql`v`, column)}) as place
              from ${counts}) ranked`;
}

/** As `percentile_disc` has them, to the rounding of its product. */
function quantiles(column: Column): Fragment {
  const values = quantileShares.map((share) =>
    written(sql`min(v) filter (where seen >= ceil(${share}::float8 * total::float8))`, column),
  );
  return sql`to_jsonb(array[${list(values)}]::text[])`;
}

function bins(): Fragment {
  const counts = binNumbers.map((bin) => sql`coalesce(sum(n) filter (where v is not null and bin = ${bin}::int), 0)`);
  return sql`to_jsonb(array[${list(counts)}]::bigint[])`;
}
