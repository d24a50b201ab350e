import { type Fragment, sql } from "../connection/fragments.ts";

/** A trigger of others that has a say in what is written, and the function that it calls. */
export interface RowTrigger {
  name: string;
  function: string;
}

/** INSERT and UPDATE, for each row or for a statement, as `pg_trigger.tgtype` packs them. */
const onWrite = 4 + 16;

/** The triggers of table `c` that fire for what a run writes. */
export const triggersOfTable: Fragment = sql`(
  select coalesce(json_agg(json_build_object('name', g.tgname, 'function', p.proname) order by g.tgname), '[]')
    from pg_trigger g join pg_proc p on p.oid = g.tgfoid
   where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled in ('O', 'A')
     and g.tgtype & ${onWrite}::int <> 0)`;
