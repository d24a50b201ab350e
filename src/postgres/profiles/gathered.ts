import type { Column } from "../../core/columns.ts";
import { quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, sql } from "../connection/fragments.ts";
import type { Figures } from "./figures.ts";
import { arrayOf, binNumbers, type Rows } from "./measures.ts";
import { sampled, sampleOf } from "./probe.ts";
import { countable, familyOf, written } from "./values.ts";

/** What follows of the order of a column's values. */
export type Places = Pick<Figures, "min" | "max" | "quantiles" | "bins">;

/** Rows up to which values are gathered: an eighth of them is held in memory, and all where a sample misleads. */
export const gatheredRows = 2_000_000;

/** From where to where a quantile lies in all likelihood, as shares of a sample: three of its standard errors to either side. */
const bounds = quantileShares.flatMap((share) => {
  const off = 3 * Math.sqrt((share * (1 - share)) / sampled);
  return [share - off, share + off];
});

interface Found extends Pick<Places, "min" | "max" | "quantiles"> {
  parts: { bin: number; n: number }[] | null;
}

/**
 * Bins, quantiles, the lowest value and the highest in one scan, without putting all values in order. A sample tells between
 * which values each quantile lies; these are marks as the bins' edges are, how many lie between two of them is counted, and only
 * what lies around a quantile is gathered, and put in order. Each is exact, or null where a sample misled.
 */
export async function placesByGathering(
  on: Queryable,
  { of, count }: Pick<Rows, "of" | "count">,
  column: Column,
  edges: readonly string[],
): Promise<Places> {
  const value = countable(column);
  const text = (one: Fragment) => written(one, familyOf(column));
  const shares = (all: readonly number[]) => sql`${all.map(String)}::text[]::float8[]`;
  // The subquery of the scan is none that the planner may take apart: a bin would be looked for wherever it is named.
  const [found] = await on<Found[]>`
    with sampled as materialized (
      select percentile_disc(${shares(bounds)}) within group (order by ${value}) as bounds
        from ${of([column], sampleOf(count))} s),
    marks as materialized (
      select array_agg(mark order by mark) as marks
        from (select unnest(${arrayOf(column, edges)}) as mark union select unnest(bounds) from sampled) marks
       where mark is not null),
    near as materialized (
      select array_agg(at) as near from marks, generate_subscripts(marks, 1) at
       where exists (select from sampled, generate_series(1, ${bounds.length}::int, 2) one
                      where marks[at] = bounds[one] or marks[at] >= bounds[one] and marks[at] < bounds[one + 1])),
    parts as materialized (
      select part, count(*) as n, min(v) as low, max(v) as high,
             array_agg(v) filter (where part = any((select near from near)::int[])) as gathered
        from (select ${value} as v, width_bucket(${value}, (select marks from marks)) as part
                from ${of([column])} s offset 0) cells
       where part is not null group by part),
    reached as materialized (
      select part, low, high, sum(n) over (order by part) - n as below, sum(n) over (order by part) as upto,
             sum(n) over () as total
        from parts)
    select ${text(sql`(select min(low) from parts)`)} as min, ${text(sql`(select max(high) from parts)`)} as max,
           (select json_agg((
                     select ${text(sql`
                       case when r.low = r.high then r.low
                            else (select (array_agg(v order by v))[ceil(share * r.total::float8)::bigint - r.below]
                                    from parts, unnest(gathered) v where parts.part = r.part) end`)}
                       from reached r where r.upto >= ceil(share * r.total::float8) order by r.part limit 1) order by share)
              from unnest(${shares(quantileShares)}) share) as quantiles,
           (select json_agg(json_build_object('n', n, 'bin', case when part = 0 then 0
                     else width_bucket((select marks[part] from marks), ${arrayOf(column, edges)}) end))
              from parts) as parts`;
  if (found === undefined) throw new Error("an aggregate gave no row");
  const { parts, ...figures } = found;
  const inBin = (bin: number) => (parts ?? []).reduce((sum, part) => (part.bin === bin ? sum + part.n : sum), 0);
  return { ...figures, bins: binNumbers.map(inBin) };
}
