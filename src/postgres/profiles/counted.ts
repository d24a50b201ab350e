import { frequentValues, quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, jsonArray, list, sql, unionAll } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import type { Figures } from "./figures.ts";
import { binNumbers, type Measured, type Rows } from "./measures.ts";
import { countable, type Family, familyOf, isOrdered, kindOf, ofFamily, summable, written } from "./values.ts";

/**
 * The figures of columns by how often each of their values occurs. Those of a group are counted together, in one scan: how
 * often each combination of their values occurs, of which there are far fewer than rows, and from that how often each value
 * does. It works on several servers, too, of which each sends what combinations it has. What is made of the values of a family
 * is written once for all of its columns, for a server reads and plans a long statement longer than it counts few rows.
 */
export async function figuresByCounting(
  on: Queryable,
  { of, count }: Pick<Rows, "of" | "count">,
  groups: readonly (readonly Measured[])[],
): Promise<Figures[]> {
  const counts = groups.flatMap((group, at) => countsOf(of(group.map(({ column }) => column)), count, group, at));
  const columns = groups
    .flatMap((group, at) =>
      group.map((one, index) => ({ ...one, name: nameOf(at, index), family: familyOf(one.column) })),
    )
    .map(({ name, ...one }, position): Counted => ({ ...one, position, counts: valuesIn(name, one.family) }));
  const families = Map.groupBy(columns, ({ family }) => family);
  const placed = [...families].map(([family, members]) =>
    family === "text" ? extremesOf(members) : placesOf(family, members),
  );
  const [found] = await on<Found[]>`
    with ${list(counts)}
    select (select coalesce(sum(n), 0) from ${nameOf(groups.length - 1, 0)}) as rows,
           ${jsonArray(columns.map(mostFrequent))} as frequent,
           to_json(array(select figures from (${unionAll(placed)}) found)) as placed`;
  if (found === undefined) throw new Error("an aggregate gave no row");
  return columns.map((one) => figuresOf(one, found));
}

/** A column whose values have been counted, and which of all it is. */
interface Counted extends Measured {
  /** For a FROM: its values `v` without NULL, and in how many rows `n` each is. */
  counts: Fragment;
  position: number;
  family: Family;
}

interface Found {
  rows: number;
  frequent: Figures["frequent"][];
  placed: Placed[];
}

/** Of a column that has values. */
interface Placed extends Pick<Figures, "values" | "distinct" | "min" | "max" | "mean" | "stddev"> {
  position: number;
  /** What lies in one bin and has reached so many of the quantiles: how many values, and the lowest; in their order. */
  parts: { bin: number | null; reached: number; n: number; low: string }[];
}

const nothing: Omit<Placed, "position"> = {
  ...{ values: 0, distinct: 0, parts: [] },
  ...{ min: null, max: null, mean: null, stddev: null },
};

function figuresOf({ column, edges, position }: Counted, { rows, frequent, placed }: Found): Figures {
  const {
    parts,
    position: _,
    ...figures
  } = placed.find((one) => one.position === position) ?? { ...nothing, position };
  const inBin = (bin: number) => parts.reduce((sum, part) => (part.bin === bin ? sum + part.n : sum), 0);
  const most = frequent[position] ?? [];
  return {
    ...{ ...figures, rows, distinct_exact: true },
    quantiles: isOrdered(column)
      ? quantileShares.map((_, index) => parts.find(({ reached }) => reached > index)?.low ?? null)
      : [],
    bins: edges === null ? null : binNumbers.map(inBin),
    // Of many values those that occur once are no more frequent than others.
    frequent: figures.distinct > frequentValues ? most.filter((one) => one.rows > 1) : most,
  };
}

const nameOf = (group: number, column: number) => sql`${sql(`v${group}_${column}`)}`;

/** For a WITH: of each column of a group its values `v`, NULL among them, and in how many rows `n` each is. */
function countsOf(rows: Fragment, count: number, group: readonly Measured[], at: number): Fragment[] {
  // Sums of what fits four bytes are no numerics, which take several times as long.
  const n = (counted: Fragment) => sql`${counted}::${sql.unsafe(count < 2 ** 31 ? "int4" : "int8")} as n`;
  const together = sql`${sql(`counted${at}`)}`;
  const cells = group.map(({ column }, index) => ({ name: sql`${sql(`c${index}`)}`, value: countable(column) }));
  const names = list(cells.map(({ name }) => name));
  const from = sql`(select ${list(cells.map(({ name, value }) => sql`${value} as ${name}`))} from ${rows} s) cells`;
  const isAlone = group.length === 1;
  const each = cells.map(
    ({ name }, index) => sql`
      ${nameOf(at, index)} as materialized (
        select ${name} as v, ${n(isAlone ? sql`count(*)` : sql`sum(n)`)}
          from ${isAlone ? from : together} group by ${name})`,
  );
  const all = sql`${together} as materialized (select ${names}, ${n(sql`count(*)`)} from ${from} group by ${names})`;
  return isAlone ? each : [all, ...each];
}

