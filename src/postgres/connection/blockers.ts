import type { Queryable } from "./connect.ts";

/** Who is in the way of a session that waits for a lock. */
export interface Blocker {
  /** 0 for a transaction that was prepared, and is nobody's until it is ended by its name. */
  pid: number;
  /** Null for a process of the server's own. */
  role: string | null;
  application: string;
  /** Such as `client backend` or `autovacuum worker`; not everybody may see it. */
  kind: string | null;
  /** When its transaction began, in ISO 8601, UTC; null where that is not known, or not ours to see. */
  since: string | null;
  /** True where it has written all there is, and waits for a standby to have that, too. */
  awaitsStandby: boolean;
  /** As SQL names it; null where it is no table that is waited for. */
  table: string | null;
}

/** Whom these server processes wait for, of others, if one waits for a lock and has for more than a moment. */
export function blockersOf(sql: Queryable, pids: readonly number[]): Promise<Blocker[]> {
  return sql<Blocker[]>`
    select distinct b.pid, a.usename as role, coalesce(a.application_name, '') as application, a.backend_type as kind,
           to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
           coalesce(a.wait_event = 'SyncRep', false) as "awaitsStandby", l.relation::regclass::text as table
      from pg_locks l cross join unnest(pg_blocking_pids(l.pid)) as b (pid) left join pg_stat_activity a on a.pid = b.pid
     where l.pid = any(${[...pids]}::bigint[]) and b.pid <> all(${[...pids]}::bigint[]) and not l.granted and l.waitstart < clock_timestamp() - interval '1 second'
     order by b.pid`;
}
