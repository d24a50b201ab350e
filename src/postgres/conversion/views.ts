import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { type Fragment, sql } from "../connection/fragments.ts";
import { type Defined, definitionsOf, grantsOn } from "./definitions.ts";

/**
 * `with recursive relations as (…)`: these relations, `depth` 0, and the views that read them, directly or by way of
 * others; a view once for each way.
 */
export function withViews(oids: readonly number[]): Fragment {
  return sql`
    with recursive relations(oid, depth) as (
      select c.oid, 0 from pg_class c where c.oid in ${sql(oids)}
       union
      select v.oid, f.depth + 1
        from relations f
        join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = f.oid
                        and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid
        join pg_class v on v.oid = r.ev_class and v.oid <> f.oid and v.relkind = 'v'
    ) cycle oid set is_cycle using path`;
}

/** The views that depend on the relations, with all that makes them anew, each after those that it reads itself. */
export async function dependentViews(tx: Transaction, oids: readonly number[]): Promise<Defined[]> {
  const rows = await tx<(TableName & Record<"creation" | "ownership", string>)[]>`
    ${withViews(oids)}
    select n.nspname as schema, c.relname as name,
           format('create view %I.%I %s as %s', n.nspname, c.relname,
                  (select 'with (' || string_agg(format('%I=%L', option_name, option_value), ', ') || ')'
                     from pg_options_to_table(c.reloptions) where not starts_with(option_name, 'pg_')), pg_get_viewdef(c.oid)) as creation,
           format('alter view %I.%I owner to %I', n.nspname, c.relname, pg_get_userbyid(c.relowner)) as ownership
      from (select oid, max(depth) as depth from relations group by oid) found
      join pg_class c on c.oid = found.oid
      join pg_namespace n on n.oid = c.relnamespace
     where found.depth > 0
     order by found.depth, c.oid`;
  const views: Defined[] = [];
  for (const { creation, ownership, ...view } of rows) {
    const definitions = [creation, ownership, ...(await definitionsOf(tx, view))];
    views.push({ ...view, definitions, grants: await grantsOn(tx, view) });
  }
  return views;
}
