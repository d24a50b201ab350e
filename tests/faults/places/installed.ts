import { chmodSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { serverPaths } from "../../../src/postgres/embedded/home.ts";
import { programsFor } from "../../../src/postgres/embedded/programs.ts";
import { type Account, systemAccounts } from "../../../src/postgres/target/accounts.ts";
import { Databases } from "./databases.ts";
import { type Control, canary, type Place } from "./place.ts";
import { settings } from "./settings.ts";
import { versionAt } from "./version.ts";

const packaged = "/usr/lib/postgresql";

/** Where Debian's packages keep the programs of a major version; null where it is not installed. */
export function installedPrograms(major: number): string | null {
  const programs = join(packaged, String(major), "bin");
  return existsSync(join(programs, "initdb")) ? programs : null;
}

/** Major versions that Debian's packages brought, oldest first. */
export function installedMajors(): number[] {
  const names = existsSync(packaged) ? readdirSync(packaged) : [];
  return names
    .map(Number)
    .filter((major) => major > 0 && installedPrograms(major) !== null)
    .sort((a, b) => a - b);
}

const superuser = "streamflow";

/** Programs in a folder; those of the package that the embedded server is of, where none is named. */
async function programsIn(bin: string | null, folder: string, account: Account | null): Promise<Programs> {
  if (bin === null) return programsFor({ ...serverPaths(folder), folder, account, settings });
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), prefix: [], spawn: account ?? {} };
}

/** A server on a port of its own, which asks for a password. */
export async function installedPlace(bin: string | null): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "streamflow-faults-"));
  // The server's own account has to get through.
  chmodSync(folder, 0o755);
  const account = serverAccount();
  const programs = await programsIn(bin, folder, account);
  const server = new Installed(programs, folder, account, await freePort());
  await server.initialise();
  await server.start();
  const { full, major } = await versionAt(server.url);
  const databases = new Databases({
    adminUrl: server.url,
    prefix: "faults",
    leasedName: (count) => `faults_${count}`,
    wordsFor: (url) => ["--database", url],
  });
  return {
    name: `PostgreSQL ${full}`,
    kind: "own",
    major,
    asksForPassword: true,
    control: server,
    lease: (content) => databases.lease(content),
    async close() {
      await databases.close();
      await server.crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Programs = Pick<Awaited<ReturnType<typeof programsFor>>, "initdb" | "postgres" | "prefix" | "spawn">;

class Installed implements Control {
  readonly url: string;
  readonly #spawning: { stdin: "ignore"; stdout: "ignore"; stderr: "ignore" } & Partial<Account>;
  readonly #data: string;
  #process: Bun.Subprocess | null = null;

  constructor(
    readonly programs: Programs,
    readonly folder: string,
    readonly account: Account | null,
    readonly port: number,
  ) {
    this.url = `postgresql://${superuser}:${canary}@127.0.0.1:${port}/postgres`;
    this.#data = join(folder, "data");
    this.#spawning = { stdin: "ignore", stdout: "ignore", stderr: "ignore", ...programs.spawn };
  }

  async initialise(): Promise<void> {
    const { prefix, initdb } = this.programs;
    const password = join(this.folder, "password");
    writeFileSync(password, canary);
    mkdirSync(this.#data, { mode: 0o700 });
    for (const path of [this.folder, password, this.#data]) {
      if (this.account !== null) lchownSync(path, this.account.uid, this.account.gid);
    }
    const words = ["-D", this.#data, "-U", superuser, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "-N"];
    const made = Bun.spawn([...prefix, initdb, ...words, "--locale=C"], this.#spawning);
    if ((await made.exited) !== 0) throw new Error(`${initdb} ended with ${made.exitCode}`);
    const lines = settings.map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(this.#data, "postgresql.auto.conf"), lines.join(""));
  }

  pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { prefix, postgres } = this.programs;
    const words = ["-D", this.#data, "-k", this.folder, "-p", String(this.port), "-c", "listen_addresses=127.0.0.1"];
    const started = Bun.spawn([...prefix, postgres, ...words], this.#spawning);
    this.#process = started;
    while (!(await answers(this.url))) {
      if (started.exitCode !== null) throw new Error(`${postgres} ended with ${started.exitCode}`);
      await Bun.sleep(10);
    }
  }

  async crash(): Promise<void> {
    this.#process?.kill("SIGQUIT");
    await this.#process?.exited;
  }
}

async function answers(url: string): Promise<boolean> {
  const sql = connect(url, { applicationName: "faults" });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** PostgreSQL refuses to run as root. */
function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = systemAccounts();
  return accounts.find(({ name }) => name === "postgres") ?? accounts.find(({ name }) => name === "nobody") ?? null;
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
  return promise;
}
