import type { Queryable, Transaction } from "../connection/connect.ts";
import { type Fragment, namesAsRows, sql } from "../connection/fragments.ts";

interface Named {
  schema: string;
  name: string;
}

/** How Citus keeps the rows of a table that is not of this server alone. */
export interface Distribution {
  /** The column whose value says on which node a row lies; null where every node has all rows, or one node has them. */
  column: string | null;
  /** Tables of one group have their rows of one value on one node, where they are joined. */
  colocation: number;
}

/** Whether this is a database that Citus was added to. */
export const hasCitus: Fragment = sql`to_regclass('pg_catalog.pg_dist_partition') is not null`;

/**
 * Of these tables those that Citus distributed, where it is there. Tables that it knows of and keeps on this server (method
 * `n`, in no group) are as others are.
 */
export async function distributionsOf(
  on: Queryable,
  tables: readonly Named[],
): Promise<(Named & { distribution: Distribution })[]> {
  return on<(Named & { distribution: Distribution })[]>`
    select wanted.schema, wanted.name, json_build_object('column', ${distributionColumn}, 'colocation', d.colocationid) as distribution
      from ${namesAsRows(tables)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      join pg_catalog.pg_dist_partition d on d.logicalrelid = c.oid
     where d.partmethod <> 'n' or d.colocationid <> 0`;
}

/** Of a line `d` of Citus's catalog. */
export const distributionColumn = sql`case when d.partmethod <> 'n' then column_to_column_name(d.logicalrelid, d.partkey) end`;

/** Spread a table that was just made over the nodes as another one is, row beside row; where that is of this server alone, it stays so. */
export async function distributeLike(
  tx: Transaction,
  table: Named,
  like: Named & { distribution: Distribution | null },
): Promise<void> {
  const { distribution } = like;
  if (distribution === null || distribution.column === null) return;
  await tx`
    select create_distributed_table(format('%I.%I', ${table.schema}::text, ${table.name}::text)::regclass,
             ${distribution.column}::text, colocate_with => format('%I.%I', ${like.schema}::text, ${like.name}::text))`;
}

/** Names from this length on: with a shard's number behind them, Citus builds what it makes of them one by one. */
export const longName = 50;

/** To be said before anything else of a transaction that is to spread tables of these names: Citus waits for itself else. */
export async function spreadLongNames(tx: Transaction, tables: readonly { name: string }[]): Promise<void> {
  if (!tables.some(({ name }) => Buffer.byteLength(name) >= longName)) return;
  await tx`select set_config('citus.multi_shard_modify_mode', 'sequential', true) where ${hasCitus}`;
}
