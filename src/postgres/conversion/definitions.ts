import { isDeepStrictEqual } from "node:util";
import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { oidOf, qualified } from "../connection/fragments.ts";

/**
 * What is built on a relation once its rows are in, as statements: primary and unique keys and indexes, which a
 * partitioned table gets under their own names and on every partition at once, then comments on all there is.
 */
export async function definitionsOf(tx: Transaction, relation: TableName): Promise<string[]> {
  const rows = await tx<{ statement: string }[]>`
    with relation as (
      select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name, n.nspname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${oidOf(relation)}),
    comments(classoid, objoid, objsubid, what) as (
      select 'pg_class'::regclass, r.oid, 0, format('%s %s', case r.relkind when 'v' then 'view' else 'table' end, r.name)
        from relation r
       union all
      select 'pg_class'::regclass, r.oid, a.attnum, format('column %s.%I', r.name, a.attname)
        from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0
       union all
      select 'pg_constraint'::regclass, k.oid, 0, format('constraint %I on %s', k.conname, r.name)
        from relation r join pg_constraint k on k.conrelid = r.oid
       union all
      select 'pg_class'::regclass, x.oid, 0, format('index %I.%I', r.nspname, x.relname)
        from relation r join pg_index i on i.indrelid = r.oid join pg_class x on x.oid = i.indexrelid)
    select statement
      from (select 1 as step, row_number() over (order by k.contype, k.conname) as place,
                   format('alter table %s add constraint %I %s', r.name, k.conname, pg_get_constraintdef(k.oid)) as statement
              from relation r join pg_constraint k on k.conrelid = r.oid and k.contype in ('p', 'u')
             union all
            select 2, i.indexrelid::bigint, pg_get_indexdef(i.indexrelid)
              from relation r join pg_index i on i.indrelid = r.oid
             where not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
             union all
            select 3, 0, format('comment on %s is %L', c.what, d.description)
              from comments c join pg_description d using (classoid, objoid, objsubid)) definitions
     order by step, place`;
  return rows.map(({ statement }) => statement);
}

/** One privilege on a relation or on one of its columns, as a statement; its grantee as SQL names it. */
interface Grant {
  grantee: string;
  statement: string;
}

/** All privileges on a relation, its owner's too, whether they were granted or are there by default. */
export async function grantsOn(tx: Transaction, relation: TableName): Promise<Grant[]> {
  const grants = await tx<Grant[]>`
    select role.grantee, format('grant %s %s on %I.%I to %s %s', acl.privilege_type, '(' || quote_ident(acl."column") || ')',
                           ${relation.schema}::text, ${relation.name}::text, role.grantee,
                           case when acl.is_grantable then 'with grant option' end) as statement
      from (select a.*, null::name as "column"
              from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
             where c.oid = ${oidOf(relation)}
             union all
            select a.*, t.attname
              from pg_attribute t, aclexplode(t.attacl) a
             where t.attrelid = ${oidOf(relation)} and not t.attisdropped) acl
     cross join lateral (
       select case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as grantee) role
     order by statement`;
  return [...grants];
}

/** A relation with the statements that make it what it was. */
export interface Defined extends TableName {
  definitions: string[];
  grants: Grant[];
}

/** Make it so: these privileges and no others, for default privileges may have given what was just made some of their own. */
export async function define(tx: Transaction, { definitions, grants, ...relation }: Defined): Promise<void> {
  for (const statement of definitions) await tx.unsafe(statement);
  const given = await grantsOn(tx, relation);
  if (isDeepStrictEqual(given, grants)) return;
  for (const { grantee } of given) await tx`revoke all on ${qualified(relation)} from ${tx.unsafe(grantee)}`;
  for (const { statement } of grants) await tx.unsafe(statement);
}
