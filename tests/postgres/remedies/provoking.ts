import { chownSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Queryable, type Sql } from "../../../src/postgres/connection/connect.ts";
import { serverPaths } from "../../../src/postgres/embedded/home.ts";
import { acquireServer } from "../../../src/postgres/embedded/server.ts";
import { silently } from "../../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "../../helpers/fast-settings.ts";
import { homesFolder } from "../../helpers/homes.ts";

/** A cell of a customer, which no word of ours may hold, in the forms that a server knows. */
export const canary = "Quellwasser-7351";
export const canaryNumber = "735173517351";

/** A database to do harm in, as a superuser. */
export interface Ground {
  url: string;
  sql: Sql;
  /** The name of a role that may log in and nothing else, and goes when the tests are over. */
  role: string;
  /** The same database as that role. */
  asRole: string;
}

/** Has a server throw; resolves to what it threw. */
export type Provocation = (ground: Ground) => Promise<unknown>;

/** What this threw; it has to. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === undefined) throw new Error("nothing was thrown");
  return thrown;
}

/** Work on a connection of its own. */
export async function onItsOwn<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = connect(url);
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** These statements, one after the other on a connection of their own: the last one throws. */
export function statements(...texts: string[]): Provocation {
  return ({ url }) =>
    onItsOwn(url, async (sql) => {
      for (const text of texts.slice(0, -1)) await sql.unsafe(text);
      return thrownBy(sql.unsafe(texts.at(-1) ?? ""));
    });
}

/** The same as a role that may log in and nothing else. */
export function asNobody(...texts: string[]): Provocation {
  return (ground) => statements(...texts)({ ...ground, url: ground.asRole });
}

/** Said in a function: for what no server here can be brought to. */
export function played(state: string, words: string): Provocation {
  return statements(`do $$ begin raise exception '${words}' using errcode = '${state}'; end $$`);
}

/** Resolves once a session of this process waits for a lock. */
export async function waitsForLock(sql: Sql, pid: number): Promise<void> {
  for (;;) {
    const rows = await sql`select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`;
    if (rows.length > 0) return;
  }
}

export async function pidOf(sql: Queryable): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

/** A server of a test's own, that may be broken: few connections, few locks. */
export async function ownServer() {
  const homes = homesFolder();
  const home = join(homes.path, "home");
  const settings = [
    ...fastSettings,
    ["max_connections", "12", "to be taken"],
    ["max_locks_per_transaction", "10", "likewise"],
    ["restart_after_crash", "on", "what is crashed comes back"],
    ["synchronous_commit", "on", "and with all that was committed before"],
  ] as const;
  const server = await acquireServer(home, silently, settings);
  const { data } = serverPaths(home);
  const admin = connect(server.url);
  return {
    url: server.url,
    admin,
    data,
    /** Lines before those that let everybody in. */
    async letIn(lines: string): Promise<void> {
      const file = join(data, "pg_hba.conf");
      const { uid, gid } = statSync(file);
      writeFileSync(file, lines + readFileSync(file, "utf8"));
      chownSync(file, uid, gid);
      await admin`select pg_reload_conf()`;
    },
    async stop(): Promise<void> {
      await admin.end({ timeout: 1 });
      await server.release();
      homes.remove();
    },
  };
}
