import type { Blocker } from "../connection/blockers.ts";
import type { Queryable } from "../connection/connect.ts";

/**
 * Whom these server processes wait for on other nodes of a cluster, where rows are locked that the coordinator knows nothing of.
 * Sessions of other nodes are told by the number that Citus gives them, which ends them as a process's does here.
 */
export function blockersOnNodes(sql: Queryable, pids: readonly number[]): Promise<Blocker[]> {
  // Citus's numbers hold the node and its process (its manual, `citus_backend_gpid`).
  return sql<Blocker[]>`
    with nodes(own) as (select citus_backend_gpid() / 10000000000),
    waits as (
      select w.blocking_gpid as gpid, w.blocking_gpid / 10000000000 = own as is_here
        from citus_lock_waits w, nodes
       where w.waiting_gpid / 10000000000 = own and w.waiting_gpid % 10000000000 = any(${[...pids]}::bigint[])
         and not (w.blocking_gpid / 10000000000 = own and w.blocking_gpid % 10000000000 = any(${[...pids]}::bigint[])))
    select distinct case when is_here then gpid % 10000000000 else gpid end as pid, a.usename as role,
           coalesce(a.application_name, '') as application, a.backend_type as kind,
           to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
           coalesce(a.wait_event = 'SyncRep', false) as "awaitsStandby", null::text as table
      from waits left join pg_stat_activity a on is_here and a.pid = gpid % 10000000000
     order by 1`;
}
