import { areDistributed, type LoadTable, stageSchemaOf } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, sql, unionAll } from "../connection/fragments.ts";
import { roleNotTaken } from "../connection/role.ts";
import { outdatedTwins } from "../live/stage.ts";

/** A right on a table, a schema or the database, or to be a table's owner; all names as SQL writes them. */
export interface Right {
  kind: "table" | "schema" | "database" | "owner";
  /** Empty for an owner. */
  privilege: string;
  on: string;
  /** Of a table: who owns it, and whether that is a role which can log in, and not one that is there to own. */
  owner: string | null;
  owner_logs_in: boolean;
}

/** What a role may not do of what the console does, and who it is. */
export interface Rights {
  /** As SQL names it. */
  role: string;
  /** The role that it is set to be, and is not, for it is no member of it. */
  not_taken: string | null;
  /** Missing for listings and all else that only reads. */
  browsing: Right[];
  /** Missing for runs, beyond what browsing needs. */
  running: Right[];
  /** True where it may write to none of the tables. */
  reads: boolean;
}

/**
 * The rights that this session's role lacks, by what runs and listings do: the one list of them, which runs, `doctor` and
 * its remedies go by.
 */
export async function missingRights(on: Queryable, tables: readonly LoadTable[]): Promise<Rights> {
  const [row] = await on<Rights[]>`
    with wanted as (select distinct * from (${unionAll([ofTables(tables), ofLedger, ofStage(tables), ofNodes(tables)])}) w),
    held as (
      select w.kind, w.privilege, w.browsing, place, o.named as on, c.relowner,
             case w.kind when 'table' then has_table_privilege(c.oid, w.privilege)
                         when 'schema' then has_schema_privilege(s.oid, w.privilege)
                         when 'owner' then pg_has_role(c.relowner, 'USAGE')
                         else has_database_privilege(current_database(), w.privilege) end as holds
        from wanted w
        left join pg_namespace s on s.nspname = w.schema
        left join pg_class c on c.relnamespace = s.oid and c.relname = w.name
       cross join lateral (
         select case when w.kind = 'schema' then quote_ident(w.schema)
                     when w.kind = 'database' then quote_ident(current_database())
                     when w.schema = any(current_schemas(false)) then quote_ident(w.name)
                     else format('%I.%I', w.schema, w.name) end as named) o)
    select quote_ident(current_user) as role, ${roleNotTaken} as not_taken,
           ${missing(sql`browsing`)} as browsing, ${missing(sql`not browsing`)} as running,
           coalesce(bool_and(not holds) filter (where kind = 'table' and privilege <> 'SELECT'), false) as reads
      from held`;
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

function missing(condition: Fragment): Fragment {
  return sql`
    coalesce(json_agg(json_build_object(
                 'kind', kind, 'privilege', privilege, 'on', "on", 'owner', quote_ident(pg_get_userbyid(relowner)),
                 'owner_logs_in', coalesce((select rolcanlogin from pg_roles where oid = relowner), true))
               order by place, "on", privilege) filter (where ${condition} and holds is not true), '[]')`;
}

type Wanted = TableName & Pick<Right, "kind" | "privilege"> & { browsing: boolean; place: number };

/** Live and snapshot tables, as rows of kind, schema, name, privilege, browsing and place. */
function ofTables(tables: readonly LoadTable[]): Fragment {
  const wanted = tables.flatMap(({ live, snapshot }, place): Wanted[] => {
    const on = (kind: Right["kind"], table: TableName, ...privileges: string[]) =>
      privileges.map((privilege) => ({
        ...{ kind, schema: table.schema, name: table.name, privilege, place },
        browsing: privilege === "SELECT" || privilege === "USAGE",
      }));
    const inSchema = { schema: live.schema, name: "" };
    const ofLive = [...on("schema", inSchema, "USAGE"), ...on("table", live, "SELECT", "INSERT", "UPDATE")];
    if (snapshot === null) return ofLive;
    // Each date gets a partition of its own, which only the owner may attach.
    const forPartitions = [...on("owner", snapshot.table, ""), ...on("schema", inSchema, "CREATE")];
    return [
      ...ofLive,
      ...on("table", snapshot.table, "SELECT", "INSERT", "DELETE"),
      ...(snapshot.table.partitioned ? forPartitions : []),
    ];
  });
  return sql`
    select kind, schema, name, privilege, browsing, case kind when 'schema' then 0 else place + 1 end as place
      from jsonb_to_recordset(${sql.json(wanted.map((one) => ({ ...one })))})
           as w(kind text, schema text, name text, privilege text, browsing boolean, place int)`;
}

/** Seals are lifted and profiles dropped, other lines stay as they are or are written on; which files were applied is for migrations to write. */
const ofLedger = sql`
  select 'schema', 'console', '', 'USAGE', true, 0
   union all
  select 'table', 'console', c.relname, privilege, privilege = 'SELECT', 1000
    from pg_class c
   cross join unnest(case when c.relname = 'migrations' then '{SELECT}'
                       when c.relname in ('seals', 'profiles') then '{SELECT,INSERT,UPDATE,DELETE}'
                       else '{SELECT,INSERT,UPDATE}' end::text[]) as privilege
   where c.relnamespace = 'console'::regnamespace and c.relkind = 'r'`;

/** To a cluster's nodes one goes as the role whose rights count, however one came to the coordinator. */
function ofNodes(tables: readonly LoadTable[]): Fragment {
  return sql`select 'database', '', '', 'CONNECT', true, 3000 where ${areDistributed(tables)}::boolean`;
}

/**
 * The stage: its tables follow the live ones, and are made anew once those were altered; partitions are built there, and what
 * was left of them is removed. Lines of a rejected drop are found by way of temporary tables.
 */
function ofStage(tables: readonly LoadTable[]): Fragment {
  const stage = stageSchemaOf(tables);
  const twins = tables.map(({ name }) => name);
  const builds = tables.some(({ snapshot }) => snapshot?.table.partitioned);
  return sql`
    select 'database', '', '', privilege, false, 3000
      from unnest(case when to_regnamespace(${stage}) is null then '{CREATE,TEMPORARY}' else '{TEMPORARY}' end::text[])
           as privilege
     union all
    select 'schema', n.nspname, '', privilege, false, 2000
      from pg_namespace n
     cross join unnest(case when ${builds} or exists (${outdatedTwins(tables)}) then '{USAGE,CREATE}' else '{USAGE}' end::text[])
           as privilege
     where n.nspname = ${stage}
     union all
    select case privilege when '' then 'owner' else 'table' end, n.nspname, c.relname, privilege, false, 2001
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(case when c.relname <> all(${twins}::text[]) then '{""}'
                         when c.relname in (${outdatedTwins(tables)}) then '{"",SELECT,INSERT,TRUNCATE}'
                         else '{SELECT,INSERT,TRUNCATE}' end::text[])
           as privilege
     where n.nspname = ${stage} and c.relkind = 'r'
       and (c.relname = any(${twins}::text[]) or c.relname ~ '_\\d{8}$')`;
}
