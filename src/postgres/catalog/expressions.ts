import { type Fragment, sql } from "../connection/fragments.ts";

/** Expressions and subqueries over PostgreSQL's catalog, which several statements about tables are made of. */

/** The names of a relation's columns that these numbers tell, in their order. */
export function columnNames(numbers: Fragment, relation: Fragment): Fragment {
  return sql`(
    select coalesce(json_agg(a.attname order by k.position), '[]')
      from unnest(${numbers}) with ordinality as k(attnum, position)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
}

/** The collations of a relation's columns that these numbers tell, in their order. */
export function collationsOf(numbers: Fragment, relation: Fragment): Fragment {
  return sql`(
    select coalesce(json_agg(${collationOf(sql`a.attcollation`)} order by k.position), '[]')
      from unnest(${numbers}) with ordinality as k(attnum, position)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
}

/** As SQL names a collation; NULL for none. */
export function collationOf(oid: Fragment): Fragment {
  return sql`(
    select format('%I.%I', cn.nspname, co.collname)
      from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = ${oid})`;
}

/** Since PostgreSQL 18 there are constraints that are written down only. */
export function isEnforced(constraint: Fragment): Fragment {
  return sql`coalesce((to_jsonb(${constraint}) ->> 'conenforced')::boolean, true)`;
}

/** The one date of a partition, as a text; NULL for a partition of another kind. */
export function dateOfPartition(partition: Fragment): Fragment {
  const bound = sql`pg_get_expr(${partition}.relpartbound, ${partition}.oid)`;
  return sql`(regexp_match(${bound}, '^FOR VALUES IN \\(''(\\d{4}-\\d\\d-\\d\\d)''\\)$'))[1]`;
}

/** The type of column `a`, a domain as the type that it is made of, by way of others perhaps, with what each demands. */
export const baseType = sql`
  with recursive steps as (
    select t.oid, t.typname, t.typnamespace, t.typtype, t.typelem, t.typbasetype, t.typtypmod, t.typnotnull as required,
           a.atttypmod as typmod
      from pg_type t where t.oid = a.atttypid
     union all
    select t.oid, t.typname, t.typnamespace, t.typtype, t.typelem, t.typbasetype, t.typtypmod, d.required or t.typnotnull,
           case when d.typmod >= 0 then d.typmod else d.typtypmod end
      from steps d join pg_type t on t.oid = d.typbasetype where d.typtype = 'd')
  select oid, typname, typmod, required,
         typnamespace <> 'pg_catalog'::regnamespace or typtype = 'c'
           or exists (select from pg_type e where e.oid = typelem and e.typtype = 'c') as own
    from steps where typtype <> 'd'`;
