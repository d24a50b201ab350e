import type { Constraint } from "../../core/columns.ts";
import type { Transaction } from "../connect.ts";
import { nameOf, type Target } from "./relation.ts";

/** What is built once the rows are in, as PostgreSQL defines it. */
export interface Definitions {
  /** Primary key and unique constraints. */
  keys: Constraint[];
  /** Indexes that no constraint made: whole statements, which name the table. */
  indexes: string[];
}

export async function definitionsOf(tx: Transaction, { oid }: Target): Promise<Definitions> {
  const keys = await tx<Constraint[]>`
    select conname as name, pg_get_constraintdef(oid) as definition
      from pg_constraint where conrelid = ${oid} and contype in ('p', 'u') order by contype, conname`;
  const indexes = await tx<{ definition: string }[]>`
    select pg_get_indexdef(i.indexrelid) as definition
      from pg_index i
     where i.indrelid = ${oid} and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
     order by i.indexrelid`;
  return { keys: [...keys], indexes: indexes.map(({ definition }) => definition) };
}

/** Build keys and indexes under their own names, on every partition at once. */
export async function define(tx: Transaction, target: Target, { keys, indexes }: Definitions): Promise<void> {
  for (const { name, definition } of keys) {
    await tx`alter table ${nameOf(tx, target)} add constraint ${tx(name)} ${tx.unsafe(definition)}`;
  }
  for (const statement of indexes) await tx.unsafe(statement);
}
