import { type Fragment, sql, unionAll } from "../connection/fragments.ts";
import { baseType, collationOf, columnNames, isEnforced } from "./expressions.ts";
import { indexes, isOfTable } from "./index-rules.ts";
import { type CatalogReference, referencesOf } from "./introspect.ts";

/** What a table demands of its rows beyond types, NOT NULL and the primary key; expressions as PostgreSQL writes them. */
export type Rule = CheckRule | NeededRule | DomainRule | UniqueRule | ExclusionRule;

interface NamedRule {
  name: string;
  /** The columns that it reads; none where it reads the row as a whole. */
  columns: string[];
}

export interface CheckRule extends NamedRule {
  kind: "check";
  expression: string;
  /** False where rows that were there before it may break it. */
  isValid: boolean;
}

/** NOT NULL, where a file need not have a value. */
export interface NeededRule extends Omit<CheckRule, "kind"> {
  kind: "needed";
}

/** A CHECK of the type of a column; its expression calls the value VALUE. */
export interface DomainRule extends NamedRule {
  kind: "domain";
  expression: string;
}

/** Columns or expressions, with the collations that they are compared by, of rows that meet a condition. */
interface IndexRule extends NamedRule {
  parts: string[];
  condition: string | null;
  /** True where it may be broken until the end of a statement, or of the transaction (DEFERRABLE). */
  isLate: boolean;
}

export interface UniqueRule extends IndexRule {
  kind: "unique";
  /** False where NULL is a value like others. */
  nullsDistinct: boolean;
  /** Its columns that stand in it as they are. */
  plain: string[];
}

/** No two rows for which each of these operators is true of the parts. */
export interface ExclusionRule extends IndexRule {
  kind: "exclusion";
  operators: string[];
  method: string;
}

/** What SQL needs to know of a column to do with its text what the table does. */
export interface ColumnDetail {
  /** Its type, with limits, a domain as the type that it is made of. */
  base: string;
  /** As SQL names it; null for a type without one. */
  collation: string | null;
  /** The expression that it is computed by; null for one that is stored as given. */
  generated: string | null;
  /** The columns that this expression reads. */
  reads: string[];
  /** The expression of its default; null where it has none. */
  filled: string | null;
}

/** A foreign key that leads here and does not follow a value that changes. */
export interface Follower {
  name: string;
  child: { schema: string; name: string };
  columns: string[];
  parentColumns: string[];
}

/** The same rule with the columns that a computed one is made of in its place. */
export function readingStored<Named extends Rule>(
  rule: Named,
  columns: readonly { name: string }[],
  details: readonly ColumnDetail[],
): Named {
  const readOf = (name: string) => {
    const detail = details[columns.findIndex((column) => column.name === name)];
    return detail?.generated == null ? [name] : detail.reads;
  };
  return { ...rule, columns: [...new Set(rule.columns.flatMap(readOf))] };
}

export const checks = sql`
  select k.conname as name, json_build_object('kind', 'check', 'name', k.conname,
           'columns', ${columnNames(sql`k.conkey`, sql`c.oid`)},
           'expression', pg_get_expr(k.conbin, k.conrelid), 'isValid', k.convalidated) as rule
    from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and ${isEnforced(sql`k`)}`;

/** A row has to have a partition, where the table has some. */
const partitions = sql`
  select c.relname as name, json_build_object('kind', 'check', 'name', 'the partitions of ' || c.relname, 'isValid', true,
           'columns', ${columnNames(sql`g.partattrs`, sql`c.oid`)},
           'expression', coalesce((
             select string_agg('(' || pg_get_partition_constraintdef(b.relid) || ')', ' or ' order by b.relid)
               from pg_partition_tree(c.oid) b where b.isleaf and b.level > 0), 'false')) as rule
    from pg_partitioned_table g where g.partrelid = c.oid`;

/** Of domains of domains, too. */
export const domains = sql`
  select k.conname as name, json_build_object('kind', 'domain', 'name', k.conname,
           'columns', json_build_array(d.attname), 'expression', pg_get_expr(k.conbin, 0)) as rule
    from (with recursive steps as (
            select a.attname, t.oid, t.typbasetype from pg_attribute a join pg_type t on t.oid = a.atttypid
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and t.typtype = 'd'
             union all
            select s.attname, t.oid, t.typbasetype from steps s join pg_type t on t.oid = s.typbasetype
             where t.typtype = 'd')
          select attname, oid from steps) d
    join pg_constraint k on k.contypid = d.oid and k.contype = 'c'`;

/** NOT NULL, which has a name since PostgreSQL 18; what fills itself is left to the table. */
export const needed = sql`
  select a.attname as name, json_build_object('kind', 'needed', 'columns', json_build_array(a.attname),
           'name', coalesce((select k.conname from pg_constraint k
                              where k.conrelid = c.oid and k.contype = 'n' and k.conkey = array[a.attnum]), a.attname),
           'expression', format('%I is not null', a.attname), 'isValid', true) as rule
    from pg_attribute a
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
     and a.attidentity = ''`;

