import { join } from "node:path";
import { metLater } from "../../src/core/errors.ts";
import { hasCitus } from "../../src/postgres/catalog/distribution.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { backendPid } from "../../src/postgres/connection/lock.ts";
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
  await admin`create database migrated template template0`;
  const template = connect(databaseUrl(server.url, "migrated"));
  await migrated.prepare(template, "");
  await template.end();
  const opened: Sql[] = [];
  let held: HeldCommits | null = null;
  const letGo = async () => held?.letGo();
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
      held = await holdCommits(server.url);
    },
    letGo,
    async stop() {
      await letGo();
      for (const sql of [...opened, admin]) await sql.end();
      await server.release();
      homes.remove();
    },
  };
}

export interface HeldCommits extends AsyncDisposable {
  /** Those that wait are carried out, and no other waits. */
  letGo(): Promise<void>;
}

/** From now on whatever is committed or prepared on this server waits for a standby that there is not. */
export async function holdCommits(url: string): Promise<HeldCommits> {
  const [admin, probe] = [connect(url), connect(url)];
  await admin`alter system set synchronous_standby_names = 'nobody'`;
  await admin`select pg_reload_conf()`;
  // The server obeys a moment later: from when a commit of our own waits, all do.
  const pid = await backendPid(probe);
  let probing: Promise<unknown> = Promise.resolve();
  for (let isHeld = false; !isHeld; ) {
    let isThrough = false;
    const through = probe`select pg_logical_emit_message(true, 'probe', '')`.then(() => {
      isThrough = true;
    });
    probing = metLater(through);
    while (!isHeld && !isThrough) isHeld = await waits(admin, pid);
  }
  let lettingGo: Promise<void> | null = null;
  const carryOut = async () => {
    await admin`alter system reset synchronous_standby_names`;
    await admin`select pg_reload_conf()`;
    await probing;
    await Promise.all([admin.end(), probe.end()]);
  };
  const letGo = () => {
    lettingGo ??= carryOut();
    return lettingGo;
  };
  return { letGo, [Symbol.asyncDispose]: letGo };
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
