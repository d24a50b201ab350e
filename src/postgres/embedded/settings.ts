/** A server setting: its name, its value, and why. */
export type Setting = readonly [name: string, value: string, reason: string];

/**
 * What the embedded server is told at each start. Nothing here gives up safety: fsync and full_page_writes stay on.
 * `ALTER SYSTEM` overrides any of it.
 */
export const serverSettings: readonly Setting[] = [
  ["wal_level", "minimal", "no replica reads the log, and filling a table made in the same transaction skips it"],
  ["max_wal_senders", "0", "wal_level minimal demands it"],
  ["max_connections", "40", "a handful of consoles and psql; each slot costs memory"],
  ["shared_buffers", "128MB", "a month of a million users' hot pages fit; the system's cache holds the rest"],
  ["maintenance_work_mem", "256MB", "keys are built by one sort in memory, and foreign keys checked by one hash join"],
  ["work_mem", "64MB", "the diff of stage against live is a hash join in memory up to some million rows"],
  ["max_wal_size", "4GB", "no checkpoint cuts into one month's load"],
  ["min_wal_size", "80MB", "an idle home stays small on disk"],
  ["checkpoint_timeout", "15min", "a load of minutes is not slowed by full page images written twice"],
  ["synchronous_commit", "on", "a month that was reported as published is on disk"],
  ["effective_io_concurrency", "16", "local disks serve several reads at once"],
  ["jit", "off", "compiling a query takes longer than these small queries run"],
  ["autovacuum_naptime", "60s", "the pipeline analyses what it loads; the daemon only keeps dead rows at bay"],
  ["log_min_messages", "log", "failed statements go to the client, not with their data into the log"],
  ["log_checkpoints", "off", "the log stays short"],
  ["log_line_prefix", "'%m [%p] '", "when and which process"],
  ["timezone", "UTC", "times mean the same wherever the console runs"],
  ["log_timezone", "UTC", "likewise"],
  ["datestyle", "ISO", "dates are written YYYY-MM-DD"],
  ["lc_messages", "C", "messages are read by programs, too"],
];

/** The text of postgresql.conf. */
export function configuration(settings: readonly Setting[]): string {
  const lines = settings.map(([name, value, reason]) => `${name} = ${value}  # ${reason}`);
  return ["# Written by the console at each start; use ALTER SYSTEM to change a setting.", ...lines, ""].join("\n");
}
