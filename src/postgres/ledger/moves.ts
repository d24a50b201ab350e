import type { MovedTable } from "../../core/drift.ts";
import type { Queryable } from "../connection/connect.ts";
import { insertRows } from "./records.ts";

/** How far the columns of a run's snapshots moved, a line for each. */
export async function recordMoves(sql: Queryable, run: number, tables: readonly MovedTable[]): Promise<void> {
  const rows = tables.flatMap(({ table, since, threshold, columns }) =>
    columns.map(({ column, ...found }, position) => ({
      ...{ run, table_name: table, position, column_name: column, since, threshold },
      ...found,
    })),
  );
  await insertRows(sql, "moves", rows);
}
