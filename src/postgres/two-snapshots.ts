import type { Column } from "../core/columns.ts";
import type { Queryable, Transaction } from "./connect.ts";
import { keyHash } from "./fingerprint.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import type { Frozen } from "./snapshots.ts";

/**
 * A relation with the rows of two snapshots of one table: the table's columns, and `fromColumn`, true for the rows of
 * the snapshot that is the reference.
 */
export type TwoSnapshots = Fragment;

/** The column that tells the two apart; no table of a dataset is likely to have one of that name. */
export const fromColumn = "console_from";

/** Every row of both snapshots. */
export function allRows(sql: Queryable, table: Frozen, from: string, to: string): TwoSnapshots {
  return sql`(${bothSides(sql, table, from, to, sql``)})`;
}

const sample = "two_snapshots_sample";

/**
 * Take a sample of both snapshots: of every `oneIn` keys one, the same in both. It stays until the next is taken or the
 * transaction ends.
 */
export async function takeSample(
  tx: Transaction,
  table: Frozen,
  { from, to, oneIn }: { from: string; to: string; oneIn: number },
): Promise<void> {
  const isChosen = oneIn === 1 ? tx`` : tx`and ${keyHash(tx, table.live.key)} % ${oneIn}::bigint = 0`;
  await tx`drop table if exists pg_temp.${tx(sample)}`;
  await tx`create temporary table ${tx(sample)} on commit drop as ${bothSides(tx, table, from, to, isChosen)}`;
}

/** The sample that was taken last. */
export function sampledRows(tx: Transaction): TwoSnapshots {
  return tx`pg_temp.${tx(sample)}`;
}

/** A union tells the sides apart by a constant, which is cheaper than looking at each row's stamp. */
function bothSides(sql: Queryable, table: Frozen, from: string, to: string, isChosen: Fragment): Fragment {
  const { table: target, asOfColumn, columns } = table.snapshot;
  const cells = list(
    sql,
    columnsOf(
      sql,
      "s",
      columns.map((column) => column.name),
    ),
  );
  const side = (isFrom: Fragment, asOf: string) => sql`
    select ${isFrom} as ${sql(fromColumn)}, ${cells} from ${sql(target.schema)}.${sql(target.name)} s
     where s.${sql(asOfColumn)} = ${asOf}::date ${isChosen}`;
  return sql`${side(sql`true`, from)} union all ${side(sql`false`, to)}`;
}

/** Rows, and cells of a column that are not NULL, on both sides. */
export interface Totals {
  fromRows: number;
  toRows: number;
  fromValues: number;
  toValues: number;
}

/** Count the cells of each of the columns. */
export async function countCells(
  sql: Queryable,
  rows: TwoSnapshots,
  columns: readonly Column[],
): Promise<(Totals & { column: Column })[]> {
  const values = (side: Fragment) =>
    list(
      sql,
      columns.map(({ name }) => sql`count(s.${sql(name)}) filter (where ${side})`),
    );
  const isFrom = sql`s.${sql(fromColumn)}`;
  const isTo = sql`not s.${sql(fromColumn)}`;
  const [row] = await sql<{ from_rows: number; to_rows: number; from_values: number[]; to_values: number[] }[]>`
    select count(*) filter (where ${isFrom}) as from_rows, count(*) filter (where ${isTo}) as to_rows,
           array[${values(isFrom)}]::bigint[] as from_values, array[${values(isTo)}]::bigint[] as to_values
      from ${rows} s`;
  return columns.map((column, index) => ({
    column,
    fromRows: row?.from_rows ?? 0,
    toRows: row?.to_rows ?? 0,
    fromValues: row?.from_values[index] ?? 0,
    toValues: row?.to_values[index] ?? 0,
  }));
}
