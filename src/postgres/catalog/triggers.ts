import { type Fragment, sql } from "../connection/fragments.ts";

/** A trigger of others that has a say in what is written, and the function that it calls. */
export interface RowTrigger {
  name: string;
  function: string;
  /** The table that has it, or its partition. */
  of: string;
}

/** INSERT and UPDATE, for each row or for a statement, as `pg_trigger.tgtype` packs them. */
const onWrite = 4 + 16;

/**
 * The triggers of table `c`, and of its partitions, that fire for what a run writes. Partitions are those of the catalog: to
 * ask the server for a tree locks all of it, and every listing would wait for a run that attaches one.
 */
export const triggersOfTable: Fragment = sql`(
  select coalesce(json_agg(json_build_object('name', g.tgname, 'function', p.proname, 'of', of.relname) order by g.tgname), '[]')
    from (with recursive tree as (
            select c.oid
             union all
            select h.inhrelid
              from tree join pg_inherits h on h.inhparent = tree.oid
              join pg_class b on b.oid = h.inhrelid and b.relispartition)
          select oid from tree) tree
    join pg_class of on of.oid = tree.oid
    join pg_trigger g on g.tgrelid = of.oid
    join pg_proc p on p.oid = g.tgfoid
   where not g.tgisinternal and g.tgparentid = 0 and g.tgenabled in ('O', 'A')
     and g.tgtype & ${onWrite}::int <> 0)`;
