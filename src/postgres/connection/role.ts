import { sql } from "./fragments.ts";

/** SQLSTATE insufficient_privilege. */
export const notPermitted = "42501";

/** What gives roles all that they need, whatever that is. */
export const grantsHint =
  "`doctor --grants`, run as the tables' owner or a superuser, prints the SQL that makes an owner, a loader and a viewer.";

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
