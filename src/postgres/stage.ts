import type { PendingQuery, Row } from "postgres";
import { type LoadTable, stageSchema } from "./catalog.ts";
import type { Sql, Transaction } from "./connect.ts";
import { list } from "./fragments.ts";

/**
 * Make the stage: for each table an unlogged twin of the live one, kept from run to run and empty between runs.
 * A twin that no longer has the live table's columns is made anew.
 */
export async function prepareStage(sql: Sql, tables: readonly LoadTable[]): Promise<void> {
  const wanted = tables.map(({ name, live }) => ({ name, schema: live.schema }));
  const outdated = await sql<{ name: string }[]>`
    select name from jsonb_to_recordset(${sql.json(wanted)}) as wanted(name text, schema text)
     where ${columnsOf(sql, sql`schema`)} is distinct from ${columnsOf(sql, sql`${stageSchema}::text`)}`;
  if (outdated.length === 0) return;
  const toMake = tables.filter(({ name }) => outdated.some((one) => one.name === name));
  await sql.begin(async (tx) => {
    await tx`create schema if not exists ${tx(stageSchema)}`;
    for (const { name, live } of toMake) {
      await tx`drop table if exists ${tx(stageSchema)}.${tx(name)}`;
      await tx`create unlogged table ${tx(stageSchema)}.${tx(name)} (like ${tx(live.schema)}.${tx(live.name)})`;
    }
  });
}

/** What a twin has to have: the columns of the table called `name`, their types, and where NULL is allowed. */
function columnsOf(sql: Sql, schema: PendingQuery<Row[]>) {
  return sql`(
    select json_agg(json_build_array(a.attname, a.atttypid, a.atttypmod, a.attnotnull) order by a.attnum)::text
      from pg_attribute a
     where a.attrelid = to_regclass(format('%I.%I', ${schema}, name)) and a.attnum > 0 and not a.attisdropped)`;
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
