import { ConsoleError } from "../../core/errors.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { sql as fragment, qualified } from "../connection/fragments.ts";
import { requireReached } from "../ledger/counted.ts";
import { partitionsOf } from "../snapshots/partitions.ts";
import type { Placing } from "./plan.ts";

export async function rowsIn(sql: Queryable, table: TableName): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`select count(*) as rows from ${qualified(table)}`;
  return row?.rows ?? 0;
}

/**
 * Spread a table over the nodes, with all its partitions and rows. Throws unless as many rows are there afterwards. The old
 * copy stays on the coordinator's disk until `removeLocalCopy`. Returns how many rows moved.
 */
export async function place(tx: Transaction, { table, column, beside }: Placing, shards: number): Promise<number> {
  const before = await rowsIn(tx, table);
  await (beside === null
    ? tx`
      select create_distributed_table(${named(table)}, ${column}::text, colocate_with => 'none', shard_count => ${shards}::int)`
    : tx`select create_distributed_table(${named(table)}, ${column}::text, colocate_with => ${named(beside)}::text)`);
  const after = await rowsIn(tx, table);
  if (after === before) return after;
  throw new ConsoleError(
    "database_error",
    `${table.name} would have ${after} rows on the nodes, and has ${before} here.`,
    {
      hint: "Nothing was changed of it. Look for what changes rows as they are written, and run the command again.",
    },
  );
}

/** Remove what is left of a table's rows on the coordinator, which nobody sees any more; of each partition for itself. */
export async function removeLocalCopy(tx: Transaction, table: TableName): Promise<void> {
  for (const part of [...(await partitionsOf(tx, [table])), table]) {
    await tx`select truncate_local_data_after_distributing_table(${named(part)})`;
  }
}

function named({ schema, name }: TableName) {
  return fragment`format('%I.%I', ${schema}::text, ${name}::text)::regclass`;
}

/** On servers that cannot tell JSON by themselves, the function that does has to be on every node. */
export async function placeFunctions(tx: Transaction): Promise<void> {
  await tx`
    select create_distributed_function(f.oid::regprocedure)
      from (select 'console.is_json(text)'::regprocedure::oid as oid) f
     where current_setting('server_version_num')::int < 160000
       and not exists (select from pg_catalog.pg_dist_object o where o.classid = 'pg_proc'::regclass and o.objid = f.oid)`;
}

/** What was done, for the ledger. */
export interface PlacedRecord {
  dataset: string;
  table_name: string;
  distributed_by: string;
  colocated_with: string | null;
  shards: number;
  rows: number;
  operator: string;
  host: string;
}

export async function recordPlaced(tx: Transaction, record: PlacedRecord): Promise<void> {
  requireReached("distributions", 1, await tx`insert into console.distributions ${tx({ ...record })}`);
}

/** Into how many parts a table that is distributed was divided. */
export async function shardsOf(sql: Queryable, table: TableName): Promise<number> {
  const [row] = await sql<{ shards: number }[]>`
    select count(*) as shards from pg_catalog.pg_dist_shard where logicalrelid = ${named(table)}`;
  return row?.shards ?? 0;
}
