import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { give, prepareHome } from "../../src/postgres/embedded/home.ts";
import { runProgram } from "../../src/postgres/embedded/launch.ts";
import { programsFor } from "../../src/postgres/embedded/programs.ts";
import { configuration } from "../../src/postgres/embedded/settings.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { atEnd } from "./at-end.ts";
import type { Holder } from "./certificates.ts";
import { fastSettings } from "./fast-settings.ts";
import { homesFolder } from "./homes.ts";

/** Roles, and how each of them has to come. All may use the database `postgres`. */
const rules = {
  anybody: "host all anybody all trust",
  encrypted: "hostssl all encrypted all trust",
  certified: "hostssl all certified all cert",
  plain: "hostnossl all plain all trust",
  scram: "host all scram all scram-sha-256",
} as const;

/** Of each role, where it is asked for. */
export const rolePassword = "open sesame";

export type Role = keyof typeof rules;

/** A PostgreSQL of the test's own that listens on 127.0.0.1, by TLS too. */
export interface TlsServer {
  port: number;
  /** Over the unix socket, as its superuser. */
  sql: Sql;
  /** Have it offer TLS, or not, from now on. */
  offerTls(isOn: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Start it; clients prove themselves by certificates of `clients`. */
export async function tlsServer(server: Holder, clients: Holder): Promise<TlsServer> {
  const { path, remove } = homesFolder();
  const home = prepareHome(join(path, "home"), fastSettings);
  const { data, account, folder: socket } = home;
  const programs = await programsFor(home);
  const { initdb, postgres, prefix, spawn } = programs;
  mkdirSync(data, { mode: 0o700 });
  give(data, account);
  const words = ["--username=owner", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions"];
  await runProgram(home, programs, [initdb, `--pgdata=${data}`, ...words], silently);
  const settings = [
    ...fastSettings,
    ...(["ssl_cert_file", "ssl_key_file", "ssl_ca_file"] as const).map((name) => [name, `'${name}.pem'`, ""] as const),
    ["ssl", "on", ""] as const,
  ];
  const files = {
    "ssl_cert_file.pem": server.certificate,
    "ssl_key_file.pem": server.key,
    "ssl_ca_file.pem": clients.certificate,
    "postgresql.conf": configuration(settings),
    "pg_hba.conf": ["local all all trust", ...Object.values(rules), ""].join("\n"),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    give(join(data, name), account);
  }
  const port = freePort();
  const listens = ["-k", socket, "-p", String(port), "-c", "listen_addresses=127.0.0.1"];
  const program = Bun.spawn([...prefix, postgres, "-D", data, ...listens], {
    ...spawn,
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const sql = connect(`postgresql://owner@/postgres?host=${socket}&port=${port}`, { applicationName: "test of TLS" });
  const stop = async () => {
    await sql.end({ timeout: 1 });
    program.kill("SIGQUIT");
    await program.exited;
    remove();
  };
  atEnd(async () => program.kill("SIGKILL"));
  await untilTrue(() =>
    sql`select`.then(
      () => true,
      () => false,
    ),
  );
  for (const role of Object.keys(rules))
    await sql`create role ${sql(role)} login password ${sql.unsafe(`'${rolePassword}'`)}`;
  return {
    port,
    sql,
    async offerTls(isOn) {
      await sql`alter system set ssl = ${sql.unsafe(isOn ? "on" : "off")}`;
      await sql`select pg_reload_conf()`;
      await untilTrue(async () => (await sql`show ssl`)[0]?.ssl === (isOn ? "on" : "off"));
    },
    stop,
  };
}

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the server for TLS does not come to be what it should");
    await Bun.sleep(5);
  }
}
