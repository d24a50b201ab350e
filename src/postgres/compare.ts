import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { differs, every, type Fragment, list, sameKey, some } from "./fragments.ts";

/** How two sets of rows differ, by key. */
export interface RowChanges {
  from_rows: number;
  to_rows: number;
  added: number;
  removed: number;
  /** Common keys with at least one cell changed. */
  changed: number;
  /** By column, without the key. */
  columns: CellChanges[];
}

export interface CellChanges {
  column: Column;
  /** Common keys that changed this cell. */
  changed: number;
  /** Cells that are not NULL. */
  fromValues: number;
  toValues: number;
}

interface Counted extends Omit<RowChanges, "columns"> {
  cells: number[];
  from_values: number[];
  to_values: number[];
}

/** Compare two relations with the same columns, given as `(select …)`, by one full hash join on the key. */
export async function rowChanges(
  sql: Queryable,
  from: Fragment,
  to: Fragment,
  key: readonly string[],
  columns: readonly Column[],
): Promise<RowChanges> {
  const payload = columns.filter(({ name }) => !key.includes(name));
  const first = sql(key[0] ?? "");
  const common = sql`f.${first} is not null and t.${first} is not null`;
  const changed = payload.map((column) => differs(sql, "f", "t", column));
  const counts = (conditions: readonly Fragment[]) =>
    list(sql, [sql`null`, ...conditions.map((condition) => sql`count(*) filter (where ${condition})`)]);
  const present = (alias: "f" | "t") => payload.map(({ name }) => sql`${sql(alias)}.${sql(name)} is not null`);
  const [row] = await sql<Counted[]>`
    select count(f.${first}) as from_rows, count(t.${first}) as to_rows,
           count(*) filter (where f.${first} is null) as added,
           count(*) filter (where t.${first} is null) as removed,
           count(*) filter (where ${common} and (${some(sql, changed)})) as changed,
           array[${counts(changed.map((condition) => every(sql, [common, condition])))}]::bigint[] as cells,
           array[${counts(present("f"))}]::bigint[] as from_values,
           array[${counts(present("t"))}]::bigint[] as to_values
      from ${from} f full join ${to} t on ${sameKey(sql, "f", "t", key)}`;
  if (row === undefined) throw new Error("an aggregate gave no row");
  const { cells, from_values, to_values, ...rows } = row;
  return {
    ...rows,
    columns: payload.map((column, index) => ({
      column,
      changed: cells[index + 1] ?? 0,
      fromValues: from_values[index + 1] ?? 0,
      toValues: to_values[index + 1] ?? 0,
    })),
  };
}
