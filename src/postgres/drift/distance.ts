import type { Queryable } from "../connection/connect.ts";
import { list } from "../connection/fragments.ts";
import type { View } from "../connection/one-view.ts";
import type { TwoSnapshots } from "../snapshots/two-snapshots.ts";
import {
  type CountedColumn,
  cell,
  type Figures,
  figuresByCounting,
  figuresBySorting,
  isNumber,
} from "./distance-figures.ts";

/** How far a column's distribution moved; null without a figure, since a side has nothing to compare. */
export interface Distance {
  /** Population stability index for numbers, total variation for everything else. */
  measure: "psi" | "tv";
  distance: number | null;
  /** Kolmogorov-Smirnov statistic; numbers only. */
  ks: number | null;
  /** What chance alone makes of a total variation in one of 10,000 months, though nothing but rows changed; else null. */
  chance: number | null;
}

/** The distance of each of the columns, of which all have the same numbers of rows. */
export async function distancesOf(
  view: View,
  rows: (sql: Queryable) => TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Distance[]> {
  const byColumn = new Map<CountedColumn, Figures>();
  const unread: CountedColumn[] = [];
  for (const one of columns) {
    const known = figuresByTotals(one);
    if (known === null) unread.push(one);
    else byColumn.set(one, known);
  }
  const middles = await view.run((sql) => mostlyUnique(sql, rows(sql), unread));
  const sorting = [...middles].map(async ([one, middle]) => {
    byColumn.set(one, await figuresBySorting(view, rows, one, middle));
  });
  const counting = inGroups(unread.filter((one) => !middles.has(one))).map(async (few) => {
    for (const { position, ...found } of await view.run((sql) => figuresByCounting(sql, rows(sql), few))) {
      const one = few[position];
      if (one !== undefined) byColumn.set(one, found);
    }
  });
  await Promise.all([...sorting, ...counting]);
  return columns.map((one) => ({
    measure: isNumber(one.column) ? "psi" : "tv",
    distance: byColumn.get(one)?.distance ?? null,
    ks: byColumn.get(one)?.ks ?? null,
    chance: chanceOf(byColumn.get(one)?.expected ?? null, one),
  }));
}

/**
 * A total variation that is exceeded once in 10,000 times: no row can move it by more than 1 ⁄ n, so that it keeps within
 * √(½ ln 10,000 ⋅ (1 ⁄ n + 1 ⁄ m)) of what is expected (McDiarmid, On the Method of Bounded Differences, 1989).
 */
function chanceOf(expected: number | null, { fromRows, toRows, unchanged }: CountedColumn): number | null {
  if (expected === null || unchanged) return expected;
  return expected + Math.sqrt((Math.log(10_000) / 2) * (1 / fromRows + 1 / toRows));
}

/** GROUPING tells at most 31 columns apart. */
const columnsAtOnce = 30;

/** Groups that fit a statement, and two at least: counting costs more than reading the rows once more beside it. */
function inGroups<Item>(items: readonly Item[]): Item[][] {
  const size = Math.min(Math.ceil(items.length / 2), columnsAtOnce);
  return Array.from({ length: Math.ceil(items.length / Math.max(size, 1)) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** What needs no look at the rows; null for the rest. */
function figuresByTotals(one: CountedColumn): Figures | null {
  const { column, fromRows, toRows, fromValues, toValues, fromTrue, toTrue, moved = 1 } = one;
  if (fromRows === 0 || toRows === 0) return { distance: null, ks: null, expected: null };
  const number = isNumber(column);
  if (one.unchanged) return { distance: 0, ks: number && fromValues > 0 ? 0 : null, expected: number ? null : 0 };
  if (column.type !== "bool") return null;
  const counts = [
    { from: fromTrue, to: toTrue },
    { from: fromValues - fromTrue, to: toValues - toTrue },
    { from: fromRows - fromValues, to: toRows - toValues },
  ];
  const sum = (each: (count: { from: number; to: number }) => number) =>
    counts.reduce((total, count) => total + each(count), 0);
  const steps = ({ from, to }: { from: number; to: number }) => (from + to) * moved;
  return {
    distance: sum(({ from, to }) => Math.abs(to / toRows - from / fromRows)) / 2,
    ks: null,
    // As categoryFigures has it.
    expected:
      sum((count) => Math.min(steps(count), Math.sqrt((2 / Math.PI) * (steps(count) + 0.6)))) /
      2 /
      Math.sqrt(fromRows * toRows),
  };
}

const probed = 5_000;

/**
 * The columns in which hardly a value occurs twice, told from the first rows, and a value about the middle of each that
 * is numeric. Nobody keeps statistics of a partitioned table, so that the planner would count such a column's values in
 * a hash table, and spill; sorting is three times faster.
 */
async function mostlyUnique(
  sql: Queryable,
  { from }: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Map<CountedColumn, string | null>> {
  if (columns.length === 0) return new Map();
  const counts = columns.map((one) => sql`count(distinct ${cell(sql, one)})`);
  const medians = columns.map((one) =>
    isNumber(one.column) ? sql`(percentile_disc(0.5) within group (order by ${cell(sql, one)}))::text` : sql`null`,
  );
  const [probe] = await sql<{ rows: number; values: number[]; medians: (string | null)[] }[]>`
    select count(*) as rows, array[${list(sql, counts)}]::bigint[] as values,
           array[${list(sql, medians)}]::text[] as medians
      from (select * from ${from} s limit ${probed}) s`;
  const isUnique = (index: number) => (probe?.values[index] ?? 0) > (probe?.rows ?? 0) / 2;
  return new Map(
    columns.flatMap((one, index): [CountedColumn, string | null][] =>
      isUnique(index) ? [[one, probe?.medians[index] ?? null]] : [],
    ),
  );
}
