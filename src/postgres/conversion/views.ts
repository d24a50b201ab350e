import type { Queryable, Transaction } from "../connection/connect.ts";
import type { Fragment } from "../connection/fragments.ts";
import { type Comment, commentsOn, type Grant, grantsOn, setComments, setGrants } from "./definitions.ts";
import { nameOf, type Relation } from "./targets.ts";

/** A view with all that makes it anew. */
export interface View extends Relation {
  /** Such as `security_barrier='true'`; null where there are none. */
  options: string | null;
  definition: string;
  grants: Grant[];
  comments: Comment[];
}

type ViewRow = Omit<View, "grants" | "comments">;

/**
 * `with recursive relations as (…)`: these relations, `depth` 0, and the views that read them, directly or by way of
 * others; a view once for each way.
 */
export function withViews(sql: Queryable, oids: readonly number[]): Fragment {
  return sql`
    with recursive relations(oid, depth) as (
      select c.oid, 0 from pg_class c where c.oid in ${sql(oids)}
       union
      select v.oid, f.depth + 1
        from relations f
        join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = f.oid
                        and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid
        join pg_class v on v.oid = r.ev_class and v.oid <> f.oid and v.relkind = 'v'
    ) cycle oid set is_cycle using path`;
}

/** The views that depend on the relations, each after those that it reads itself. */
export async function dependentViews(tx: Transaction, relations: readonly Relation[]): Promise<View[]> {
  const oids = relations.map(({ oid }) => oid);
  const rows = await tx<ViewRow[]>`
    ${withViews(tx, oids)}
    select c.oid, 'view' as kind, n.nspname as schema, c.relname as name, pg_get_userbyid(c.relowner) as owner,
           (select string_agg(format('%I=%L', option_name, option_value), ', ')
              from pg_options_to_table(c.reloptions)) as options,
           pg_get_viewdef(c.oid) as definition
      from (select oid, max(depth) as depth from relations group by oid) found
      join pg_class c on c.oid = found.oid
      join pg_namespace n on n.oid = c.relnamespace
     where found.depth > 0
     order by found.depth, c.oid`;
  const views: View[] = [];
  for (const row of rows) {
    views.push({ ...row, grants: await grantsOn(tx, row.oid), comments: await commentsOn(tx, row) });
  }
  return views;
}

/** Drop them, those that read others first; by name alone, so that nothing unforeseen goes with them. */
export async function dropViews(tx: Transaction, views: readonly View[]): Promise<void> {
  for (const view of views.toReversed()) await tx`drop view ${nameOf(tx, view)}`;
}

/** Make them again as they were. */
export async function makeViews(tx: Transaction, views: readonly View[]): Promise<void> {
  for (const one of views) {
    const { owner, options, definition, grants, comments } = one;
    const view = nameOf(tx, one);
    const settings = options === null ? tx`` : tx`with (${tx.unsafe(options)})`;
    await tx`create view ${view} ${settings} as ${tx.unsafe(definition)}`;
    await tx`alter view ${view} owner to ${tx(owner)}`;
    await setGrants(tx, one, grants);
    await setComments(tx, one, comments);
  }
}
