import type { Column } from "../core/columns.ts";
import { keyColumns } from "./catalog.ts";
import type { Queryable, Transaction } from "./connect.ts";
import { keyHash } from "./fingerprint.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import type { Frozen } from "./snapshots.ts";

/** The rows of two snapshots of one table, each given as `(select …)`; `from` is the reference. */
export interface TwoSnapshots {
  from: Fragment;
  to: Fragment;
}

/** Every row of both snapshots. */
export function allRows(sql: Queryable, table: Frozen, from: string, to: string): TwoSnapshots {
  return { from: slice(sql, table, from), to: slice(sql, table, to) };
}

const sample = "two_snapshots_sample";

/** The column that tells the sides of the sample apart; no table of a dataset is likely to have one of that name. */
const fromColumn = "console_from";

/** What a sample is made of: the percentage of a table's blocks that is read, and of the keys there one in so many. */
export interface Sampling {
  percent: number;
  oneIn: number;
}

/**
 * Take a sample of both snapshots. It stays until the next is taken or the transaction ends. The keys are the same in
 * both as long as all blocks are read.
 */
export async function takeSample(
  tx: Transaction,
  table: Frozen,
  { from, to, percent, oneIn }: Sampling & { from: string; to: string },
): Promise<void> {
  const isChosen = oneIn === 1 ? tx`` : tx`where ${keyHash(tx, keyColumns(table))} % ${oneIn}::bigint = 0`;
  const blocks = percent >= 100 ? tx`` : tx`tablesample system (${percent}::float4) repeatable (1)`;
  await tx`drop table if exists pg_temp.${tx(sample)}`;
  await tx`
    create temporary table ${tx(sample)} on commit drop as
      select true as ${tx(fromColumn)}, s.* from ${slice(tx, table, from, blocks)} s ${isChosen}
       union all
      select false, s.* from ${slice(tx, table, to, blocks)} s ${isChosen}`;
}

/** The sample that was taken last. */
export function sampledRows(tx: Queryable): TwoSnapshots {
  const side = (isSide: Fragment) => tx`(select * from pg_temp.${tx(sample)} where ${isSide})`;
  return { from: side(tx`${tx(fromColumn)}`), to: side(tx`not ${tx(fromColumn)}`) };
}

function slice(sql: Queryable, table: Frozen, asOf: string, blocks: Fragment = sql``): Fragment {
  const { table: target, asOfColumn, columns } = table.snapshot;
  const names = columns.map((column) => column.name);
  return sql`
    (select ${list(sql, columnsOf(sql, "s", names))}
       from ${sql(target.schema)}.${sql(target.name)} s ${blocks} where s.${sql(asOfColumn)} = ${asOf}::date)`;
}

/** Counts on both sides: rows, a column's cells that are not NULL, and those that are true, if it is boolean. */
export interface Totals {
  fromRows: number;
  toRows: number;
  fromValues: number;
  toValues: number;
  fromTrue: number;
  toTrue: number;
}

/** How many cells of a column are true, as an aggregate over `alias`; none are in a column that is not boolean. */
export function countTrue(sql: Queryable, alias: "s" | "f" | "t", { name, type }: Column): Fragment {
  return type === "bool" ? sql`count(*) filter (where ${sql(alias)}.${sql(name)})` : sql`0`;
}

interface Side {
  rows: number;
  values: number[];
  trues: number[];
}

/** Count the cells of each of the columns. */
export async function countCells(
  sql: Queryable,
  { from, to }: TwoSnapshots,
  columns: readonly Column[],
): Promise<(Totals & { column: Column })[]> {
  const values = columns.map(({ name }) => sql`count(s.${sql(name)})`);
  const trues = columns.map((column) => countTrue(sql, "s", column));
  const count = async (side: Fragment) => {
    const [counted] = await sql<Side[]>`
      select count(*) as rows, array[${list(sql, values)}]::bigint[] as values,
             array[${list(sql, trues)}]::bigint[] as trues
        from ${side} s`;
    return counted ?? { rows: 0, values: [], trues: [] };
  };
  const [before, after] = [await count(from), await count(to)];
  return columns.map((column, index) => ({
    column,
    fromRows: before.rows,
    toRows: after.rows,
    fromValues: before.values[index] ?? 0,
    toValues: after.values[index] ?? 0,
    fromTrue: before.trues[index] ?? 0,
    toTrue: after.trues[index] ?? 0,
  }));
}
