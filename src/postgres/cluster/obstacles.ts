import type { Queryable } from "../connection/connect.ts";
import { sql as fragment, namesAsRows, unionAll } from "../connection/fragments.ts";
import type { Obstacle, Placing } from "./plan.ts";

/** What the catalog knows of the tables that are yet to be distributed, and that a distributed table cannot have. */
export async function obstaclesOf(sql: Queryable, all: readonly Placing[]): Promise<Obstacle[]> {
  const toPlace = all.filter(({ table }) => table.distribution === null);
  if (toPlace.length === 0) return [];
  const dataset = all.map(({ table }) => table);
  const columns = toPlace.map(({ table, column }) => ({ schema: table.schema, name: table.name, column }));
  const found = await sql<Obstacle[]>`
    with ours as (
      select to_regclass(format('%I.%I', wanted.schema, wanted.name)) as oid from ${namesAsRows(dataset)}),
    wanted as (
      select w.name, w."column", c.oid, c.relowner
        from jsonb_to_recordset(${sql.json(columns)}) as w(schema text, name text, "column" text)
        join pg_class c on c.oid = to_regclass(format('%I.%I', w.schema, w.name)))
    ${unionAll([ownedByOthers, unplaceable, keysWithout, triggers, inheriting, nested, rowChecks, referredTo, following])}
    order by 1, 2`;
  return [...found];
}

const ownedByOthers = fragment`
  select w.name as table, format('it belongs to %I', pg_get_userbyid(w.relowner)) as what,
         'Connect as its owner, or as a superuser.' as remedy
    from wanted w where not pg_has_role(w.relowner, 'USAGE')`;

/** Of a column that is to say where a row lies. */
const unplaceable = fragment`
  select w.name, format('%I %s', w."column", found.what),
         'It would say where a row lies, and cannot: change it, or let the key begin with another column.'
    from wanted w
    join pg_attribute a on a.attrelid = w.oid and a.attname = w."column"
    join pg_type t on t.oid = a.atttypid
    left join pg_collation co on co.oid = a.attcollation
   cross join lateral (
     select coalesce(array_agg(m.amname::text), '{}') as of
       from pg_opclass o join pg_am m on m.oid = o.opcmethod
      where o.opcdefault and o.opcintype = coalesce(nullif(t.typbasetype, 0), t.oid)) methods
   cross join lateral (values
     (a.attgenerated <> '', 'is computed'),
     (not coalesce(co.collisdeterministic, true), 'has a collation for which other letters are the same'),
     ('btree' = any(methods.of) and not 'hash' = any(methods.of), 'is of a type that has no hash')) found(is_so, what)
   where found.is_so`;

/** An exclusion has to have it with an operator for which it is the same. */
const keysWithout = fragment`
  select w.name, format('%s %I lacks %I', case when i.indisexclusion then 'exclusion' else 'unique' end, x.relname, w."column"),
         'Each node sees its own rows alone: keys have to contain the column that says where a row lies.'
    from wanted w
    join pg_index i on i.indrelid = w.oid and (i.indisunique or i.indisexclusion)
    join pg_class x on x.oid = i.indexrelid
   where not exists (
     select from unnest(i.indkey) with ordinality as k(attnum, position)
       join pg_attribute a on a.attrelid = w.oid and a.attnum = k.attnum
      where a.attname = w."column" and k.position <= i.indnkeyatts
        and (not i.indisexclusion or exists (
              select from pg_constraint e join pg_amop o on o.amopopr = e.conexclop[k.position]
                join pg_am m on m.oid = o.amopmethod
               where e.conindid = i.indexrelid and e.contype = 'x' and m.amname = 'btree' and o.amopstrategy = 3)))`;

const triggers = fragment`
  select distinct w.name, format('trigger %I', t.tgname), 'Citus takes no tables with triggers: drop it.'
    from wanted w
   cross join lateral (select w.oid union select relid from pg_partition_tree(w.oid)) parts(oid)
    join pg_trigger t on t.tgrelid = parts.oid and not t.tgisinternal`;

const inheriting = fragment`
  select w.name, format('%s inherits', pg_describe_object('pg_class'::regclass, i.inhrelid, 0)),
         'Citus takes no tables that inherit, or are inherited from: make it a table of its own.'
    from wanted w
    join pg_inherits i on w.oid in (i.inhrelid, i.inhparent)
    join pg_class c on c.oid = i.inhrelid and not c.relispartition`;

const nested = fragment`
  select w.name, format('its partition %I has partitions', c.relname), 'Citus takes partitions of one level alone.'
    from wanted w
    join pg_partition_tree(w.oid) p on p.level > 0 and not p.isleaf
    join pg_class c on c.oid = p.relid`;

/** Such as (t.* is not null). */
const rowChecks = fragment`
  select w.name, format('check %I reads the row as a whole', k.conname), 'Citus takes no such CHECK: let it name its columns.'
    from wanted w
    join pg_constraint k on k.conrelid = w.oid and k.contype = 'c' and 0 = any(k.conkey)`;

/** A row stays where it is. */
const following = fragment`
  select w.name, format('foreign key %I changes %I', f.conname, w."column"),
         'It says where a row lies, and stays: a key with it has neither on update cascade, nor set null or set default.'
    from wanted w
    join pg_constraint f on f.conrelid = w.oid and f.contype = 'f'
    join pg_attribute a on a.attrelid = w.oid and a.attname = w."column" and a.attnum = any(f.conkey)
   where f.confupdtype in ('c', 'n', 'd') or f.confdeltype in ('n', 'd')`;

const referredTo = fragment`
  select w.name, format('foreign key %I of %s leads to it', f.conname, f.conrelid::regclass),
         'That table is none of this dataset, and would not find the rows any more: drop the key, or take the table into the dataset.'
    from wanted w
    join pg_constraint f on f.confrelid = w.oid and f.contype = 'f' and f.conparentid = 0
   where f.conrelid not in (select oid from ours where oid is not null)`;
