import type { Column } from "../../core/columns.ts";
import { frequentValues, quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sql, unionAll } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import type { Figures } from "./figures.ts";
import { binNumbers, binsOf, type Measured, type Rows } from "./measures.ts";
import { countable, isOrdered, kindOf, sortable, summable, written } from "./values.ts";

/**
 * The figures of columns by how often each of their values occurs. Those of a group are counted together, in one scan: how
 * often each combination of their values occurs, of which there are far fewer than rows, and from that how often each value
 * does. It works on several servers, too, of which each sends what combinations it has.
 */
export async function figuresByCounting(
  on: Queryable,
  { of, count }: Pick<Rows, "of" | "count">,
  groups: readonly (readonly Measured[])[],
): Promise<Figures[]> {
  const counts = groups.flatMap((group, at) => countsOf(of(group.map(({ column }) => column)), count, group, at));
  const columns = groups.flatMap((group, at) => group.map((one, index) => ({ one, values: nameOf(at, index) })));
  const each = columns.map(
    ({ one, values }, position) => sql`select ${position}::int as position, (${figuresOf(one, values)}) as figures`,
  );
  const found = await on<{ figures: Figures }[]>`
    with ${list(counts)}
    select figures from (${unionAll(each)}) found order by position`;
  return found.map(({ figures }) => ({ ...figures, frequent: frequentOf(figures) }));
}

const nameOf = (group: number, column: number) => sql`${sql(`v${group}_${column}`)}`;

/** For a WITH: of each column of a group its values `v`, NULL among them, and in how many rows `n` each is. */
function countsOf(rows: Fragment, count: number, group: readonly Measured[], at: number): Fragment[] {
  // Sums of what fits four bytes are no numerics, which take several times as long.
  const n = (counted: Fragment) => sql`${counted}::${sql.unsafe(count < 2 ** 31 ? "int4" : "int8")} as n`;
  const names = group.map((_, index) => sql`${sql(`c${index}`)}`);
  const cells = group.map(({ column }, index) => sql`${countable(column)} as ${sql(`c${index}`)}`);
  const from = sql`(select ${list(cells)} from ${rows} s) cells`;
  if (group.length === 1) {
    return [sql`${nameOf(at, 0)} as materialized (select c0 as v, ${n(sql`count(*)`)} from ${from} group by c0)`];
  }
  const together = sql`${sql(`counted${at}`)}`;
  return [
    sql`${together} as materialized (select ${list(names)}, ${n(sql`count(*)`)} from ${from} group by ${list(names)})`,
    ...names.map(
      (name, index) =>
        sql`${nameOf(at, index)} as materialized (select ${name} as v, ${n(sql`sum(n)`)} from ${together} group by ${name})`,
    ),
  ];
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
  // Most values of many occur once.
  const times = (one: Fragment) => sql`case when n = 1 then ${one} else ${one} * n end`;
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
                   ${isNumber ? sql`sum(${times(number)})` : sql`null::numeric`} as added,
                   ${isNumber ? sql`sum(${times(sql`${number} * ${number}`)})` : sql`null::numeric`} as squares
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
