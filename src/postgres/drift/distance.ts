import type { Queryable } from "../connection/connect.ts";
import { cells, list } from "../connection/fragments.ts";
import type { Reader } from "../connection/one-view.ts";
import type { CountedColumn, TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { groupable } from "./counted-values.ts";
import { type Figures, fewRows, figuresByCounting, figuresBySorting, isNumber, noFigures } from "./distance-figures.ts";

/** How far a column's distribution moved; null without a figure, since a side has nothing to compare. */
export interface Distance extends Omit<Figures, "expected"> {
  /** Population stability index for numbers, total variation for everything else. */
  measure: "psi" | "tv";
  /** What chance alone makes of a total variation in one of 10,000 months, though nothing but rows changed; else null. */
  chance: number | null;
}

/** The distance of each of the columns, of which all have the same numbers of rows. */
export async function distancesOf(
  read: Reader,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<Distance[]> {
  const known = new Map(columns.map((one) => [one, figuresByCounts(one)]));
  const unread = columns.filter((one) => known.get(one) === null);
  const middles = await read((sql) => mostlyUnique(sql, rows, unread));
  const sorting = [...middles].map(async ([one, middle]) => {
    known.set(one, await figuresBySorting(read, rows, one, middle));
  });
  const counting = inGroups(unread.filter((one) => !middles.has(one))).map(async (few) => {
    const found = await read((sql) => figuresByCounting(sql, rows, few));
    for (const [index, one] of few.entries()) known.set(one, found[index] ?? noFigures);
  });
  await Promise.all([...sorting, ...counting]);
  return columns.map((one) => {
    const { distance, ks, expected } = known.get(one) ?? noFigures;
    return { measure: isNumber(one.column) ? "psi" : "tv", distance, ks, chance: chanceOf(expected, one) };
  });
}

/**
 * A total variation that is exceeded once in 10,000 times: no row can move it by more than 1 ⁄ n, so that it keeps within
 * √(½ ln 10,000 ⋅ (1 ⁄ n + 1 ⁄ m)) of what is expected (McDiarmid, On the Method of Bounded Differences, 1989).
 */
function chanceOf(expected: number | null, { from, to, unchanged }: CountedColumn): number | null {
  if (expected === null || unchanged) return expected;
  return expected + Math.sqrt((Math.log(10_000) / 2) * (1 / from.rows + 1 / to.rows));
}

/** GROUPING tells at most 31 columns apart. */
const columnsAtOnce = 30;

/** Groups that fit a statement, and two at least: counting costs more than reading the rows once more beside it. */
function inGroups<Item>(items: readonly Item[]): Item[][] {
  const size = Math.max(Math.min(Math.ceil(items.length / 2), columnsAtOnce), 1);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** What needs no look at the rows; null for the rest. */
function figuresByCounts({ column, from, to, unchanged, moved = 1 }: CountedColumn): Figures | null {
  if (from.rows === 0 || to.rows === 0) return noFigures;
  const number = isNumber(column);
  if (unchanged) return { distance: 0, ks: number && from.values > 0 ? 0 : null, expected: number ? null : 0 };
  if (column.type !== "bool") return null;
  let [apart, expected] = [0, 0];
  for (const { f, t } of [
    { f: from.trues, t: to.trues },
    { f: from.values - from.trues, t: to.values - to.trues },
    { f: from.rows - from.values, t: to.rows - to.values },
  ]) {
    // As categoryFigures has it.
    const steps = (f + t) * moved;
    apart += Math.abs(t / to.rows - f / from.rows);
    expected += Math.min(steps, Math.sqrt((2 / Math.PI) * (steps + 0.6)));
  }
  return { distance: apart / 2, ks: null, expected: expected / 2 / Math.sqrt(from.rows * to.rows) };
}

/** Rows that are looked at before values are counted or sorted, of few rows and of many. */
const probed = { few: 1_000, many: 5_000 };

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
  const isFew = columns.every((one) => one.from.rows + one.to.rows <= fewRows);
  const names = [...new Set(columns.map(({ column }) => column.name))];
  const counts = columns.map(({ column }) => sql`count(distinct ${groupable(column)})`);
  const medians = columns.map(({ column }) =>
    isNumber(column) ? sql`(percentile_disc(0.5) within group (order by ${groupable(column)}))::text` : sql`null`,
  );
  const [probe] = await sql<{ rows: number; values: number[]; medians: (string | null)[] }[]>`
    select count(*) as rows, array[${list(counts)}]::bigint[] as values, array[${list(medians)}]::text[] as medians
      from (select ${cells("s", names)} from ${from} s limit ${isFew ? probed.few : probed.many}) s`;
  const { rows, values, medians: middles } = probe ?? { rows: 0, values: [], medians: [] };
  return new Map(
    columns
      .map((one, index): [CountedColumn, string | null] => [one, middles[index] ?? null])
      .filter((_, index) => (values[index] ?? 0) > rows / 2),
  );
}
