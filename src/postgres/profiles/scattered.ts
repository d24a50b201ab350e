import type { Column } from "../../core/columns.ts";
import { frequentValues, quantileShares } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sql } from "../connection/fragments.ts";
import { deviation } from "../drift/deviation.ts";
import type { RowsOf } from "../snapshots/snapshots.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import type { Figures } from "./figures.ts";
import { binNumbers, binsOf, type Measured } from "./measures.ts";
import { sampleOf } from "./probe.ts";
import { countable, hashed, isOrdered, kindOf, sortable, summable, written } from "./values.ts";

/** Rows of a table. */
export interface Rows {
  of: RowsOf;
  count: number;
  /** True where they lie on several servers. */
  isSpread: boolean;
}

/** So many hashes are counted of a column in which each row has another value: a share of them is known to half a percent. */
const sketched = 65_536;

/** Rows up to which all values are counted, whatever they are. */
export const countedRows = sketched;

type Found = Omit<Figures, "frequent" | "distinct" | "bins"> & { hashes: number };

/**
 * The figures of a column in which hardly a value occurs twice. To count each would take longer than all else: different
 * values are estimated from those whose hashes are the lowest, a share that is known, and how often one occurs is counted of
 * those alone that a sample had twice.
 */
export async function figuresOfScattered(on: Queryable, rows: Rows, one: Measured): Promise<Figures> {
  const { column, edges } = one;
  const share = Math.min(1, sketched / Math.max(rows.count, 1));
  const all = rows.of([column]);
  const [found] = await aggregated<Found>(on, [sums(one, rows, share)], all);
  if (found === undefined) throw new Error("an aggregate gave no row");
  const { hashes, ...figures } = found;
  // What sends each value to the coordinator does so by itself.
  const [ordered] = rows.isSpread ? await aggregated<Pick<Figures, "quantiles">>(on, [inOrder(one)], all) : [];
  const distinct = Math.min(figures.values, Math.round(hashes / share));
  return {
    ...{ ...figures, distinct, distinct_exact: share === 1 },
    quantiles: (ordered ?? figures).quantiles?.map((value) => trimmed(value, column)) ?? null,
    bins: edges === null ? null : await histogram(on, all, one, edges),
    frequent: isOrdered(column) ? await mostFrequent(on, rows, one) : [],
  };
}

/** How often those values occur that a sample has more than once. */
async function mostFrequent(on: Queryable, { of, count }: Rows, { column }: Measured): Promise<Figures["frequent"]> {
  const sample = of([column], sampleOf(count));
  const candidates = await on<{ value: string }[]>`
    select v::text as value from (select ${countable(column)} as v from ${sample} s) cells
     where v is not null group by v having count(*) > 1 order by count(*) desc, v limit ${frequentValues}`;
  if (candidates.length === 0) return [];
  const values = sql`${candidates.map(({ value }) => value)}::text[]::${sql.unsafe(column.type)}[]`;
  return on<Figures["frequent"]>`
    select ${written(sql`v`, column)} as value, n as rows
      from (select v, count(*) as n from (select ${countable(column)} as v from ${of([column])} s) cells
             where v = any(${values}) group by v having count(*) > 1) repeated
     order by n desc, v`;
}

function sums(one: Measured, { isSpread }: Rows, share: number): Fragment {
  const { column } = one;
  const value = countable(column);
  const isNumber = kindOf(column) === "number";
  const number = summable(value, column);
  const [n, sum, squares] = [sql`count(${number})::numeric`, sql`sum(${number})`, sql`sum(${number} * ${number})`];
  const stddev = isSpread ? deviation(n, sum, squares) : sql`stddev_pop(${number})`;
  const extreme = (name: string) => written(sql`${sql.unsafe(name)}(${sortable(value, column)})`, column);
  const ordered = isOrdered(column);
  return sql`json_build_object('rows', count(*), 'values', count(${value}),
    'min', ${ordered ? extreme("min") : sql`null::text`}, 'max', ${ordered ? extreme("max") : sql`null::text`},
    'mean', ${isNumber ? sql`avg(${number})::text` : sql`null::text`},
    'stddev', ${isNumber ? sql`(${stddev})::text` : sql`null::text`},
    'quantiles', ${ordered && !isSpread ? percentiles(column) : sql`'[]'::json`},
    'hashes', count(distinct ${hashed(column)}) filter (where ${isSketched(hashed(column), share)}))`;
}

/** True for that share of all hashes, the lowest. */
function isSketched(hash: Fragment, share: number): Fragment {
  const limit = (BigInt(Math.floor(share * 2 ** 32)) << 32n) - 2n ** 63n;
  return share === 1 ? sql`${hash} is not null` : sql`${hash} < ${String(limit)}::text::bigint`;
}

function inOrder({ column }: Measured): Fragment {
  return sql`json_build_object('quantiles', ${isOrdered(column) ? percentiles(column) : sql`'[]'::json`})`;
}

/** No subquery makes texts of them, for on several servers there can be none above an aggregate. */
function percentiles(column: Column): Fragment {
  const shares = sql`array[${list(quantileShares.map((share) => sql`${share}::float8`))}]`;
  return sql`to_json((percentile_disc(${shares}) within group (order by ${countable(column)}))::text[])`;
}

/** As `written` has numerics: without zeros at their end. */
function trimmed(value: string | null, { type }: Column): string | null {
  return type === "numeric" && value?.includes(".") ? value.replace(/\.?0+$/, "") : value;
}

async function histogram(
  on: Queryable,
  rows: Fragment,
  { column }: Measured,
  edges: readonly string[],
): Promise<number[]> {
  const found = await on<{ bin: number; n: number }[]>`
    select bin, count(*) as n
      from (select ${binsOf(countable(column), column, edges)} as bin from ${rows} s) cells
     where bin is not null group by bin`;
  return binNumbers.map((bin) => found.find((one) => one.bin === bin)?.n ?? 0);
}
