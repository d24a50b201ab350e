import type { Column, Constraint, Reference, TableShape } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, hasOptions, namesAsRows, sql } from "../connection/fragments.ts";
import { recipient } from "../connection/role.ts";
import { type Distribution, distributionsOf, hasCitus } from "./distribution.ts";
import { baseType, collationsOf, columnNames, isEnforced } from "./expressions.ts";
import { kindOf, type RelationKind } from "./relation-kind.ts";
import { type RowTrigger, triggersOfTable } from "./triggers.ts";

/** A foreign key, with what decides which rows break it. */
export interface CatalogReference extends Reference {
  /** True where a key of several columns may not be NULL in part (MATCH FULL). */
  isFull: boolean;
  /** False where rows that were there before it may break it. */
  isValid: boolean;
  /** True where the rows follow a value that changes there (ON UPDATE CASCADE and kin). */
  follows: boolean;
  /** True for one that is written down only. */
  isIdle: boolean;
  /** True where dropping it and adding it again leaves it as it was. */
  isPlain: boolean;
  /** Of the parent's columns, as SQL names them; null for a type without one. */
  collations: (string | null)[];
}

export interface TableName {
  schema: string;
  name: string;
}

/** A table with what the catalog knows beyond its shape. */
export interface CatalogTable extends TableShape {
  /** The columns' types as they are declared, domains by their own names. */
  declared: string[];
  /** Columns that are computed from others, and by which expression. */
  computed: { name: string; by: string }[];
  /** Identity columns to which no value may be given but by overriding. */
  alwaysIdentity: string[];
  /** Columns that fill themselves where nothing is given: by a default, as an identity, or generated from others. */
  selfFilling: string[];
  partitioned: boolean;
  kind: RelationKind;
  /** Its owner, to whom belongs what is made for it: null where that is who makes it, or may not be given anything by them. */
  keeper: string | null;
  /** The tables whose foreign keys refer to it, itself among them. */
  referrers: TableName[];
  references: CatalogReference[];
  triggers: RowTrigger[];
  /** The primary key's constraint, where dropping it and adding it again leaves it as it was; else null. */
  plainKey: Constraint | null;
  /** The server's version: what its SQL can do. */
  serverMajor: number;
  /** Whether its server writes to its log (WAL) what is filled into a new file, too. */
  logsAll: boolean;
  /** Null where this server alone has the rows. */
  distribution: Distribution | null;
}

/** True for a column that is computed from others. */
export function isComputed({ computed }: Pick<CatalogTable, "computed">, column: string): boolean {
  return computed.some(({ name }) => name === column);
}

type RawColumn = Required<Pick<Column, "name" | "type" | "own" | "nullable">> & { typmod: number };

/** Foreign keys `f` of table `c`, of which this is true. */
export function referencesOf(condition: Fragment): Fragment {
  return sql`(
    select coalesce(json_agg(json_build_object(
             'name', f.conname, 'definition', pg_get_constraintdef(f.oid),
             'columns', ${columnNames(sql`f.conkey`, sql`f.conrelid`)},
             'parent', json_build_object('schema', pn.nspname, 'name', p.relname),
             'parentColumns', ${columnNames(sql`f.confkey`, sql`f.confrelid`)},
             'isFull', f.confmatchtype = 'f', 'follows', f.confupdtype not in ('a', 'r'), 'isValid', f.convalidated, 'isIdle', not ${isEnforced(sql`f`)},
             'isPlain', f.conparentid = 0
               and not exists (select from pg_description d where d.objoid = f.oid and d.classoid = 'pg_constraint'::regclass)
               and not exists (select from pg_trigger g where g.tgconstraint = f.oid and g.tgenabled <> 'O'),
             'collations', ${collationsOf(sql`f.confkey`, sql`f.confrelid`)}) order by f.conname), '[]')
      from pg_constraint f
      join pg_class p on p.oid = f.confrelid
      join pg_namespace pn on pn.oid = p.relnamespace
     where f.conrelid = c.oid and f.contype = 'f' and ${condition}
       -- To a partitioned table it has another one for each of its partitions.
       and not exists (select from pg_constraint u where u.oid = f.conparentid and u.conrelid = f.conrelid))`;
}

