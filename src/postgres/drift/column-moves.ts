import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, sql } from "../connection/fragments.ts";
import type { Reader } from "../connection/one-view.ts";
import { mayBeRounded } from "../snapshots/exact.ts";
import { aggregated, type CountedColumn, type TwoSnapshots } from "../snapshots/two-snapshots.ts";
import { deviation } from "./deviation.ts";
import { type Distance, distancesOf } from "./distance.ts";
import { isNumber } from "./distance-figures.ts";

/** All figures of a column. */
export interface ColumnMoves extends Distance, Spread {
  missing: number | null;
}

/**
 * What a distance of distributions, which counts every rank alike, does not see of a number: the share of the values
 * beyond the reference's, and the distance of the means in standard deviations of the reference (Glass's Δ).
 */
type Spread = Record<"beyond" | "mean", number | null>;

/** How far each of the columns moved, from every row that is given. */
export async function movesOf(
  read: Reader,
  rows: TwoSnapshots,
  columns: readonly CountedColumn[],
): Promise<ColumnMoves[]> {
  const isMoved = ({ unchanged, from, to }: CountedColumn) => !unchanged && from.rows > 0 && to.rows > 0;
  const numbers = columns.filter((one) => isNumber(one.column) && isMoved(one)).map(({ column }) => column);
  const [distances, spreads] = await Promise.all([
    distancesOf(read, rows, columns),
    read((sql) => spreadsOf(sql, rows, numbers)),
  ]);
  return columns.flatMap((one, index): ColumnMoves[] => {
    const distance = distances[index];
    if (distance === undefined) return [];
    const still = one.unchanged && isNumber(one.column) && one.from.values > 0 ? 0 : null;
    const spread = spreads.get(one.column) ?? { beyond: still, mean: still };
    return [{ ...distance, ...spread, missing: missingOf(one) }];
  });
}

/** By how much the share of NULLs moved. */
function missingOf({ from, to }: CountedColumn): number | null {
  if (from.rows === 0 || to.rows === 0) return null;
  return Math.abs(to.values / to.rows - from.values / from.rows);
}

/** The reference's values: how many, and figures of them as text, which is exact. */
interface Former extends Record<"low" | "high" | "mean" | "deviation", string | null> {
  values: number;
}

const unknown: Former = { values: 0, low: null, high: null, mean: null, deviation: null };

interface Latter {
  values: number;
  beyond: number;
  /** Of the two means: as floats they might differ by less than what a float holds. */
  apart: string | null;
}

/** The exact figures of numeric columns, by one scan of each side. */
export async function spreadsOf(
  sql: Queryable,
  { from, to, isSpread }: TwoSnapshots,
  numbers: readonly Column[],
): Promise<Map<Column, Spread>> {
  if (numbers.length === 0) return new Map();
  const formers = await aggregated<Former>(
    sql,
    numbers.map((column) => former(column, isSpread)),
    from,
  );
  const beside = numbers.map((column, index) => latter(column, formers[index]));
  const latters = await aggregated<Latter>(sql, beside, to);
  return new Map(numbers.map((column, index) => [column, spreadOf(formers[index], latters[index])]));
}

function former(column: Column, isSpread: boolean): Fragment {
  const value = countable(column);
  const deviation = isSpread ? deviationFromSums(value) : sql`stddev_pop(${value})`;
  return sql`json_build_object('values', count(${value}), 'low', min(${value})::text, 'high', max(${value})::text,
    'mean', avg(${value})::text, 'deviation', (${deviation})::text)`;
}

/** Of sums, which those of several servers can be made of. */
function deviationFromSums(value: Fragment): Fragment {
  return deviation(sql`count(${value})::numeric`, sql`sum(${value})::numeric`, sql`sum(${value}::numeric * ${value})`);
}

/** Beyond the reference's extremes is what lies there by more than rounding. */
function latter(column: Column, { low: lowest, high: highest, mean } = unknown): Fragment {
  const value = countable(column);
  const type = sql.unsafe(column.type.startsWith("int") ? column.type : "numeric");
  const [low, high] = [sql`${lowest}::text::${type}`, sql`${highest}::text::${type}`];
  const slack = sql`0.00000000000001`;
  const isBeyond = mayBeRounded(column)
    ? sql`${value} < ${low} - abs(${low}) * ${slack} or ${value} > ${high} + abs(${high}) * ${slack}`
    : sql`${value} < ${low} or ${value} > ${high}`;
  return sql`json_build_object('values', count(${value}), 'beyond', count(*) filter (where ${isBeyond}),
    'apart', abs(avg(${value}) - ${mean}::text::numeric)::text)`;
}

/** Sums of floats may overflow; as numerics, of the 15 digits that they are good for, they do not. */
function countable(column: Column): Fragment {
  return column.type.startsWith("float") ? sql`${cell("s", column)}::numeric` : cell("s", column);
}

function spreadOf(before = unknown, now?: Latter): Spread {
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
