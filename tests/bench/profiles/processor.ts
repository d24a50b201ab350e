import { readdirSync, readFileSync } from "node:fs";
import type { Queryable } from "../../../src/postgres/connection/connect.ts";

/** The server's first process, parent of all others; null where it is not on this machine, or there is no /proc. */
export async function serverProcess(sql: Queryable): Promise<number | null> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const own = row && statOf(row.pid);
  return own?.name.startsWith("postgres") ? own.parent : null;
}

/**
 * Seconds of processor time that a process and those it started have used: those that are there, and those that have ended
 * since, whose time is their parent's then.
 */
export function processorSeconds(pid: number): number {
  const children = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []));
  const own = statOf(pid);
  const family = [...(own ? [own] : []), ...children.filter(({ parent }) => parent === pid)];
  return family.reduce((sum, { ticks }) => sum + ticks, 0) / ticksASecond;
}

/** Of Linux, on every machine that Bun runs on. */
const ticksASecond = 100;

/** Its ticks: in the process, in the system for it, and the same of the children that it waited for (proc(5)). */
function statOf(pid: number): { name: string; parent: number; ticks: number } | null {
  try {
    const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = rest.split(" ").map(Number);
    return { name, parent: fields[1] ?? 0, ticks: fields.slice(11, 15).reduce((sum, value) => sum + value, 0) };
  } catch {
    return null;
  }
}
