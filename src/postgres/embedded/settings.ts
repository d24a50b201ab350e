import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A server setting: its name, its value, and why. */
export type Setting = readonly [name: string, value: string, reason: string];

/**
 * What the embedded server is told at each start. Nothing here gives up safety: fsync and full_page_writes stay on.
 * `ALTER SYSTEM` overrides any of it.
 */
export const serverSettings: readonly Setting[] = [
  ["wal_level", "minimal", "no replica reads the log, and filling a table made in the same transaction skips it"],
  ["max_wal_senders", "0", "wal_level minimal demands it"],
  ["wal_buffers", "16MB", "a load writes more log at once than the default 4 MB hold"],
  ["max_wal_size", "4GB", "no checkpoint cuts into a month's load"],
  ["checkpoint_timeout", "15min", "after each checkpoint a changed page is logged whole once more"],
  ["shared_buffers", "128MB", "more made no difference: the system's cache holds the files as well"],
  ["work_mem", "64MB", "the diff of a month against live rows is a hash join, in memory up to a million rows"],
  ["maintenance_work_mem", "256MB", "keys are built by one sort in memory, and foreign keys checked by one join"],
  ["min_dynamic_shared_memory", "512MB", "parallel joins find room here; taken from the system only when used"],
  ["dynamic_shared_memory_type", "mmap", "what goes beyond needs no /dev/shm, which containers keep at 64 MB"],
  ["max_connections", "40", "a handful of consoles and psql; each slot costs memory"],
  ["jit", "off", "compiling a query takes longer than these queries run"],
  ["log_min_messages", "log", "failed statements go to the client, not with their data into the log"],
  ["log_checkpoints", "off", "the log stays short"],
  ["log_line_prefix", "'%m [%p] '", "when, and which process"],
  ["log_timezone", "UTC", "times mean the same wherever the console runs"],
  ["timezone", "UTC", "likewise"],
  ["lc_messages", "C", "messages are read by programs, too"],
];

/** How each postgresql.conf of ours has begun since there are any: it tells whose a data directory is. */
const configurationHead = "# Written by the console at each start";

/** The text of postgresql.conf. */
export function configuration(settings: readonly Setting[]): string {
  const lines = settings.map(([name, value, reason]) => `${name} = ${value}  # ${reason}`);
  return [`${configurationHead}; use ALTER SYSTEM to change a setting.`, ...lines, ""].join("\n");
}

/** Whether the console made this data directory: each start of ours writes its configuration. */
export function isOurs(data: string): boolean {
  const file = join(data, "postgresql.conf");
  return existsSync(file) && readFileSync(file, "utf8").startsWith(configurationHead);
}
