import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { acquireServer } from "../../src/postgres/embedded/server.ts";

/** A server on which databases come and go. */
export interface BenchServer {
  /** Such as `PostgreSQL 18.4, embedded`. */
  name: string;
  /** Makes an empty database, in place of one an earlier bench may have left, and returns its URL. */
  create(database: string): Promise<string>;
  drop(database: string): Promise<void>;
  /** What a server does in the month between two drops: statistics and dead rows put in order, everything on disk. */
  settle(...urls: string[]): Promise<void>;
  close(): Promise<void>;
}

/** The server at `url`, whose role must be allowed to make databases, or an embedded one of the bench's own. */
export async function openServer(url: string | undefined): Promise<BenchServer> {
  if (url !== undefined) return serverAt(url, "", async () => {});
  const home = mkdtempSync(join(tmpdir(), "streamflow-bench-home-"));
  // Started as root, the server runs as another user, who must get here.
  chmodSync(home, 0o755);
  const embedded = await acquireServer(home);
  return serverAt(embedded.url, ", embedded", async () => {
    await embedded.release();
    rmSync(home, { recursive: true, force: true });
  });
}

async function serverAt(url: string, kind: string, release: () => Promise<void>): Promise<BenchServer> {
  const sql = connect(url);
  const [row] = await sql<
    { version: string }[]
  >`select split_part(current_setting('server_version'), ' ', 1) as version`;
  return {
    name: `PostgreSQL ${row?.version}${kind}`,
    async create(database) {
      await dropDatabase(sql, database);
      await sql`create database ${sql(database)}`;
      return urlOf(url, database);
    },
    drop: (database) => dropDatabase(sql, database),
    async settle(...urls) {
      for (const settled of urls) await vacuum(settled);
      await sql`checkpoint`;
    },
    async close() {
      await sql.end();
      await release();
    },
  };
}

async function dropDatabase(sql: Sql, database: string): Promise<void> {
  await sql`drop database if exists ${sql(database)} with (force)`;
}

async function vacuum(url: string): Promise<void> {
  const sql = connect(url);
  try {
    await sql`vacuum (analyze)`;
  } finally {
    await sql.end();
  }
}

/** The same URL with another database. */
export function urlOf(url: string, database: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${database}`);
}
