import type { Transaction } from "../connect.ts";
import { partitionName } from "../snapshots.ts";
import { nameOf, type Target } from "./relation.ts";

/** What stands under a name that a partition is to have. */
export async function takenNames(tx: Transaction, target: Target): Promise<string[]> {
  const asOf = tx(target.asOf);
  const days = await tx<{ day: string }[]>`select distinct s.${asOf}::text as day from ${nameOf(tx, target)} s`;
  const wanted = days.map(({ day }) => partitionName(target.name, day));
  const rows = await tx<{ what: string }[]>`
    select format('%s has the name of a partition', pg_describe_object('pg_class'::regclass, c.oid, 0)) as what
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = ${target.schema} and c.relname = any(${wanted}::text[])
     order by 1`;
  return rows.map(({ what }) => what);
}