/** As the family has them, which nobody asks of the servers that count. */
function valuesIn(name: Fragment, family: Family): Fragment {
  return sql`(select ${ofFamily(sql`v`, family)} as v, n from ${name} where v is not null) counts`;
}

/** The most frequent values of a column, as a JSON array. */
function mostFrequent({ counts, family }: Counted): Fragment {
  return sql`(
    select coalesce(json_agg(json_build_object('value', ${written(sql`v`, family)}, 'rows', n) order by n desc, v), '[]')
      from (select v, n from ${counts} order by n desc, v limit ${frequentValues}::int) most)`;
}

const extremes = (family: Family, low: Fragment, high: Fragment) => sql`
  'min', ${written(sql`min(${low})`, family)}, 'max', ${written(sql`max(${high})`, family)}`;

/** Of texts, each value once, and how many rows have it. */
function extremesOf(members: readonly Counted[]): Fragment {
  const values = members.map(({ position, counts }) => sql`select ${position}::int as position, v, n from ${counts}`);
  return sql`
    select json_build_object('position', position, 'values', sum(n), 'distinct', count(*), ${extremes("text", sql`v`, sql`v`)},
             'mean', null, 'stddev', null, 'parts', '[]'::json) as figures
      from (${unionAll(values)}) counts group by position`;
}

/**
 * Of values that have an order, each once, and how many rows have it. The values are put in order once, and gathered by their
 * bin and by how many quantiles are reached with them: a few hundred parts, of which all else is made.
 */
function placesOf(family: Family, members: readonly Counted[]): Fragment {
  const isNumber = members.some(({ column }) => kindOf(column) === "number");
  const number = summable(sql`v`, family);
  // Most values of many occur once.
  const times = (one: Fragment) => sql`case when n = 1 then ${one} else ${one} * n end`;
  const [total, added, squares] = [sql`sum(n)`, sql`sum(added)`, sql`sum(squares)`];
  const values = members.map(
    ({ position, counts }) => sql`
      select ${position}::int as position, v, n, (sum(n) over (order by v rows unbounded preceding))::bigint as so_far
        from ${counts}`,
  );
  const marks = members.map(
    ({ position, counts, edges }) => sql`
      select ${position}::int as position, ${edges && [...edges]}::text[]::${sql.unsafe(family)}[] as edges,
             (select sum(n) from ${counts}) as total`,
  );
  return sql`
    select json_build_object('position', position, 'values', ${total}, 'distinct', sum(different),
             ${extremes(family, sql`low`, sql`high`)},
             'mean', ${isNumber ? sql`(${added} / ${total})::text` : sql`null::text`},
             'stddev', ${isNumber ? sql`${deviation(total, added, squares)}::text` : sql`null::text`},
             'parts', json_agg(json_build_object('bin', bin, 'reached', reached, 'n', n, 'low', ${written(sql`low`, family)})
                               order by reached, bin)) as figures
      from (select position, bin, reached, sum(n) as n, count(*) as different, min(v) as low, max(v) as high,
                   ${isNumber ? sql`sum(${times(number)})` : sql`null::numeric`} as added,
                   ${isNumber ? sql`sum(${times(sql`${number} * ${number}`)})` : sql`null::numeric`} as squares
              from (select position, v, n, width_bucket(v, edges) as bin, width_bucket(so_far, places) as reached
                      from (${unionAll(values)}) counts
                      join (select position, edges, ${places(sql`total`)} as places from (${unionAll(marks)}) marks offset 0) marks
                     using (position)) placed
             group by position, bin, reached) parts
     group by position`;
}

/** How many values lie at each of the quantiles or below it: as `percentile_disc` has them, to the rounding of its product. */
function places(total: Fragment): Fragment {
  return sql`(select array_agg(ceil(share * ${total}::float8)::bigint order by share) from unnest(${quantileShares.map(String)}::text[]::float8[]) share)`;
}
