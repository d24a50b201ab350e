import type { Transaction } from "../connect.ts";
import type { Target } from "./relation.ts";
import { withViews } from "./views.ts";

/**
 * All that depends on the table and cannot be made again with it, as PostgreSQL describes it: whatever the catalog's
 * dependencies know of that is neither a part of the table nor one of the views that read it.
 */
export async function dependents(tx: Transaction, { oid, schema, name }: Target): Promise<string[]> {
  const rows = await tx<{ what: string }[]>`
    ${withViews(tx, [oid])},
    indexes(oid) as (
      select i.indexrelid from pg_index i join pg_class c on i.indrelid in (c.oid, c.reltoastrelid) where c.oid = ${oid}),
    own(class, oid) as (
      select 'pg_class'::regclass, oid from relations
       union all select 'pg_class'::regclass, reltoastrelid from pg_class where oid = ${oid}
       union all select 'pg_class'::regclass, oid from indexes
       union all select 'pg_type'::regclass, t.oid
                   from relations f join pg_class c on c.oid = f.oid
                   join pg_type r on r.oid = c.reltype
                   join pg_type t on t.oid in (r.oid, r.typarray)
       union all select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = ${oid}
       union all select 'pg_attrdef'::regclass, d.oid from pg_attrdef d where d.adrelid = ${oid}
       union all select 'pg_rewrite'::regclass, r.oid
                   from relations f join pg_rewrite r on r.ev_class = f.oid and r.rulename = '_RETURN')
    select distinct pg_describe_object(d.classid, d.objid, d.objsubid) as what
      from pg_depend d
     where (d.refclassid, d.refobjid) in (select class, oid from own)
       and (d.classid, d.objid) not in (select class, oid from own)
       and not exists (select 1 from pg_trigger t
                        where d.classid = 'pg_trigger'::regclass and t.oid = d.objid and t.tgisinternal)
     union
    select format('publication %I', pubname) from pg_publication_tables where (schemaname, tablename) = (${schema}, ${name})
     union
    select format('the temporary view %I', c.relname)
      from relations f join pg_class c on c.oid = f.oid where c.relpersistence = 't'
     union
    select format('view %I, which reads ONLY the table itself', c.relname)
      from relations f join pg_class c on c.oid = f.oid
     where f.depth > 0 and position(format('ONLY %I.%I', ${schema}::text, ${name}::text) in pg_get_viewdef(c.oid)) > 0
     order by what`;
  return rows.map(({ what }) => what);
}
