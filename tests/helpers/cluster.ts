import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../src/core/errors.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { silently, waitFor } from "../../src/postgres/embedded/waiting.ts";
import { databaseUrl } from "./names.ts";

/** Where the programs of a PostgreSQL lie that has Citus beside it; null where nobody said. */
export const citusBin = process.env.CITUS_BIN || null;

/** A node of a cluster: the first is the coordinator. */
interface Node {
  port: number;
  url: string;
  /** Its folder, which the account that runs it owns. */
  data: string;
  /** Ends it as a crash does, with all of its sessions. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Has it stand still, with all of its sessions, and go on again. */
  freeze(): void;
  thaw(): void;
}

export interface Cluster {
  nodes: Node[];
  /** A database of this name on every node, each of which knows the others. */
  database(name: string): Promise<{ url: string; sql: Sql; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

const settings = `
shared_preload_libraries = 'citus'
listen_addresses = '127.0.0.1'
fsync = off
max_prepared_transactions = 100
max_connections = 120
shared_buffers = 64MB
wal_level = logical
autovacuum = off
citus.node_conninfo = 'sslmode=prefer'
`;

/**
 * A coordinator and so many workers, in a folder that goes with them, with these settings besides. Whoever is root has another
 * account run them.
 */
export async function startCluster(workers = 2, more = ""): Promise<Cluster> {
  if (citusBin === null) throw new Error("CITUS_BIN does not say where a PostgreSQL with Citus is");
  const home = mkdtempSync(join(tmpdir(), "cluster-"));
  const account = process.getuid?.() === 0 ? accountOf("postgres") : {};
  if (account.uid !== undefined) chownSync(home, account.uid, account.gid ?? account.uid);
  chmodSync(home, 0o755);
  const run = async (program: string, ...args: string[]) => {
    const child = Bun.spawn([join(citusBin, program), ...args], {
      ...account,
      cwd: home,
      stdio: ["ignore", "ignore", "pipe"],
    });
    if ((await child.exited) !== 0) throw new Error(`${program}: ${await new Response(child.stderr).text()}`);
  };
  const made = join(home, "made");
  await run("initdb", "-D", made, "-U", "streamflow", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
  const nodes: Node[] = [];
  for (let number = 0; number <= workers; number++) {
    const data = join(home, `n${number}`);
    await Bun.spawn(["cp", "-a", made, data], account).exited;
    const port = freePort();
    writeFileSync(
      join(data, "postgresql.auto.conf"),
      `${settings}${more}\nport = ${port}\nunix_socket_directories = '${home}'\n`,
    );
    nodes.push(nodeIn(data, port, `postgresql://streamflow@/postgres?host=${home}&port=${port}`, account));
  }
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    database: (name) => databaseOn(nodes, name),
    async stop() {
      await Promise.all(nodes.map((node) => node.crash()));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

type Account = { uid?: number; gid?: number };

function accountOf(name: string): Account {
  const number = (which: string) => Number(Bun.spawnSync(["id", which, name]).stdout.toString());
  return { uid: number("-u"), gid: number("-g") };
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

function signalSession(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended since it was listed.
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function nodeIn(data: string, port: number, url: string, account: Account): Node {
  let server: Bun.Subprocess | null = null;
  /** Each session of a server is a child of its first process. */
  const signalAll = (signal: "SIGSTOP" | "SIGCONT") => {
    const children = Bun.spawnSync(["pgrep", "-P", String(server?.pid ?? 0)])
      .stdout.toString()
      .split("\n");
    server?.kill(signal);
    for (const pid of children.filter(Boolean)) signalSession(Number(pid), signal);
  };
  return {
    port,
    url,
    data,
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    async crash() {
      // What an immediate shutdown leaves has to be recovered, as after a crash; and no session of it outlives it.
      server?.kill("SIGQUIT");
      await server?.exited;
      server = null;
    },
    async start() {
      server = Bun.spawn([join(citusBin ?? "", "postgres"), "-D", data], {
        ...account,
        stdio: ["ignore", "ignore", "ignore"],
      });
      await answers(url);
    },
  };
}

/** Resolves once a server lets in. */
async function answers(url: string): Promise<void> {
  const letsIn = async () => {
    const sql = connect(url);
    const isThere = await sql`select 1`.then(
      () => true,
      () => false,
    );
    await sql.end({ timeout: 1 });
    return isThere;
  };
  if ((await waitFor(letsIn, { patienceMs: 60_000, what: () => "" }, silently)) === null)
    throw new Error(`nobody lets in at ${url}`);
}

async function databaseOn(nodes: readonly Node[], name: string) {
  const onEach = async (work: (sql: Sql, node: Node) => Promise<unknown>, within: string) => {
    for (const node of nodes) {
      const sql = connect(databaseUrl(node.url, within));
      await work(sql, node).finally(() => sql.end({ timeout: 1 }));
    }
  };
  await onEach((sql) => sql`create database ${sql(name)}`, "postgres");
  await onEach((sql) => sql`create extension citus`, name);
  const [coordinator, ...workers] = nodes;
  const url = databaseUrl(coordinator?.url ?? "", name);
  const sql = connect(url, { applicationName: "test helper" });
  await sql`select citus_set_coordinator_host('127.0.0.1', ${coordinator?.port ?? 0})`;
  for (const { port } of workers) await sql`select citus_add_node('127.0.0.1', ${port})`;
  return {
    url,
    sql,
    async drop() {
      await sql.end({ timeout: 5 });
      await onEach((on) => on`drop database ${on(name)} with (force)`, "postgres");
    },
  };
}

/** Whether there is a Citus beside those programs. */
export function hasCitusBeside(bin: string): boolean {
  const asked = Bun.spawnSync([join(bin, "pg_config"), "--pkglibdir"]);
  return asked.success && existsSync(join(asked.stdout.toString().trim(), "citus.so"));
}
