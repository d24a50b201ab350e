import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { parseUrl } from "../../src/postgres/target/url.ts";

/** Where a system keeps it; not every one has it. */
export const pgbouncer = Bun.which("pgbouncer", { PATH: `${process.env.PATH}:/usr/sbin` });

/** A PgBouncer in front of a server. */
export interface Pooler {
  /** The same database by way of it. */
  url(direct: string): string;
  /** A command of its console, such as `KILL shop`. */
  command(words: string): Promise<void>;
  stop(): Promise<void>;
}

export interface PoolSettings {
  mode: "session" | "transaction";
  size: number;
  /** Each connection in turn, and not the one that was used last. */
  isFair?: boolean;
}

const port = 6432;

/** Every setting but these is PgBouncer's own. */
export async function startPgbouncer(server: string, { mode, size, isFair = false }: PoolSettings): Promise<Pooler> {
  if (pgbouncer === null) throw new Error("pgbouncer is not installed");
  const target = parseUrl(server);
  const folder = mkdtempSync(join(tmpdir(), "bouncer-"));
  const config = join(folder, "pgbouncer.ini");
  const settings = `[databases]
* = host=${target.host} port=${target.port} user=${target.user}
[pgbouncer]
unix_socket_dir = ${folder}
listen_port = ${port}
auth_type = any
admin_users = ${target.user}
pool_mode = ${mode}
default_pool_size = ${size}
server_round_robin = ${Number(isFair)}
`;
  writeFileSync(config, settings);
  // It refuses to be root, and an embedded server's socket is its owner's alone.
  const owner = target.host.startsWith("/") ? statSync(target.host).uid : 0;
  const account = process.getuid?.() === 0 ? owner || nobody : null;
  if (account !== null) for (const path of [folder, config]) chownSync(path, account, account);
  const child = Bun.spawn([pgbouncer, config], {
    stdio: ["ignore", "ignore", "pipe"],
    ...(account !== null && { uid: account, gid: account }),
  });
  await begun(child.stderr);
  return {
    url(direct) {
      const { database, user } = parseUrl(direct);
      return `postgresql://${user}@/${database}?host=${folder}&port=${port}`;
    },
    async command(words) {
      // Its console knows statements of one message alone.
      const console = postgres({
        ...{ path: `${folder}/.s.PGSQL.${port}`, user: target.user, database: "pgbouncer" },
        ...{ max: 1, fetch_types: false },
      });
      try {
        await console.unsafe(words).simple();
      } finally {
        await console.end();
      }
    },
    async stop() {
      child.kill("SIGINT");
      child.kill("SIGTERM");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const nobody = 65_534;

/** It logs to stderr, and goes on doing so. */
async function begun(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const listening = async () => {
    let said = "";
    for await (const chunk of stderr) {
      said += new TextDecoder().decode(chunk);
      if (said.includes("process up")) resolve();
    }
    reject(new Error(`pgbouncer did not start: ${said}`));
  };
  void listening();
  await promise;
}
