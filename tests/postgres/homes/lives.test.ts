import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startPipeline } from "../../../src/client/pipeline.ts";
import { holdersOf, nameOf, titleOf } from "../../../src/postgres/embedded/processes.ts";
import { signalTo } from "../../helpers/signals.ts";
import { asking, bun, Console, elsewhere, everybody, type Home, Homes, hasSpaces, until } from "./bench.ts";

/** Servers and consoles that start, stop and are killed, here and elsewhere: no row is lost, nothing hangs, nothing stays. */

setDefaultTimeout(90_000);
const homes = new Homes();
afterAll(() => homes.remove());

let home: Home;
let rows = 1;
afterEach(async () => {
  expect(await home.kept()).toBe(rows);
  expect(home.servers()).toEqual([]);
  expect(await home.status()).toMatchObject({ running: false, kept: false });
  home.remove();
});

const postmasterOf = (one: Home): number =>
  Number(readFileSync(join(one.data, "postmaster.pid"), "utf8").split("\n")[0]);
/** Who wrote down last that it has the turn. */
const holderOf = (one: Home): number => Number(readFileSync(join(one.folder, "turn.holder"), "utf8").split(" ")[0]);
const gone = (one: Home) => until(() => one.servers().length === 0, "the end of all servers");

describe.each(everybody)("as %s", (who) => {
  const begin = async (): Promise<Home> => {
    home = await homes.home(who);
    rows = 1;
    return home;
  };

  /** A console that uses the server, in which another row was kept. */
  const keeping = async (): Promise<Console> => {
    const use = home.use();
    await home.keep(await use.url());
    rows = 2;
    return use;
  };

  test("ten consoles at once share one server, which goes with the last", async () => {
    await begin();
    const all = Array.from({ length: 10 }, () => home.use());
    const urls = new Set(await Promise.all(all.map((one) => one.url())));
    expect(urls.size).toBe(1);
    await Promise.all(all.map((one) => one.leave()));
  });

  test("a server that was started stays until it is stopped, and lets its users finish", async () => {
    await begin();
    expect((await home.does("start")).status).toMatchObject({ running: true, reachable: true, kept: true });
    const use = home.use();
    const url = await use.url();
    expect((await home.does("stop")).status).toMatchObject({ running: true, kept: false });
    await home.keep(url);
    rows = 2;
    await use.leave();
  });

  test("a console is killed while it uses the server", async () => {
    await begin();
    const killed = home.use();
    await home.keep(await killed.url());
    rows = 2;
    await killed.kill();
    expect((await home.status()).running).toBe(true);
  });

  test("a console that ends its pipeline at once leaves the server all the same", async () => {
    await begin();
    const pipeline = startPipeline({ data: home.around, home: home.path, database: null });
    await pipeline.call({ kind: "months" });
    pipeline.kill();
    await pipeline.exited;
    await gone(home);
  });

  test("a console is killed while it starts the server", async () => {
    await begin();
    const killed = home.use();
    await until(() => home.servers().length > 0, "a server");
    await killed.kill();
  });

  test("the server is killed, and its sessions live on for a moment", async () => {
    await begin();
    const use = home.use();
    const url = await use.url();
    await home.keep(url);
    rows = 2;
    await asking(url, async (sql) => {
      const busy = sql`select pg_sleep(60)`.catch(() => {});
      process.kill(postmasterOf(home), "SIGKILL");
      const next = home.use();
      expect(await next.url()).toBe(url);
      await next.leave();
      await busy;
    });
    await use.leave();
  });

  test("all processes of the server are killed", async () => {
    await begin();
    const use = await keeping();
    for (const pid of home.servers()) process.kill(pid, "SIGKILL");
    await gone(home);
    await use.leave();
  });

  test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("the server gets %s from others", async (name) => {
    await begin();
    const use = await keeping();
    process.kill(postmasterOf(home), name);
    await gone(home);
    await use.leave();
  });

  test.each(["checkpointer", "walwriter", "a session"])(
    "%s is killed, and the last user leaves at once",
    async (victim) => {
      await begin();
      const use = home.use();
      const url = await use.url();
      await home.keep(url);
      rows = 2;
      await asking(url, async (sql) => {
        const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
        const named = home.servers().find((pid) => titleOf(pid).includes(victim));
        signalTo(named ?? own?.pid, "SIGKILL");
        await use.leave();
      });
    },
  );

  test("a session is killed on a server that is kept: who comes then waits for the recovery", async () => {
    await begin();
    const url = (await home.does("start")).status?.url ?? "";
    await home.keep(url);
    rows = 2;
    await asking(url, async (sql) => {
      const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      signalTo(own?.pid, "SIGKILL");
      const months = Bun.spawn([bun, join(import.meta.dir, "../../../src/main.ts"), "months", "--home", home.path], {
        stdout: "pipe",
        stderr: "pipe",
        ...home.account,
      });
      const told = await new Response(months.stderr).text();
      expect({ code: await months.exited, told }).toEqual({ code: 0, told: "" });
    });
    await home.does("stop");
  });

  test("a server that stands still is stopped all the same", async () => {
    await begin();
    const use = await keeping();
    process.kill(postmasterOf(home), "SIGSTOP");
    await use.leave();
  });

  test("a console that stands still while it has the turn: others say so, end when told, or go on when it does", async () => {
    await begin();
    const slow = home.use();
    await until(() => holderOf(home) === slow.pid, "its turn");
    slow.signal("SIGSTOP");
    const impatient = home.use();
    expect(await impatient.waits()).toMatch(
      /^Another console \(process \d+\), which was stopped \(.kill -CONT \d+. lets it go on\), is starting or stopping/,
    );
    impatient.signal("SIGTERM");
    expect(await impatient.fails()).toMatchObject({ code: "terminated" });
    const patient = home.use();
    await patient.waits();
    slow.signal("SIGCONT");
    expect(await patient.url()).toBe(await slow.url());
    await slow.leave();
    await patient.leave();
  });

  describe.skipIf(!hasSpaces)("in another process space", () => {
    test.each(["is in use", "is kept"])("a console refuses a home whose server %s here", async (how) => {
      await begin();
      const use = how === "is in use" ? home.use() : null;
      const url = (await use?.url()) ?? (await home.does("start")).status?.url ?? "";
      const error = await home.refusal({ prefix: elsewhere.space });
      expect(error.title).toContain("runs on");
      expect(error.title).toContain("in another container or process space");
      expect((await home.does("status", { prefix: elsewhere.space })).status).toMatchObject({
        running: true,
        reachable: false,
      });
      await home.keep(url);
      rows = 2;
      // What the hint says: leave, or stop it where it was started.
      if (use !== null) await use.leave();
      else await home.does("stop");
      const there = home.use({ prefix: elsewhere.space });
      await there.url();
      await there.leave();
    });

    test("a server lives: it is refused here, and stopped from here once nobody uses it", async () => {
      await begin();
      const there = home.use({ prefix: elsewhere.space });
      await there.url();
      const error = await home.refusal();
      expect(error.title).toContain("in another container or process space");
      expect(error.hint).toContain("db stop");
      await home.does("stop");
      // It is in use there.
      expect((await home.status()).running).toBe(true);
      await there.leave();
    });

    test.each(["removed", "replaced"])("a server lives, and its lock was %s: no second one is started", async (how) => {
      await begin();
      const there = home.use({ prefix: elsewhere.space });
      await home.keep(await there.url());
      rows = 2;
      const lock = join(home.folder, "server.lock");
      rmSync(lock);
      if (how === "replaced") home.write("../server.lock", "");
      expect((await home.refusal()).title).toContain("in another container or process space");
      expect((await home.status()).running).toBe(true);
      await there.leave();
    });

    test("a server lives, and its space ends", async () => {
      await begin();
      const there = home.use({ prefix: elsewhere.space });
      await home.keep(await there.url());
      rows = 2;
      await there.kill();
    });

    test("a server is kept: it is stopped from here", async () => {
      await begin();
      const prefix = [...elsewhere.space, "sh", "-c", '"$@"; exec sleep 1000', "sh"];
      const space = new Console(home.path, "start", { who, prefix });
      expect((await space.says()).status).toMatchObject({ running: true, kept: true });
      expect(await home.status()).toMatchObject({ running: true, reachable: false, kept: true });
      expect((await home.does("stop")).status).toMatchObject({ running: false, kept: false });
      await space.kill();
    });
  });

  describe.skipIf(!hasSpaces)("with a /tmp of its own", () => {
    test("a console uses the same server, by the socket in the home", async () => {
      await begin();
      const use = home.use();
      const url = await use.url();
      const other = home.use({ prefix: elsewhere.tmp });
      expect(await other.url()).toBe(url);
      await use.leave();
      await other.leave();
    });

    test("a console that cannot see the socket of a long path says so, and `db stop` helps", async () => {
      await begin();
      const long = join(home.around, "x".repeat(100));
      renameSync(home.path, long);
      home.path = long;
      const url = (await home.does("start", { env: { TMPDIR: "/tmp" } })).status?.url ?? "";
      expect(url).toContain("host=/tmp/");
      const error = await home.refusal({ prefix: elsewhere.tmp });
      expect(error.title).toContain("is not to be seen from here");
      expect(error.hint).toContain("db stop");
      expect((await home.does("stop", { prefix: elsewhere.tmp })).status).toMatchObject({ running: false });
      const other = home.use({ prefix: elsewhere.tmp });
      await other.url();
      await other.leave();
    });
  });

  test.each(["the socket", "its directory"])("%s is deleted: `db stop` helps", async (what) => {
    await begin();
    const url = (await home.does("start")).status?.url ?? "";
    await home.keep(url);
    rows = 2;
    const directory = join(home.folder, "socket");
    rmSync(what === "the socket" ? join(directory, ".s.PGSQL.5432") : directory, { recursive: true });
    const error = await home.refusal();
    expect(error.title).toContain("is not to be seen from here");
    expect((await home.does("stop")).status).toMatchObject({ running: false });
  });

  test("a program that a session started outlives the server: it is named, and ending it helps", async () => {
    await begin();
    const use = home.use();
    const program = "cat >/dev/null; setsid sleep 100 </dev/null >/dev/null 2>&1 &";
    await asking(await use.url(), (sql) => sql`copy (select 1) to program ${sql.unsafe(`'${program}'`)}`);
    // Once it has that name it is in no group of the session any more.
    const sleeps = () => holdersOf(join(home.folder, "server.lock")).some((pid) => nameOf(pid) === "sleep");
    await until(sleeps, "a program that sleeps");
    await use.leave();
    const error = await home.refusal();
    const [, pid] = /sleep \(process (\d+)\)/.exec(error.title) ?? [];
    expect(error.hint).toContain(`kill ${pid}`);
    process.kill(Number(pid));
  });

  test("a session that stands still keeps nobody waiting", async () => {
    await begin();
    const use = home.use();
    await asking(await use.url(), async (sql) => {
      const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      signalTo(own?.pid, "SIGSTOP");
      process.kill(postmasterOf(home), "SIGKILL");
      const next = home.use();
      await next.url();
      await next.leave();
    });
    await use.leave();
  });

  test("initdb stands still: who waits for it is told, and may end the wait", async () => {
    const full = await homes.home(who);
    home = homes.empty(who);
    const starting = home.use();
    const initdb = () => {
      const pids = readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid))
        .map(Number);
      return pids.find((pid) => titleOf(pid).includes(`initdb\0--pgdata=${home.folder}`));
    };
    await until(() => initdb() !== undefined, "initdb");
    signalTo(initdb(), "SIGSTOP");
    expect(await starting.waits()).toContain("initdb is at work");
    starting.signal("SIGTERM");
    expect(await starting.fails()).toMatchObject({ code: "terminated" });
    expect(initdb()).toBeUndefined();
    home.remove();
    home = full;
    rows = 1;
  });

  test.each([
    ["of a process that is gone", 2 ** 22],
    ["of a process of ours", process.pid],
    ["of the first process", 1],
  ])("a pid file %s was left", async (_, pid) => {
    await begin();
    const status = `${pid}\n${home.data}\n1700000000\n5432\n/tmp/nowhere\n\n  1 2\nready\n`;
    home.write("postmaster.pid", status);
    expect(await home.status()).toMatchObject({ running: false, pid: null });
  });

  test.each(["", "\n\n", "garbage", "12"])("a pid file was left that says %p", async (text) => {
    await begin();
    home.write("postmaster.pid", text);
    expect(await home.status()).toMatchObject({ running: false, pid: null });
  });

  test.each(["is gone", "is another's"])(
    "a server lives whose pid file %s: it is neither doubled nor ended",
    async (how) => {
      await begin();
      const use = await keeping();
      const server = postmasterOf(home);
      if (how === "is gone") rmSync(join(home.data, "postmaster.pid"));
      else home.write("postmaster.pid", `${2 ** 22}\n${home.data}\n1\n5432\n/tmp/no\n\n  1 2\nready\n`);
      const error = await home.refusal();
      expect(error.title).toContain("a second one would destroy the data");
      expect(error.hint).toContain("db stop");
      expect(home.servers()).toContain(server);
      await use.leave();
      expect((await home.does("stop")).status).toMatchObject({ running: false });
    },
  );

  test("`db stop` signals nobody who only looks like the server", async () => {
    await begin();
    const words = ["-c", 'exec -a "$0" sleep 1000', join(home.data, "postgres")];
    const double = Bun.spawn(["bash", ...words, "-D", home.data], { cwd: home.data });
    home.write("postmaster.pid", `${double.pid}\n${home.data}\n1\n5432\n/tmp/no\n\n  1 2\nready\n`);
    expect((await home.does("stop")).status).toMatchObject({ running: false });
    expect([double.exitCode, double.signalCode]).toEqual([null, null]);
    double.kill();
    await double.exited;
  });
});
