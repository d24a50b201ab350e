import { type LoadTable, stageSchemaOf } from "../catalog/dataset-tables.ts";
import { hasCitus } from "../catalog/distribution.ts";
import type { Queryable } from "../connection/connect.ts";
import { namesAsRows } from "../connection/fragments.ts";

/** All of it as SQL names it: what is there now. */
interface Named {
  database: string;
  schema: string;
  /** The dataset's live and snapshot tables. */
  dataset: string[];
  /** Whether Citus is there, which goes to other nodes as the role whose rights count. */
  isCluster: boolean;
  /** Their partitions, then the tables of the ledger and of the stage. */
  others: string[];
}

/**
 * SQL, for psql, that makes three roles and gives each what it needs: an owner, whom nobody logs in as, a loader, who works as
 * the owner, and a viewer, who reads. Only who owns a table may attach a partition to it, and what is made by whoever loads
 * has to be of one owner: so it is a loader's default to be the owner. What is there already is left as it is.
 */
export async function grantsScript(on: Queryable, name: string, tables: readonly LoadTable[]): Promise<string> {
  const { database, schema, dataset, others, isCluster } = await namesIn(on, tables);
  const schemas = `${schema}, console`;
  const stage = stageSchemaOf(tables);
  return `\
-- Roles of one dataset in one database: an owner, whom nobody logs in as and who owns its tables; a loader, who runs months
-- as the owner; and a viewer, who reads. For psql, as a superuser, or as the present owner with CREATEROLE:
--   psql --file FILE [--set owner=NAME] [--set loader=NAME] [--set viewer=NAME] URL
-- Roles that are there already are taken as they are. To be run again after tables were added, or for one more loader or viewer.
\\set ON_ERROR_STOP on
\\set QUIET on
${["owner", "loader", "viewer"].map((role) => defaultName(role, `${name}_${role}`)).join("\n")}
begin;
set local client_min_messages = warning;

select format('create role %I %s', name, attribute)
  from (values (:'owner', '${isCluster ? "login" : "nologin"}'), (:'loader', 'login'), (:'viewer', 'login')) as role(name, attribute)
 where not exists (select from pg_roles where rolname = name)
\\gexec
-- Only members of a role may give it what is theirs; a superuser counts as one.
select format('grant %I to current_user', :'owner') where not pg_has_role(:'owner', 'usage')
\\gexec

${isCluster ? whoGoesToNodes(database) : ""}-- The owner. Who owned these tables so far, such as another flow, keeps its rights as a member of it: grant … to NAME.
create schema if not exists console authorization :"owner";
create schema if not exists ${stage} authorization :"owner";
alter schema console owner to :"owner";
alter schema ${stage} owner to :"owner";
grant usage, create on schema ${schema} to :"owner";
grant temporary on database ${database} to :"owner";
${[...dataset, ...others].map((table) => `alter table ${table} owner to :"owner";`).join("\n")}

-- The loader: in this database it is the owner from its first statement on, so that all it makes belongs to that.
grant connect on database ${database} to :"loader";
grant :"owner" to :"loader";
alter role :"loader" in database ${database} set role = :"owner";

-- The viewer: lists, compares, verifies, exports, validates and checks drops, of tables that are made later, too.
grant connect, temporary on database ${database} to :"viewer";
grant usage on schema ${schemas} to :"viewer";
grant select on table ${dataset.join(", ")} to :"viewer";
grant select on all tables in schema console to :"viewer";
alter default privileges for role :"owner" in schema ${schemas} grant select on tables to :"viewer";

commit;
-- A role that was made here has no password yet: \\password NAME
`;
}

const whoGoesToNodes = (database: string) => `\
-- Citus goes to the nodes as the owner, who has to be let in there, and has no password.
alter role :"owner" login;
grant connect on database ${database} to :"owner";
`;

/** Unless psql was told another name. */
function defaultName(role: string, name: string): string {
  return `\\if :{?${role}}\n\\else\n\\set ${role} ${name.replaceAll(/\W/g, "_")}\n\\endif`;
}

async function namesIn(on: Queryable, tables: readonly LoadTable[]): Promise<Named> {
  const wanted = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  // With its schema, for nobody knows where the script is run from.
  const [row] = await on<Named[]>`
    with named as (
      select c.oid, c.relkind, n.nspname, format('%I.%I', n.nspname, c.relname) as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace),
    dataset as (
      select named.* from ${namesAsRows(wanted)}
        join named on named.oid = to_regclass(format('%I.%I', wanted.schema, wanted.name))),
    others as (
      select named.name from dataset d cross join pg_partition_tree(d.oid::regclass) p join named on named.oid = p.relid
       where p.relid <> d.oid
       union all
      select name from named where nspname in ('console', ${stageSchemaOf(tables)}) and relkind = 'r')
    select quote_ident(current_database()) as database, quote_ident(${wanted[0]?.schema ?? "public"}) as schema,
           ${hasCitus} as "isCluster", array(select name from dataset) as dataset, array(select name from others order by name) as others`;
  if (row === undefined) throw new Error("a query without a table gave no row");
  return row;
}
