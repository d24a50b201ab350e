import type { Transaction } from "../connect.ts";
import type { Target } from "./relation.ts";

/** A primary key that is missing, and unique keys that lack the column which the table is to be partitioned by. */
export async function keysWithout(tx: Transaction, { oid, asOf }: Target): Promise<string[]> {
  const rows = await tx<{ what: string }[]>`
    select 'it has no primary key' as what
     where not exists (select 1 from pg_index where indrelid = ${oid} and indisprimary)
     union all
    select format('the %s %I lacks %I',
                  case when i.indisprimary then 'primary key' else 'unique key' end, c.relname, ${asOf}::text)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
     where i.indrelid = ${oid} and i.indisunique
       and not exists (select 1 from unnest(i.indkey) with ordinality as k(attnum, position)
                         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                        where a.attname = ${asOf} and k.position <= i.indnkeyatts)
     order by what`;
  return rows.map(({ what }) => what);
}
