import type { Queryable } from "../../src/postgres/connection/connect.ts";

/** What Citus's catalog says of a table; `column` is null for a reference table. */
interface Entry {
  table: string;
  column: string | null;
  colocation?: number;
}

/**
 * As much of Citus's catalog as tells which tables are distributed, in a transaction that is rolled back: nothing is spread
 * over anything.
 */
export async function fakeCitus(tx: Queryable, entries: readonly Entry[]): Promise<void> {
  await tx`set local allow_system_table_mods = on`;
  await tx`
    create table pg_catalog.pg_dist_partition (
      logicalrelid regclass, partmethod "char", partkey text, colocationid int, repmodel "char")`;
  await tx`
    create function pg_catalog.column_to_column_name(regclass, text) returns text language sql as 'select $2'`;
  for (const { table, column, colocation = 1 } of entries) {
    await tx`
      insert into pg_catalog.pg_dist_partition
      values (${table}::text::regclass, ${column === null ? "n" : "h"}, ${column}, ${colocation}, ${column === null ? "t" : "s"})`;
  }
}
