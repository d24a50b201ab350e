import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list } from "../connection/fragments.ts";
import { mayBeRounded } from "../snapshots/rounding.ts";
import type { TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { isNumber } from "./distance-figures.ts";

/** What a distance of distributions, which counts every rank alike, does not see of a number. */
export interface Spread {
  /** Share of the values below the lowest or above the highest of the reference. */
  beyond: number | null;
  /** Distance of the means in standard deviations of the reference (Glass's Δ). */
  mean: number | null;
}

interface Former {
  values: number[];
  lows: (string | null)[];
  highs: (string | null)[];
  means: (string | null)[];
  deviations: (string | null)[];
}

interface Latter {
  values: number[];
  beyond: number[];
  /** Of the two means: as floats they might differ by less than what a float holds. */
  apart: (string | null)[];
}

/** The exact figures of numeric columns, by one scan of each side; null for a column that is no number. */
export async function spreadsOf(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  columns: readonly Column[],
): Promise<Spread[]> {
  const numbers = columns.filter(isNumber);
  if (numbers.length === 0) return columns.map(() => ({ beyond: null, mean: null }));
  const each = (make: (column: Column, index: number) => Fragment) => list(sql, numbers.map(make));
  const value = (column: Column) => countable(sql, column);
  const [former] = await sql<Former[]>`
    select array[${each(({ name }) => sql`count(s.${sql(name)})`)}]::bigint[] as values,
           array[${each((column) => sql`min(${value(column)})`)}]::text[] as lows,
           array[${each((column) => sql`max(${value(column)})`)}]::text[] as highs,
           array[${each((column) => sql`avg(${value(column)})`)}]::text[] as means,
           array[${each((column) => sql`stddev_pop(${value(column)})`)}]::text[] as deviations
      from ${from} s`;
  const isBeyond = (column: Column, index: number) =>
    beyondRange(sql, column, former?.lows[index] ?? null, former?.highs[index] ?? null);
  const apart = (column: Column, index: number) =>
    sql`abs(avg(${value(column)}) - ${former?.means[index] ?? null}::text::numeric)`;
  const [latter] = await sql<Latter[]>`
    select array[${each(({ name }) => sql`count(s.${sql(name)})`)}]::bigint[] as values,
           array[${each(isBeyond)}]::bigint[] as beyond,
           array[${each(apart)}]::text[] as apart
      from ${to} s`;
  const found = new Map(numbers.map((column, index) => [column, spreadOf(former, latter, index)]));
  return columns.map((column) => found.get(column) ?? { beyond: null, mean: null });
}

const wholeTypes = new Set(["int2", "int4", "int8"]);

/** Sums of floats may overflow; as numerics, of the 15 digits that they are good for, they do not. */
function countable(sql: Queryable, { name, type }: Column): Fragment {
  return type.startsWith("float") ? sql`s.${sql(name)}::numeric` : sql`s.${sql(name)}`;
}

/** How many values lie beyond these, which are the reference's extremes, by more than rounding. */
function beyondRange(sql: Queryable, column: Column, lowest: string | null, highest: string | null): Fragment {
  const value = countable(sql, column);
  const bound = (text: string | null) =>
    sql`${text}::text::${sql.unsafe(wholeTypes.has(column.type) ? column.type : "numeric")}`;
  const [low, high] = [bound(lowest), bound(highest)];
  if (!mayBeRounded(column)) return sql`count(*) filter (where ${value} < ${low} or ${value} > ${high})`;
  const slack = sql`0.00000000000001`;
  return sql`
    count(*) filter (where ${value} < ${low} - abs(${low}) * ${slack} or ${value} > ${high} + abs(${high}) * ${slack})`;
}

function spreadOf(former: Former | undefined, latter: Latter | undefined, index: number): Spread {
  const [before, after] = [former?.values[index] ?? 0, latter?.values[index] ?? 0];
  if (before === 0 || after === 0) return { beyond: null, mean: null };
  const [mean, apart] = [Number(former?.means[index]), Number(latter?.apart[index])];
  return {
    beyond: (latter?.beyond[index] ?? 0) / after,
    mean: inDeviations(apart, mean, Number(former?.deviations[index])),
  };
}

/** What rounding makes of a mean. */
const rounding = 1e-14;

/** Null where the former values do not deviate, so that no distance has a measure: the PSI tells of that. */
function inDeviations(apart: number, mean: number, deviation: number): number | null {
  if (!Number.isFinite(apart)) return null;
  if (apart <= rounding * Math.abs(mean)) return 0;
  if (!(deviation > rounding * Math.abs(mean))) return null;
  const figure = apart / deviation;
  return Number.isFinite(deviation) && Number.isFinite(figure) ? figure : null;
}
