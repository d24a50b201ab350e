import { join } from "node:path";
import { hasCitus } from "../../src/postgres/catalog/distribution.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { acquireServer } from "../../src/postgres/embedded/server.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { migrated } from "./database.ts";
import { fastSettings } from "./fast-settings.ts";
import { homesFolder } from "./homes.ts";
import { databaseUrl } from "./names.ts";

/** A server of a test file's own, whose commits can be made to wait for a standby that is not there. */
export interface HoldingServer {
  /** A database with the project's schema and no rows, and one connection to it. */
  database(): Promise<{ url: string; sql: Sql }>;
  /** From now on every commit waits. */
  hold(): Promise<void>;
  /** Those that wait are carried out, and no other waits. */
  letGo(): Promise<void>;
  stop(): Promise<void>;
}

const settings = [
  ...fastSettings,
  ["wal_level", "replica", "without it nothing waits for a standby"],
  ["max_wal_senders", "2", "likewise"],
  ["synchronous_commit", "on", "likewise"],
] as const;

export async function holdingServer(): Promise<HoldingServer> {
  const homes = homesFolder();
  const server = await acquireServer(join(homes.path, "home"), silently, settings);
  const admin = connect(server.url);
  const probe = connect(server.url);
  await admin`create database migrated template template0`;
  const template = connect(databaseUrl(server.url, "migrated"));
  await migrated.prepare(template, "");
  await template.end();
  await admin`create table probed (at timestamptz)`;
  const opened: Sql[] = [];
  let probing: Promise<unknown> = Promise.resolve();
  const letGo = async () => {
    await admin`alter system reset synchronous_standby_names`;
    await admin`select pg_reload_conf()`;
    await probing;
  };
  return {
    async database() {
      const name = `held_${opened.length}`;
      await admin`create database ${admin(name)} template migrated`;
      const url = databaseUrl(server.url, name);
      const sql = connect(url);
      opened.push(sql);
      return { url, sql };
    },
    async hold() {
      await admin`alter system set synchronous_standby_names = 'nobody'`;
      await admin`select pg_reload_conf()`;
      // The server obeys a moment later: from when a commit of our own waits, all do.
      const { pid } = (await probe<{ pid: number }[]>`select pg_backend_pid() as pid`)[0] ?? { pid: 0 };
      for (let isHeld = false; !isHeld; ) {
        let isThrough = false;
        probing = probe`insert into probed values (now())`.then(() => {
          isThrough = true;
        });
        while (!isHeld && !isThrough) isHeld = await waits(admin, pid);
      }
    },
    letGo,
    async stop() {
      await letGo();
      for (const sql of [...opened, probe, admin]) await sql.end();
      await server.release();
      homes.remove();
    },
  };
}

async function waits(sql: Sql, pid: number): Promise<boolean> {
  const rows = await sql`select 1 from pg_stat_activity where pid = ${pid} and wait_event = 'SyncRep'`;
  return rows.length > 0;
}

/** Resolves to the server process of a session of this database that waits for that; `where` is a wait event or its type. */
export async function whoWaits(sql: Sql, where: "SyncRep" | "Lock"): Promise<number> {
  const [has] = await sql<{ citus: boolean }[]>`select ${hasCitus} as citus`;
  for (;;) {
    if (where === "Lock" && has?.citus) {
      // What it waits for may be on another node.
      const [there] = await sql<{ pid: number }[]>`select waiting_gpid % 10000000000 as pid from citus_lock_waits`;
      if (there !== undefined) return there.pid;
    }
    const [row] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity
       where datname = current_database() and (wait_event = ${where} or wait_event_type = ${where})`;
    if (row !== undefined) return row.pid;
  }
}
