import { type Fragment, sql } from "../connection/fragments.ts";
import { collationOf } from "./expressions.ts";

/** Each part of index `i`, in parentheses and with its collation. */
export const parts = sql`(
  select json_agg('(' || pg_get_indexdef(i.indexrelid, n, false) || ')'
                  || coalesce(' collate ' || ${collationOf(sql`i.indcollation[n - 1]`)}, '') order by n)
    from generate_series(1, i.indnkeyatts) n)`;

/** What index `i` of table `c` reads: its columns, and those of its expressions and its condition. */
export const columnsRead = sql`(
  select coalesce(json_agg(a.attname order by a.attnum), '[]') from pg_attribute a
   where a.attrelid = c.oid and a.attnum > 0
     and (a.attnum = any(i.indkey) or exists (
           select from pg_depend p
            where p.classid = 'pg_class'::regclass and p.objid = i.indexrelid
              and p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and p.refobjsubid = a.attnum)))`;

/** Its columns that stand in it as they are. */
const plain = sql`(
  select coalesce(json_agg(a.attname), '[]') from pg_attribute a
   where a.attrelid = c.oid and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1]))`;

const operators = sql`(
  select json_agg(format('operator(%I.%s)', n.nspname, o.oprname) order by e.position)
    from unnest(k.conexclop) with ordinality e(oid, position)
    join pg_operator o on o.oid = e.oid
    join pg_namespace n on n.oid = o.oprnamespace)`;

/** Unique indexes, constraints among them, and exclusion constraints, of table `c`; the primary key among them. */
export const indexes = sql`
  select x.relname as name, json_build_object(
           'kind', case when i.indisexclusion then 'exclusion' else 'unique' end, 'name', x.relname,
           'columns', ${columnsRead}, 'plain', ${plain}, 'parts', ${parts}, 'condition', pg_get_expr(i.indpred, i.indrelid),
           'isLate', coalesce(k.condeferrable, false), 'nullsDistinct', not i.indnullsnotdistinct, 'operators', ${operators}, 'method', m.amname) as rule
    from pg_index i
    join pg_class x on x.oid = i.indexrelid
    join pg_am m on m.oid = x.relam
    left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
   where i.indrelid = c.oid and i.indisready and (i.indisexclusion or i.indisunique)`;

/** True for the index of a partition that belongs to one of its table. */
export function isOfTable(index: Fragment): Fragment {
  return sql`exists (select from pg_inherits h where h.inhrelid = ${index})`;
}
