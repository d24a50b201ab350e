import { hasCitus } from "../catalog/distribution.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { sql as fragment, namesAsRows, oidOf } from "../connection/fragments.ts";

/** A node of a cluster, as the coordinator knows it. */
export interface Node {
  host: string;
  port: number;
  isCoordinator: boolean;
  /** Whether it may be given parts of tables. */
  takesShards: boolean;
  isActive: boolean;
}

/** `host:port`, as the coordinator reaches it. */
export function placeOf({ host, port }: Pick<Node, "host" | "port">): string {
  return `${host}:${port}`;
}

/** The version of the extension, such as `13.2`; null where this database has none. */
export async function citusVersion(sql: Queryable): Promise<string | null> {
  const [row] = await sql<{ version: string | null }[]>`
    select (select extversion from pg_extension where extname = 'citus') as version`;
  return row?.version?.replace(/-.*/, "") ?? null;
}

/** Releases that are taken: 12.1 and 13.2 were tried; of 14, which wants PostgreSQL 16, no change that it tells of touches a statement here. */
export const citusMajors = { from: 12, to: 14 } as const;

/** None where Citus is not there. */
export async function nodesOf(sql: Queryable): Promise<Node[]> {
  const [row] = await sql<{ has: boolean }[]>`select ${hasCitus} as has`;
  if (row?.has !== true) return [];
  const nodes = await sql<Node[]>`
    select nodename as host, nodeport as port, groupid = 0 as "isCoordinator", isactive as "isActive",
           shouldhaveshards as "takesShards"
      from pg_catalog.pg_dist_node where noderole = 'primary' order by groupid, nodeid`;
  return [...nodes];
}

/** Processors of all nodes that take parts of tables; null where that is not this role's to see. */
export async function processorsOf(sql: Queryable): Promise<number | null> {
  const counting = "select count(*) from regexp_matches(pg_read_file('/proc/cpuinfo'), '(?n)^processor', 'g')";
  const found = await sql<
    { success: boolean; result: string }[]
  >`select success, result from run_command_on_workers(${counting})`;
  const counts = found.map(({ success, result }) => (success ? Number(result) : Number.NaN));
  return counts.length === 0 || counts.some((count) => !(count > 0))
    ? null
    : counts.reduce((sum, count) => sum + count);
}

/** What a node has of a dataset's tables: parts of them, and of the first one rows; null where those were not counted. */
export interface Share extends Pick<Node, "host" | "port"> {
  shards: number;
  rows: number | null;
}

/** What each node that takes parts has of these tables. All of them lie where the first one's rows of the same value do. */
export async function sharesOf(sql: Queryable, tables: readonly TableName[], isToCount: boolean): Promise<Share[]> {
  const [first] = tables;
  if (first === undefined) return [];
  const counts = isToCount
    ? fragment`run_command_on_shards(${oidOf(first)}, 'select count(*) from %s')`
    : fragment`(select null::bigint as shardid, false as success, null::text as result)`;
  const shares = await sql<Share[]>`
    with placed as (
      select n.groupid, s.shardid
        from ${namesAsRows(tables)}
        join pg_namespace k on k.nspname = wanted.schema
        join pg_class c on c.relnamespace = k.oid and c.relname = wanted.name
        join pg_catalog.pg_dist_shard s on s.logicalrelid = c.oid
        join pg_catalog.pg_dist_placement n using (shardid)),
    counted as (
      select p.groupid, sum(c.result::bigint)::bigint as rows
        from ${counts} c join placed p using (shardid)
       where c.success group by p.groupid)
    select n.nodename as host, n.nodeport as port, count(p.shardid) as shards, case when ${isToCount} then coalesce(max(c.rows), 0)::bigint end as rows
      from pg_catalog.pg_dist_node n
      left join placed p on p.groupid = n.groupid
      left join counted c on c.groupid = n.groupid
     where n.noderole = 'primary' and (n.shouldhaveshards or p.shardid is not null)
     group by 1, 2 order by 1, 2`;
  return [...shares];
}