/** The tables, of those named, that exist; in no particular order. One statement, however many, and with Citus another one. */
export async function catalogTables(connection: Queryable, names: readonly TableName[]): Promise<CatalogTable[]> {
  const rows = await connection<
    (Omit<CatalogTable, "columns" | "distribution"> & { columns: RawColumn[]; citus: boolean })[]
  >`
    select n.nspname as schema, c.relname as name, c.relkind = 'p' as partitioned, ${kindOf} as kind,
      current_setting('server_version_num')::int / 10000 as "serverMajor", ${hasCitus} as citus,
      current_setting('wal_level') <> 'minimal' as "logsAll",
      ${recipient(sql`c.relowner`, sql`n.oid`)} as keeper,
      (select coalesce(jsonb_agg(distinct jsonb_build_object('schema', rn.nspname, 'name', rc.relname)), '[]')
         from pg_constraint r
         join pg_class rc on rc.oid = r.conrelid
         join pg_namespace rn on rn.oid = rc.relnamespace
        where r.confrelid = c.oid) as referrers,
      a.columns, a.declared, a.computed, a."alwaysIdentity", a."selfFilling", ${triggersOfTable} as triggers,
      ${columnNames(sql`i.indkey`, sql`c.oid`)} as key,
      ${referencesOf(sql`true`)} as references,
      (select json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
         from pg_constraint k
         join pg_class x on x.oid = k.conindid
        where k.conrelid = c.oid and k.contype = 'p' and c.relkind = 'r' and not c.relispartition
          and not ${hasOptions(sql`x.reloptions`)} and x.reltablespace = 0 and not i.indisreplident and not i.indisclustered
          and not exists (select 1 from pg_description d where d.objoid in (k.oid, x.oid))
          -- Foreign keys that are added again choose the oldest index that fits.
          and not exists (
            select from pg_index o cross join lateral (select (o.indkey::int2[])[0:o.indnkeyatts - 1] as conkey) own
             where o.indrelid = c.oid and o.indisunique and not o.indisprimary
               and own.conkey @> k.conkey and own.conkey <@ k.conkey)) as "plainKey"
      from ${namesAsRows(names)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      left join pg_index i on i.indrelid = c.oid and i.indisprimary
     cross join lateral (
       select coalesce(json_agg(json_build_object('name', a.attname, 'type', t.typname, 'own', t.own, 'typmod', t.typmod,
                'nullable', not (a.attnotnull or t.required)) order by a.attnum), '[]') as columns,
              coalesce(json_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum), '[]') as declared,
              coalesce(json_agg(json_build_object('name', a.attname, 'by', pg_get_expr(v.adbin, v.adrelid)) order by a.attnum)
                         filter (where a.attgenerated <> ''), '[]') as computed,
              coalesce(json_agg(a.attname order by a.attnum) filter (where a.attidentity = 'a'), '[]') as "alwaysIdentity",
              coalesce(json_agg(a.attname order by a.attnum) filter (where a.atthasdef or a.attidentity <> ''), '[]')
                as "selfFilling"
         from pg_attribute a cross join lateral (${baseType}) t
         left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum and a.attgenerated <> ''
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) a
     where c.relkind in ('r', 'p', 'v', 'm', 'f')`;
  const spread = rows.some(({ citus }) => citus) ? await distributionsOf(connection, names) : [];
  const distributionOf = ({ schema, name }: TableName) =>
    spread.find((one) => one.schema === schema && one.name === name)?.distribution ?? null;
  return rows.map(({ citus: _, ...row }) => ({
    ...row,
    columns: row.columns.map(toColumn),
    distribution: distributionOf(row),
  }));
}

/** Those of the tables whose columns are by now others than they were read to be, or of other types. */
export async function alteredSince(sql: Queryable, tables: readonly CatalogTable[]): Promise<TableName[]> {
  const now = await sql<(TableName & { columns: [name: string, type: string][] })[]>`
    select wanted.schema, wanted.name,
           json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
      from ${namesAsRows(tables)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     group by wanted.schema, wanted.name`;
  return tables.filter(({ schema, name, columns, declared }) => {
    const found = now.find((one) => one.schema === schema && one.name === name);
    return !Bun.deepEquals(
      found?.columns,
      columns.map((column, index) => [column.name, declared[index]]),
    );
  });
}

/** Typmod bits as PostgreSQL packs them (numeric.c, varchar.c): a header of 4, then precision and scale, or length. */
function toColumn({ name, type, own, typmod, nullable }: RawColumn): Column {
  const declared = typmod - 4;
  const numeric = type === "numeric" && declared >= 0;
  const sized = (type === "varchar" || type === "bpchar") && declared >= 0;
  const isOther = typmod >= 0 && !numeric && !sized;
  const scale = declared & 0x7ff;
  return {
    name,
    type,
    ...(own && { own }),
    nullable,
    precision: numeric ? declared >> 16 : null,
    scale: numeric ? (scale > 1023 ? scale - 2048 : scale) : null,
    length: sized ? declared : null,
    ...(isOther && { modifier: typmod }),
  };
}
