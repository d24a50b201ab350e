import type { Transaction } from "../connect.ts";
import type { Fragment } from "../fragments.ts";
import { nameOf, type Relation } from "./relation.ts";

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
