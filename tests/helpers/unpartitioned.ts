import type { Queryable } from "../../src/postgres/connection/connect.ts";
import { migrated, schemaDirectory } from "./database.ts";
import type { Template } from "./server.ts";

/** A database that an older system made: its snapshot tables have no partitions. Adopted, and without rows. */
export const unpartitioned: Template = {
  name: "unpartitioned",
  async prepare(sql, url) {
    for (const file of ["002_snapshots.sql", "004_labels_snapshots.sql"]) {
      const text = await Bun.file(`${schemaDirectory}/${file}`).text();
      await sql.unsafe(text.replaceAll(" partition by list (as_of)", ""));
    }
    await migrated.prepare(sql, url);
  },
};

/**
 * All that others know the tables and views of a schema by, partitions left out: equal identities mean that nobody can
 * tell whether a table was converted, but by its partitions.
 */
export async function identity(sql: Queryable) {
  const relations = await sql`
    select c.oid::regclass::text as name, pg_get_userbyid(c.relowner) as owner, obj_description(c.oid, 'pg_class') as comment,
           case when c.relkind = 'v' then c.reloptions end as options,
           case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
     order by 1`;
  const columns = await sql`
    select c.oid::regclass::text as table, a.attname, row_number() over (partition by c.oid order by a.attnum) as position,
           format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attcollation, a.attstorage, a.attcompression,
           pg_get_expr(d.adbin, d.adrelid) as initial, col_description(c.oid, a.attnum) as comment
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
     order by 1, 3`;
  return { relations: [...relations], columns: [...columns], ...(await partsOf(sql)), ...(await grantsIn(sql)) };
}

async function partsOf(sql: Queryable) {
  const constraints = await sql`
    select c.oid::regclass::text as table, k.conname, pg_get_constraintdef(k.oid) as definition, k.convalidated,
           obj_description(k.oid, 'pg_constraint') as comment
      from pg_constraint k join pg_class c on c.oid = k.conrelid
     where c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1, 2`;
  const indexes = await sql`
    select c.relname, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') as definition,
           obj_description(c.oid, 'pg_class') as comment
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
     where t.relnamespace = 'public'::regnamespace and not t.relispartition order by 1`;
  return { constraints: [...constraints], indexes: [...indexes] };
}

async function grantsIn(sql: Queryable) {
  const grants = await sql`
    select acl.name, acl.attname, pg_get_userbyid(acl.grantor) as grantor,
           case when acl.grantee <> 0 then pg_get_userbyid(acl.grantee) end as grantee, acl.privilege_type, acl.is_grantable
      from (select c.oid::regclass::text as name, null as attname, a.*
              from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
             union all
            select c.oid::regclass::text, t.attname, a.*
              from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
             where c.relnamespace = 'public'::regnamespace and not c.relispartition) acl
     order by 1, 2, 4, 5`;
  return { grants: [...grants] };
}
