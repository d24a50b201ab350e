import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "../../src/core/messages/requests.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { acquireServer, type ServerUse } from "../../src/postgres/embedded/server.ts";
import { fastSettings } from "./fast-settings.ts";

/** Milliseconds that making a database may take on a busy machine. */
export const patience = 60_000;

/** A folder for homes of embedded servers. */
export interface HomesFolder {
  path: string;
  remove(): void;
}

export function homesFolder(): HomesFolder {
  const path = mkdtempSync(join(tmpdir(), "streamflow-homes-"));
  // Root's servers run as another account, which has to get through.
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function acquire(home: string): Promise<ServerUse> {
  return acquireServer(home, fastSettings);
}

/** Where the server of a home keeps its files. */
export function filesOf(home: string) {
  const folder = join(home, "postgres");
  const data = join(folder, "data");
  return { folder, data, version: join(data, "PG_VERSION"), pid: join(data, "postmaster.pid") };
}

export function socketDirectoryOf(url: string): string {
  return new URL(url.replace("@/", "@local/")).searchParams.get("host") ?? "";
}

/** What a sound server answers to `ask`. */
export const sound = { who: "streamflow", database: "streamflow", addresses: "", encoding: "UTF8" };

export async function ask(url: string): Promise<unknown> {
  const sql = connect(url);
  try {
    const [row] = await sql`select current_user as who, current_database() as database,
      current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding`;
    return row;
  } finally {
    await sql.end();
  }
}

/** Another console: it uses the server of a home until it is told to leave, or killed. */
export function otherUser(home: string) {
  const script = join(import.meta.dir, "server-user.ts");
  // In a group of its own, as a terminal's foreground program is; dying with the tests.
  const child = Bun.spawn([process.execPath, "--no-orphans", script, home], {
    detached: true,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  return {
    /** The URL it got, once it has it; it may have said before what it waits for. */
    async url(): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error("the other user ended without a URL");
        const { url } = JSON.parse(value) as { url?: string };
        if (url !== undefined) return url;
      }
    },
    async leave() {
      child.stdin.end();
      await child.exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    /** What a terminal does on Ctrl-C. */
    async interrupt() {
      process.kill(-child.pid, "SIGINT");
      await child.exited;
    },
  };
}
