import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "../../../src/postgres/connection/connect.ts";

/** How long whatever ends may take to be gone. */
const patienceMs = 5_000;

/** What a console may keep in its home: what it checked, and lists of faults for the operator. */
const keptInHome = new Set(["checked", "rejects", "runs", "postgres"]);

export interface Surroundings {
  sql: Sql;
  /** In the environment of each of the console's processes, and of no other. */
  folder: string;
  /** Of the console, and of nobody else. */
  temporary: string;
  home: string;
  /** Rows in the stage are taken away by the next run, for there is nobody else to do it. */
  mayLeaveStage: boolean;
}

/** What is still there after five seconds and should not be, in words. */
export async function leftovers(around: Surroundings): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const left = await leftNow(around);
    if (left.length === 0 || Date.now() > deadline) return left;
    await Bun.sleep(10);
  }
}

async function leftNow({ sql, folder, temporary, home, mayLeaveStage }: Surroundings): Promise<string[]> {
  const sessions = await sql<{ what: string }[]>`
    select format('a session of %s, %s: %s', application_name, state, left(query, 60)) as what
      from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and application_name <> 'faults'`;
  const alive = processesWith(folder).map((pid) => `process ${pid}`);
  const files = existsSync(temporary) ? readdirSync(temporary).map((name) => `temporary file ${name}`) : [];
  const strange = existsSync(home) ? readdirSync(home).filter((name) => !keptInHome.has(name)) : [];
  return [
    ...sessions.map(({ what }) => what),
    ...alive,
    ...files,
    ...strange.map((name) => `in the home, ${name}`),
    ...(mayLeaveStage ? [] : await stagedRows(sql)),
  ];
}

/** Processes in whose environment a text is; on systems that do not show it, none is seen. */
function processesWith(text: string): string[] {
  const pids = existsSync("/proc/self/environ") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(text);
    } catch {
      // It ended, or is not ours to look into.
      return false;
    }
  });
}

async function stagedRows(sql: Sql): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'stage' and c.relkind = 'r'`;
  if (tables.length === 0) return [];
  const filled = await sql.unsafe<{ name: string; rows: number }[]>(
    tables.map(({ name }) => `select '${name}' as name, count(*)::int as rows from ${name}`).join(" union all "),
  );
  return filled.filter(({ rows }) => rows > 0).map(({ name, rows }) => `${rows} rows in ${name}`);
}

/** Files below a folder, for whoever looks for what must not be in them. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
