import { isDeepStrictEqual } from "node:util";
import { type LoadTable, stageSchema } from "./catalog.ts";
import type { Sql, Transaction } from "./connect.ts";
import { list } from "./fragments.ts";
import { type CatalogTable, catalogTables } from "./introspect.ts";

/**
 * Make the stage: for each table an unlogged twin of the live one, kept from run to run and empty between runs.
 * A twin that no longer has the live table's columns is made anew.
 */
export async function prepareStage(sql: Sql, tables: readonly LoadTable[]): Promise<void> {
  const staged = await catalogTables(
    sql,
    tables.map(({ name }) => ({ schema: stageSchema, name })),
  );
  const made = new Map(staged.map((table) => [table.name, kindOf(table)]));
  const toMake = tables.filter(({ name, live }) => !isDeepStrictEqual(made.get(name), kindOf(live)));
  if (toMake.length === 0) return;
  await sql.begin(async (tx) => {
    await tx`create schema if not exists ${tx(stageSchema)}`;
    for (const { name, live } of toMake) {
      await tx`drop table if exists ${tx(stageSchema)}.${tx(name)}`;
      await tx`create unlogged table ${tx(stageSchema)}.${tx(name)} (like ${tx(live.schema)}.${tx(live.name)})`;
    }
  });
}

function kindOf({ columns, declared }: CatalogTable) {
  return { columns, declared };
}

/** Empty the stage, in the run's own transaction: at its start of what a crash left, at its end for the next run. */
export async function emptyStage(tx: Transaction, tables: readonly LoadTable[]): Promise<void> {
  const staged = tables.map(({ name }) => tx`${tx(stageSchema)}.${tx(name)}`);
  const holdsRows = staged.map((table) => tx`exists (select 1 from ${table})`);
  const [row] = await tx<{ full: boolean[] }[]>`select array[${list(tx, holdsRows)}]::boolean[] as full`;
  const full = staged.filter((_, index) => row?.full[index]);
  // A truncated table gets new files, which costs more than to look first.
  if (full.length > 0) await tx`truncate ${list(tx, full)}`;
}

/** Statement that receives a CSV file's rows, without header, into the stage; columns in the file's order. */
export function copyIntoStage(tx: Transaction, { name }: LoadTable, columns: readonly string[]) {
  return tx`copy ${tx(stageSchema)}.${tx(name)} (${tx([...columns])}) from stdin (format csv)`;
}
