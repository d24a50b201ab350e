import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { acquireServer, type ServerUse } from "../../src/postgres/embedded/server.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "./fast-settings.ts";

/** Milliseconds that making a database may take on a busy machine. */
export const patience = 60_000;

export type HomesFolder = ReturnType<typeof homesFolder>;

/** A folder for homes of embedded servers. */
export function homesFolder() {
  const path = mkdtempSync(join(tmpdir(), "streamflow-homes-"));
  // Root's servers run as another account, which has to get through.
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function acquire(home: string): Promise<ServerUse> {
  return acquireServer(home, silently, fastSettings);
}

export function socketDirectoryOf(url: string): string {
  return new URL(url.replace("@/", "@local/")).searchParams.get("host") ?? "";
}

/** What a sound server answers to `ask`. */
export const sound = { who: "streamflow", database: "streamflow", addresses: "", encoding: "UTF8" };

export function ask(url: string): Promise<unknown> {
  return asking(url, async (sql) => {
    const [row] = await sql`select current_user as who, current_database() as database,
      current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding`;
    return row;
  });
}

/** Over a connection of its own; what is written is on the disk at once. */
export async function asking<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = connect(url);
  try {
    await sql`set synchronous_commit = on`;
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
