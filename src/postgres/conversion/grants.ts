import { isDeepStrictEqual } from "node:util";
import type { Transaction } from "../connect.ts";
import type { Fragment } from "../fragments.ts";
import type { TableName } from "../introspect.ts";
import { nameOf, oidOf } from "./relation.ts";

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
