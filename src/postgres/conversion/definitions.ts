import { isDeepStrictEqual } from "node:util";
import type { Constraint } from "../../core/columns.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import type { Fragment } from "../connection/fragments.ts";
import { nameOf, oidOf, type Relation, type Target } from "./targets.ts";

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

/** A comment on a relation itself, or on a part of it that has a name; `text` is quoted as a literal. */
export interface Comment {
  on: "relation" | "column" | "constraint" | "index";
  name: string;
  text: string;
}

export async function commentsOn(tx: Transaction, { oid }: Relation): Promise<Comment[]> {
  return tx<Comment[]>`
    select case when d.objsubid = 0 then 'relation' else 'column' end as on, coalesce(a.attname, '') as name,
           quote_literal(d.description) as text
      from pg_description d
      left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
     where d.classoid = 'pg_class'::regclass and d.objoid = ${oid}
     union all
    select 'constraint', k.conname, quote_literal(d.description)
      from pg_constraint k join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = k.oid
     where k.conrelid = ${oid}
     union all
    select 'index', c.relname, quote_literal(d.description)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
     where i.indrelid = ${oid}`;
}

export async function setComments(tx: Transaction, relation: Relation, comments: readonly Comment[]): Promise<void> {
  for (const comment of comments) {
    await tx`comment on ${commented(tx, relation, comment)} is ${tx.unsafe(comment.text)}`;
  }
}

function commented(tx: Transaction, relation: Relation, { on, name }: Comment): Fragment {
  switch (on) {
    case "relation":
      return tx`${tx.unsafe(relation.kind)} ${nameOf(tx, relation)}`;
    case "column":
      return tx`column ${nameOf(tx, relation)}.${tx(name)}`;
    case "constraint":
      return tx`constraint ${tx(name)} on ${nameOf(tx, relation)}`;
    case "index":
      return tx`index ${nameOf(tx, { schema: relation.schema, name })}`;
  }
}

/** One privilege on a relation or, with `column`, on one of its columns; `grantee` is null for PUBLIC. */
export interface Grant {
  grantee: string | null;
  privilege: string;
  column: string | null;
  grantable: boolean;
}

/** All privileges on a relation, its owner's too, whether they were granted or are there by default. */
export async function grantsOn(tx: Transaction, oid: number): Promise<Grant[]> {
  const grants = await tx<Grant[]>`
    select case when acl.grantee <> 0 then pg_get_userbyid(acl.grantee) end as grantee,
           acl.privilege_type as privilege, acl."column", acl.is_grantable as grantable
      from (select a.*, null::name as "column"
              from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a where c.oid = ${oid}
             union all
            select a.*, t.attname
              from pg_attribute t, aclexplode(t.attacl) a where t.attrelid = ${oid} and not t.attisdropped) acl
     order by grantee, privilege, "column"`;
  return [...grants];
}

/** Make the privileges on a relation that was just made these and no others: default privileges may have given it some of their own. */
export async function setGrants(tx: Transaction, relation: TableName, wanted: readonly Grant[]): Promise<void> {
  const given = await grantsOn(tx, await oidOf(tx, relation));
  if (isDeepStrictEqual(given, wanted)) return;
  const table = nameOf(tx, relation);
  for (const { grantee } of given) await tx`revoke all on ${table} from ${roleOf(tx, grantee)}`;
  for (const { grantee, privilege, column, grantable } of wanted) {
    const which = column === null ? tx`` : tx`(${tx(column)})`;
    const option = grantable ? tx`with grant option` : tx``;
    await tx`grant ${tx.unsafe(privilege)} ${which} on ${table} to ${roleOf(tx, grantee)} ${option}`;
  }
}

function roleOf(tx: Transaction, role: string | null): Fragment {
  return role === null ? tx`public` : tx`${tx(role)}`;
}
