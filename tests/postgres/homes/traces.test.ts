import { describe, expect } from "bun:test";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run, testsOn } from "./bench.ts";
import type { Home } from "./home.ts";
import { everybody } from "./who.ts";

/** What a server or a console has left behind, or lost: it is taken for what it is. */

/** What a server's pid file says that is ready. */
const pidFileOf = (home: Home, pid: number) => `${pid}\n${home.data}\n1700000000\n5432\n/tmp/nowhere\n\n  1 2\nready\n`;

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  test.each([
    ["of a process that is gone", 2 ** 22],
    ["of a process of ours", process.pid],
    ["of the first process", 1],
  ])("a pid file %s was left", async (home, _, pid) => {
    home.write("postmaster.pid", pidFileOf(home, pid));
    expect(await home.does("status")).toMatchObject({ running: false, pid: null });
  });

  test.each(["", "\n\n", "garbage", "12"])("a pid file was left that says %p", async (home, text) => {
    home.write("postmaster.pid", text);
    expect(await home.does("status")).toMatchObject({ running: false, pid: null });
  });

  test.each(["is gone", "is another's"])(
    "a server lives whose pid file %s: it is neither doubled nor ended",
    async (home, how) => {
      const use = await home.keeping();
      const server = home.postmaster();
      if (how === "is gone") rmSync(join(home.data, "postmaster.pid"));
      else home.write("postmaster.pid", pidFileOf(home, 2 ** 22));
      const error = await home.refusal();
      expect(error.title).toContain("a second one would destroy the data");
      expect(error.hint).toContain("db stop");
      expect(home.servers()).toContain(server);
      await use.leave();
      expect(await home.does("stop")).toMatchObject({ running: false });
    },
  );

  test("`db stop` signals nobody who only looks like the server", async (home) => {
    const words = ["-c", 'exec -a "$0" sleep 1000', join(home.data, "postgres")];
    const double = Bun.spawn(["bash", ...words, "-D", home.data], { cwd: home.data });
    home.write("postmaster.pid", pidFileOf(home, double.pid));
    expect(await home.does("stop")).toMatchObject({ running: false });
    expect([double.exitCode, double.signalCode]).toEqual([null, null]);
    double.kill();
    await double.exited;
  });

  test.each(["the socket", "its directory"])("%s is deleted: `db stop` helps", async (home, what) => {
    await home.keep(await home.started());
    const directory = join(home.folder, "socket");
    rmSync(what === "the socket" ? join(directory, ".s.PGSQL.5432") : directory, { recursive: true });
    expect((await home.refusal()).title).toContain("is not to be seen from here");
    expect(await home.does("stop")).toMatchObject({ running: false });
  });

  test("what a killed initdb left is removed", async (home) => {
    const left = join(home.folder, "data.new-abc");
    await run("cp", "-a", home.data, left);
    expect(await home.kept()).toBe(1);
    expect(existsSync(left)).toBe(false);
  });

  test("all of it is of tomorrow, as after a clock that was set back", async (home) => {
    await home.keep(await home.started());
    home.killAll();
    await home.gone();
    rmSync(join(home.folder, "keep"));
    await run("find", home.path, "-exec", "touch", "-d", "tomorrow", "{}", "+");
    expect(await home.kept()).toBe(2);
  });

  test("a home that was deleted while in use ends its server", async (home) => {
    home.rows = null;
    const use = home.use();
    await use.url();
    rmSync(home.path, { recursive: true });
    await use.leave();
  });

  test("the locks were left out of a backup: it is ours all the same", async (home) => {
    for (const name of readdirSync(home.folder)) if (name.endsWith(".lock")) rmSync(join(home.folder, name));
  });
});
