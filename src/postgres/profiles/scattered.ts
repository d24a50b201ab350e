import type { Column } from "../../core/columns.ts";
import { quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sql } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import type { Figures } from "./figures.ts";
import { gatheredRows, type Places, placesByGathering } from "./gathered.ts";
import { arrayOf, binNumbers, binsOf, type Measured, type Rows } from "./measures.ts";
import { countable, familyOf, hashed, isOrdered, kindOf, summable, written } from "./values.ts";

/** So many hashes are counted of a column in which each row has another value: a share of them is known to half a percent. */
const sketched = 65_536;

/** Rows up to which all values are counted, whatever they are. */
export const countedRows = sketched;

type Found = Pick<Figures, "rows" | "values" | "mean" | "stddev"> & { hashes: number };

/**
 * The figures of a column in which hardly a value occurs twice. To count each would take longer than all else: different
 * values are estimated from those whose hashes are the lowest, a share that is known, and how often one occurs is counted of
 * those alone that a sample had twice.
 */
export async function figuresOfScattered(
  on: Queryable,
  rows: Rows,
  one: Measured,
  repeated: readonly string[],
): Promise<Figures> {
  const { column } = one;
  const share = Math.min(1, sketched / Math.max(rows.count, 1));
  const all = rows.of([column]);
  const [found] = await aggregated<Found>(on, [sums(one, rows, share)], all);
  if (found === undefined) throw new Error("an aggregate gave no row");
  const { hashes, ...figures } = found;
  const distinct = Math.min(figures.values, Math.round(hashes / share));
  return {
    ...{ ...figures, distinct, distinct_exact: share === 1 },
    ...(await placesOf(on, rows, one)),
    frequent: repeated.length === 0 ? [] : await mostFrequent(on, all, column, repeated),
  };
}

/** By what lies around the quantiles alone, unless that is much, or not where it was expected: else all is put in order. */
async function placesOf(on: Queryable, rows: Rows, { column, edges }: Measured): Promise<Places> {
  if (!isOrdered(column)) return { min: null, max: null, quantiles: [], bins: null };
  if (edges !== null && !rows.isSpread && rows.count <= gatheredRows) {
    const places = await placesByGathering(on, rows, column, edges);
    if (places.quantiles?.every((value) => value !== null)) return places;
  }
  const all = rows.of([column]);
  const [found] = await aggregated<{ ordered: string[] | null }>(on, [inOrder(column)], all);
  const ordered = found?.ordered?.map((value) => trimmed(value, column)) ?? [];
  return {
    ...{ min: ordered.at(0) ?? null, max: ordered.at(-1) ?? null, quantiles: ordered.slice(1, -1) },
    bins: edges === null ? null : await histogram(on, all, column, edges, rows.isSpread),
  };
}

/** How often these values occur: of what a sample has once nobody can tell. */
function mostFrequent(
  on: Queryable,
  rows: Fragment,
  column: Column,
  repeated: readonly string[],
): Promise<Figures["frequent"]> {
  const values = sql`${[...repeated]}::text[]::${sql.unsafe(column.type)}[]`;
  return on<Figures["frequent"]>`
    select ${written(sql`v`, familyOf(column))} as value, n as rows
      from (select v, count(*) as n from (select ${countable(column)} as v from ${rows} s) cells
             where v = any(${values}) group by v having count(*) > 1) repeated
     order by n desc, v`;
}

function sums(one: Measured, { isSpread }: Rows, share: number): Fragment {
  const { column } = one;
  const value = countable(column);
  const isNumber = kindOf(column) === "number";
  const number = summable(value, column.type);
  const [n, sum, squares] = [sql`count(${number})::numeric`, sql`sum(${number})`, sql`sum(${number} * ${number})`];
  const stddev = isSpread ? deviation(n, sum, squares) : sql`stddev_pop(${number})`;
  return sql`json_build_object('rows', count(*), 'values', count(${value}),
    'mean', ${isNumber ? sql`avg(${number})::text` : sql`null::text`},
    'stddev', ${isNumber ? sql`(${stddev})::text` : sql`null::text`},
    'hashes', count(distinct ${hashed(column)}) filter (where ${isSketched(hashed(column), share)}))`;
}

/** True for that share of all hashes, the lowest. */
function isSketched(hash: Fragment, share: number): Fragment {
  const limit = (BigInt(Math.floor(share * 2 ** 32)) << 32n) - 2n ** 63n;
  return share === 1 ? sql`${hash} is not null` : sql`${hash} < ${String(limit)}::text::bigint`;
}

const orderedShares = [0, ...quantileShares, 1];

/** The lowest value, the quantiles, and the highest. No subquery makes texts of them: on several servers there can be none above an aggregate. */
function inOrder(column: Column): Fragment {
  const shares = sql`array[${list(orderedShares.map((share) => sql`${share}::float8`))}]`;
  const values = sql`percentile_disc(${shares}) within group (order by ${countable(column)})`;
  return sql`json_build_object('ordered', to_json((${values})::text[]))`;
}

/** As `written` has numerics: without zeros at their end. */
function trimmed(value: string, { type }: Column): string {
  return type === "numeric" && value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}

async function histogram(
  on: Queryable,
  rows: Fragment,
  column: Column,
  edges: readonly string[],
  isSpread: boolean,
): Promise<number[]> {
  const value = countable(column);
  // A server of several may not be given a subquery here.
  const bin = isSpread ? sql`width_bucket(${value}, ${arrayOf(column, edges)})` : binsOf(value, column, edges);
  // A bin that anything but the grouping names would be looked for twice in each row.
  const found = await on<{ bin: number | null; n: number }[]>`
    select bin, count(*) as n from (select ${bin} as bin from ${rows} s) cells group by bin`;
  return binNumbers.map((number) => found.find((one) => one.bin === number)?.n ?? 0);
}
