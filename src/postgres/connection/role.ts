import type { Queryable } from "./connect.ts";
import { type Fragment, sql } from "./fragments.ts";

/** SQLSTATE insufficient_privilege. */
export const notPermitted = "42501";

/** Whose rights count in the session. */
export async function currentRole(session: Queryable): Promise<string | undefined> {
  const [row] = await session<{ role: string }[]>`select current_user::text as role`;
  return row?.role;
}

/**
 * The role that this session's login is set to be (`alter role … set role`), where it is not: the server tells nobody who
 * logs in that the membership is gone, but warns and goes on without. NULL else.
 */
export const roleNotTaken = sql`(
  select quote_ident(substr(setting, 6))
    from pg_db_role_setting s join pg_roles r on r.oid = s.setrole cross join unnest(s.setconfig) as setting
   where r.rolname = session_user and setting like 'role=%' and substr(setting, 6) <> current_user
     and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
   order by s.setdatabase desc limit 1)`;

/**
 * The name of this role, to which this session may give what it makes in that schema; both by their oids. NULL where it is
 * that role itself, or may not.
 */
export function recipient(role: Fragment, schema: Fragment): Fragment {
  return sql`(
  select r.rolname from pg_roles r
   where r.oid = ${role} and r.rolname <> current_user
     and pg_has_role(r.oid, case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end)
     and (has_schema_privilege(r.oid, ${schema}, 'CREATE')
          or (select rolsuper from pg_roles where rolname = current_user)))`;
}
