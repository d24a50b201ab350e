import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, jsonArray, sql } from "../connection/fragments.ts";
import { mayBeRounded } from "../snapshots/rounding.ts";
import type { TwoSnapshots } from "../snapshots/two-snapshots.ts";

/** What a distance of distributions, which counts every rank alike, does not see of a number. */
export interface Spread {
  /** Share of the values below the lowest or above the highest of the reference. */
  beyond: number | null;
  /** Distance of the means in standard deviations of the reference (Glass's Δ). */
  mean: number | null;
}

/** The reference's values: how many, and figures of them as text, which is exact. */
interface Former extends Record<"low" | "high" | "mean" | "deviation", string | null> {
  values: number;
}

interface Latter {
  values: number;
  beyond: number;
  /** Of the two means: as floats they might differ by less than what a float holds. */
  apart: string | null;
}

/** The exact figures of numeric columns, by one scan of each side. */
export async function spreadsOf(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  numbers: readonly Column[],
): Promise<Map<Column, Spread>> {
  if (numbers.length === 0) return new Map();
  const [reference] = await sql<
    { columns: Former[] }[]
  >`select ${jsonArray(numbers.map(former))} as columns from ${from} s`;
  const pairs = numbers.flatMap((column, index) => {
    const before = reference?.columns[index];
    return before === undefined ? [] : [{ column, before }];
  });
  const latters = pairs.map(({ column, before }) => latter(column, before));
  const [now] = await sql<{ columns: Latter[] }[]>`select ${jsonArray(latters)} as columns from ${to} s`;
  return new Map(pairs.map(({ column, before }, index) => [column, spreadOf(before, now?.columns[index])]));
}

function former(column: Column): Fragment {
  const value = countable(column);
  return sql`json_build_object('values', count(${value}), 'low', min(${value})::text, 'high', max(${value})::text,
    'mean', avg(${value})::text, 'deviation', stddev_pop(${value})::text)`;
}

function latter(column: Column, { low, high, mean }: Former): Fragment {
  const value = countable(column);
  return sql`json_build_object('values', count(${value}), 'beyond', ${beyondRange(column, low, high)},
    'apart', abs(avg(${value}) - ${mean}::text::numeric)::text)`;
}

/** Sums of floats may overflow; as numerics, of the 15 digits that they are good for, they do not. */
function countable(column: Column): Fragment {
  return column.type.startsWith("float") ? sql`${cell("s", column)}::numeric` : cell("s", column);
}

/** How many values lie beyond these, which are the reference's extremes, by more than rounding. */
function beyondRange(column: Column, lowest: string | null, highest: string | null): Fragment {
  const value = countable(column);
  const type = sql.unsafe(column.type.startsWith("int") ? column.type : "numeric");
  const [low, high] = [sql`${lowest}::text::${type}`, sql`${highest}::text::${type}`];
  if (!mayBeRounded(column)) return sql`count(*) filter (where ${value} < ${low} or ${value} > ${high})`;
  const slack = sql`0.00000000000001`;
  return sql`
    count(*) filter (where ${value} < ${low} - abs(${low}) * ${slack} or ${value} > ${high} + abs(${high}) * ${slack})`;
}

function spreadOf(before: Former, now: Latter | undefined): Spread {
  if (now === undefined || before.values === 0 || now.values === 0) return { beyond: null, mean: null };
  const mean = inDeviations(Number(now.apart), Number(before.mean), Number(before.deviation));
  return { beyond: now.beyond / now.values, mean };
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
