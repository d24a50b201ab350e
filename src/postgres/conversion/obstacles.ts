import type { Transaction } from "../connection/connect.ts";
import { type Fragment, qualified, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { lockPatienceMs, lockTogether } from "../snapshots/lock-together.ts";
import { partitionName } from "../snapshots/partitions.ts";
import type { Target } from "./targets.ts";
import { traits } from "./traits.ts";
import { withViews } from "./views.ts";

/** What a partitioned table could not keep, and what to do about it. */
export interface Obstacle {
  table: string;
  what: string;
  remedy: string;
}

/** What is looked for, as `select … as what`, and what to do about it. */
const searches = [
  { find: dependents, remedy: "Drop what depends on the table, convert it, and make that again." },
  {
    find: keysWithout,
    remedy: "Keys of a partitioned table contain the column that it is partitioned by: give it such keys alone.",
  },
  { find: traits, remedy: "A partitioned table cannot have that as it is: reset, validate or remove it first." },
  { find: takenNames, remedy: "Rename or drop what has the name of a partition." },
];

/**
 * Lock the tables for as long as the transaction lasts, and find all that stands in the way of their conversion. Who may
 * not convert them is told that first, for nobody else may lock them. From here on the transaction writes and reads
 * definitions with every name qualified.
 */
export async function lockAndSearch(tx: Transaction, targets: readonly Target[]): Promise<Obstacle[]> {
  await tx`set local search_path = ''`;
  const obstacles: Obstacle[] = [];
  const note = async (table: string, remedy: string, search: Fragment) => {
    const found = await tx<{ what: string }[]>`${search}`;
    obstacles.push(...found.map(({ what }) => ({ table, what, remedy })));
  };
  for (const target of targets) {
    await note(target.name, "Connect as the owner, or as a superuser.", missingRights(target));
  }
  if (obstacles.length > 0) return obstacles;
  await lockTogether(tx, targets);
  await waitForLocks(tx, `${lockPatienceMs}ms`);
  for (const target of targets) {
    const asOf = tx(target.asOf);
    const days = await tx<{ day: string }[]>`select distinct s.${asOf}::text as day from ${qualified(target)} s`;
    const partitions = days.map(({ day }) => partitionName({ ...target, distribution: null }, day));
    for (const { find, remedy } of searches) await note(target.name, remedy, find(target, partitions));
  }
  return obstacles;
}

/**
 * All that depends on the table and cannot be made again with it, as PostgreSQL describes it: whatever the catalog's
 * dependencies know of that is neither a part of the table nor one of the views that read it.
 */
function dependents({ oid, schema, name }: Target): Fragment {
  return sql`
    ${withViews([oid])},
    indexes(oid) as (
      select i.indexrelid from pg_index i join pg_class c on i.indrelid in (c.oid, c.reltoastrelid) where c.oid = ${oid}),
    own(class, oid) as (
      select 'pg_class'::regclass, oid from relations
       union all select 'pg_class'::regclass, reltoastrelid from pg_class where oid = ${oid}
       union all select 'pg_class'::regclass, oid from indexes
       union all select 'pg_type'::regclass, t.oid
                   from relations f join pg_class c on c.oid = f.oid
                   join pg_type r on r.oid = c.reltype
                   join pg_type t on t.oid in (r.oid, r.typarray)
       union all select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = ${oid}
       union all select 'pg_attrdef'::regclass, d.oid from pg_attrdef d where d.adrelid = ${oid}
       union all select 'pg_rewrite'::regclass, r.oid
                   from relations f join pg_rewrite r on r.ev_class = f.oid and r.rulename = '_RETURN')
    select distinct pg_describe_object(d.classid, d.objid, d.objsubid) as what
      from pg_depend d
     where (d.refclassid, d.refobjid) in (select class, oid from own)
       and (d.classid, d.objid) not in (select class, oid from own)
       and not exists (select 1 from pg_trigger t
                        where d.classid = 'pg_trigger'::regclass and t.oid = d.objid and t.tgisinternal)
     union
    select format('publication %I', pubname) from pg_publication_tables where (schemaname, tablename) = (${schema}, ${name})
     union
    select format('the temporary view %I', c.relname)
      from relations f join pg_class c on c.oid = f.oid where c.relpersistence = 't'
     union
    select format('view %I, which reads ONLY the table itself', c.relname)
      from relations f join pg_class c on c.oid = f.oid
     where f.depth > 0 and position(format('ONLY %I.%I', ${schema}::text, ${name}::text) in pg_get_viewdef(c.oid)) > 0
     order by what`;
}

/** A primary key that is missing, and unique keys that lack the column which the table is to be partitioned by. */
function keysWithout({ oid, asOf }: Target): Fragment {
  return sql`
    select 'it has no primary key' as what
     where not exists (select 1 from pg_index where indrelid = ${oid} and indisprimary)
     union all
    select format('the %s %I lacks %I',
                  case when i.indisprimary then 'primary key' else 'unique key' end, c.relname, ${asOf}::text)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
     where i.indrelid = ${oid} and i.indisunique
       and not exists (select 1 from unnest(i.indkey) with ordinality as k(attnum, position)
                         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                        where a.attname = ${asOf} and k.position <= i.indnkeyatts)
     order by what`;
}

/** What this user is not allowed: to make the table and its views again under their owners' names. */
function missingRights({ oid }: Target): Fragment {
  return sql`
    ${withViews([oid])}
    select distinct lacking.what
      from relations f
      join pg_class c on c.oid = f.oid
      join pg_namespace n on n.oid = c.relnamespace
     cross join lateral (values
       (not pg_has_role(c.relowner, 'USAGE'),
        format('%s belongs to %I', pg_describe_object('pg_class'::regclass, c.oid, 0), pg_get_userbyid(c.relowner))),
       (not has_schema_privilege(n.oid, 'CREATE'), format('CREATE on schema %I is missing', n.nspname))
     ) as lacking(holds, what)
     where lacking.holds
     order by 1`;
}

/** What stands under a name that a partition is to have. */
function takenNames({ schema }: Target, partitions: readonly string[]): Fragment {
  return sql`
    select format('%s has the name of a partition', pg_describe_object('pg_class'::regclass, c.oid, 0)) as what
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = ${schema} and c.relname = any(${[...partitions]}::text[])
     order by 1`;
}