/** Of partitions of table `c`, as rules of its rows that go there: what they have not of it. */
const ofPartitions = sql`
  select p.name, p.rule
    from pg_partition_tree(c.oid) b
   cross join lateral (
     select r.name, (r.rule::jsonb || jsonb_build_object('columns', ${withPartitionKeys()},
              'expression', format('(%s) is not true or (%s)', w.within, r.rule ->> 'expression'),
              'condition', concat_ws(' and ', '(' || w.within || ')', '(' || (r.rule ->> 'condition') || ')')))::json as rule
       from pg_class c
      cross join lateral (select pg_get_partition_constraintdef(c.oid) as within) w
      cross join lateral (${unionAll([
        sql`${checks} and k.coninhcount = 0`,
        sql`${needed} and not exists (
          select from pg_attribute o where o.attrelid = pg_partition_root(c.oid) and o.attname = a.attname and o.attnotnull)`,
        sql`${indexes} and not ${isOfTable(sql`i.indexrelid`)}`,
      ])}) r
      where c.oid = b.relid) p
   where b.level > 0`;

/** A foreign key of a partition: of rows for which this is true. */
export interface PartReference extends CatalogReference {
  within: string;
}

/** Those that partitions of table `c` have besides its own. */
export const referencesOfPartitions: Fragment = sql`(
  select coalesce(json_agg(e.one), '[]')
    from pg_partition_tree(c.oid) b
   cross join lateral (
     select (one.value::jsonb || jsonb_build_object('within', pg_get_partition_constraintdef(c.oid)))::json as one
       from pg_class c cross join lateral json_array_elements(${referencesOf(sql`f.conparentid = 0`)}) one
      where c.oid = b.relid) e
   where b.level > 0)`;

/** The columns of rule `r` of partition `b`, and those by which rows go there. */
function withPartitionKeys(): Fragment {
  return sql`(
    select jsonb_agg(d.name order by d.first, d.name)
      from (select e.name, min(e.place) as first
              from (select name, place from json_array_elements_text(r.rule -> 'columns') with ordinality own(name, place)
                    union all
                    select key.name, 1000 + key.place
                      from pg_partitioned_table g
                     cross join lateral json_array_elements_text(${columnNames(sql`g.partattrs`, sql`g.partrelid`)})
                           with ordinality key(name, place)
                     where g.partrelid in (select relid from pg_partition_ancestors(b.relid))) e
             group by e.name) d)`;
}

/** The rules of table `c`, by their names. The plain primary key is the table's key. */
export function rulesOfTable(partitioned: boolean): Fragment {
  const own = [checks, domains, sql`${indexes} and not i.indisprimary`];
  return ruleList(unionAll(partitioned ? [...own, partitions, ofPartitions] : own));
}

/** As JSON, of rows of a name and a rule. */
export function ruleList(rules: Fragment): Fragment {
  return sql`(select coalesce(json_agg(r.rule order by r.name, r.rule ->> 'kind'), '[]') from (${rules}) r)`;
}

/**
 * Foreign keys of any table that lead to columns of `c` beside its key, and do not follow a value that changes: the columns that
 * hold the value there, and here.
 */
export const followersOfTable: Fragment = sql`(
  select coalesce(json_agg(json_build_object('name', f.conname,
           'child', json_build_object('schema', fn.nspname, 'name', fc.relname),
           'columns', ${columnNames(sql`f.conkey`, sql`f.conrelid`)},
           'parentColumns', ${columnNames(sql`f.confkey`, sql`f.confrelid`)}) order by f.conname), '[]')
    from pg_constraint f
    join pg_class fc on fc.oid = f.conrelid
    join pg_namespace fn on fn.oid = fc.relnamespace
   where f.confrelid = c.oid and f.contype = 'f' and f.confupdtype in ('a', 'r') and not f.condeferred
     and f.conparentid = 0 and ${isEnforced(sql`f`)}
     and not f.confkey <@ coalesce((select k.indkey::int2[] from pg_index k where k.indrelid = c.oid and k.indisprimary), '{}'))`;

/** Of the columns of table `c`, in their order. */
export const detailsOfTable: Fragment = sql`(
  select coalesce(json_agg(${detailOfColumn()} order by a.attnum), '[]')
    from pg_attribute a cross join lateral (${baseType}) t
    left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`;

/** Of column `a`, whose type is `t` below its domains. */
function detailOfColumn(): Fragment {
  return sql`
  json_build_object(
    'base', format_type(t.oid, t.typmod), 'collation', ${collationOf(sql`a.attcollation`)},
    'generated', case when a.attgenerated <> '' then pg_get_expr(v.adbin, v.adrelid) end,
    'reads', (select coalesce(json_agg(b.attname order by b.attnum), '[]')
                from pg_depend e join pg_attribute b on b.attrelid = e.refobjid and b.attnum = e.refobjsubid
               where a.attgenerated <> '' and b.attnum <> a.attnum
                 and ((e.classid = 'pg_class'::regclass and e.objid = a.attrelid and e.objsubid = a.attnum)
                      or (e.classid = 'pg_attrdef'::regclass and e.objid = v.oid))
                 and e.refclassid = 'pg_class'::regclass and e.refobjid = a.attrelid
                 and e.refobjsubid > 0),
    'filled', case when a.attgenerated = '' then pg_get_expr(v.adbin, v.adrelid) end)`;
}
