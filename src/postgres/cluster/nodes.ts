import { hasCitus } from "../catalog/distribution.ts";
import type { Queryable } from "../connection/connect.ts";

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

/** Releases that the console's statements were tried on. */
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

/** So long at most a node may take to let the coordinator in. */
const patience = "4s";

/** Those of the nodes that do not let the coordinator in; each is tried, one after the other. */
export async function silentNodes(sql: Queryable, nodes: readonly Node[]): Promise<Node[]> {
  const silent: Node[] = [];
  for (const node of nodes.filter(({ isCoordinator }) => !isCoordinator)) {
    const [row] = await sql<{ answers: boolean | null }[]>`
      select citus_check_connection_to_node(${node.host}, ${node.port}) as answers
        from (select set_config('citus.node_connection_timeout', ${patience}, false)) settled`;
    if (row?.answers !== true) silent.push(node);
  }
  return silent;
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
