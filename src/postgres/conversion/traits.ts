import { type Fragment, hasOptions, sql } from "../connection/fragments.ts";
import type { Target } from "./targets.ts";
import { withViews } from "./views.ts";

/**
 * What a table can have or be that a partitioned one, or a copy of it, cannot: of the table, of its columns, constraints
 * and indexes, and privileges that others than the owner granted, which nobody else can grant again.
 */
export function traits({ oid, asOf }: Target): Fragment {
  return sql`
    ${withViews([oid])}
    select t.what
      from pg_class c
      left join pg_class toast on toast.oid = c.reltoastrelid
      left join pg_am am on am.oid = c.relam
     cross join lateral (values
       (c.relkind <> 'r' or c.reloftype <> 0 or am.amname is distinct from 'heap', 'it is not an ordinary table'),
       (exists (select 1 from pg_inherits where inhrelid = c.oid), 'it inherits from another table'),
       (c.relpersistence <> 'p', 'it is unlogged'),
       (c.relrowsecurity or c.relforcerowsecurity, 'row-level security'),
       (c.relreplident <> 'd', 'a replica identity of its own'),
       (${hasOptions(sql`c.reloptions || toast.reloptions`)}, 'storage parameters'),
       (c.reltablespace <> 0, 'a tablespace of its own'),
       (exists (select 1 from pg_subscription_rel where srrelid = c.oid), 'a subscription that fills it'),
       (exists (select 1 from pg_seclabel where classoid = 'pg_class'::regclass and objoid = c.oid), 'security labels')
     ) as t(holds, what)
     where c.oid = ${oid} and t.holds
     union all
    select format('column %I %s', a.attname, t.what)
      from pg_attribute a
     cross join lateral (values
       (a.attname = ${asOf} and a.atttypid <> 'date'::regtype, 'is not of type date'),
       (a.attidentity <> '', 'is an identity'),
       (a.attgenerated <> '', 'is generated'),
       (coalesce(a.attstattarget, -1) >= 0 or ${hasOptions(sql`a.attoptions`)}, 'has settings for statistics')
     ) as t(holds, what)
     where a.attrelid = ${oid} and a.attnum > 0 and not a.attisdropped and t.holds
     union all
    select format('%s %I', t.what, k.conname)
      from pg_constraint k
     cross join lateral (values
       (k.contype = 'f', 'foreign key'),
       (k.contype = 'x', 'exclusion constraint'),
       (k.contype in ('c', 'n') and not k.convalidated, 'constraint that is not validated,'),
       (k.contype in ('c', 'n') and k.connoinherit, 'constraint with NO INHERIT,')
     ) as t(holds, what)
     where k.conrelid = ${oid} and t.holds
     union all
    select format('%s index %I', t.what, c.relname)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
     cross join lateral (values
       (not i.indisvalid, 'invalid'),
       (i.indisclustered, 'clustered'),
       (c.reltablespace <> 0, 'tablespace of'),
       (${hasOptions(sql`c.reloptions`)} and exists (select 1 from pg_constraint where conindid = c.oid), 'storage parameters of'),
       (exists (select 1 from pg_attribute where attrelid = c.oid and coalesce(attstattarget, -1) >= 0),
        'settings for statistics of')
     ) as t(holds, what)
     where i.indrelid = ${oid} and t.holds
     union all
    (select distinct format('privileges on %I that %I granted, who is not its owner',
                            c.relname, pg_get_userbyid(a.grantor))
       from relations f
       join pg_class c on c.oid = f.oid
      cross join lateral (
        select grantor from aclexplode(c.relacl)
         union all
        select acl.grantor from pg_attribute t, aclexplode(t.attacl) acl where t.attrelid = c.oid) a
      where a.grantor <> c.relowner)`;
}
