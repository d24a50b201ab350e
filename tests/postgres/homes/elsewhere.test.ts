import { describe, expect } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { testsOn } from "./bench.ts";
import { elsewhere, everybody, hasSpaces } from "./who.ts";

/** Consoles and servers in other containers, or in other /tmp than ours, on the same home. */

const inSpace = { prefix: elsewhere.space };
const inTmp = { prefix: elsewhere.tmp };

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  describe.skipIf(!hasSpaces)("in another process space", () => {
    test.each(["is in use", "is kept"])("a console refuses a home whose server %s here", async (home, how) => {
      const use = how === "is in use" ? home.use() : null;
      const url = (await use?.url()) ?? (await home.started());
      const error = await home.refusal(inSpace);
      expect(error.title).toContain("runs on");
      expect(error.title).toContain("in another container or process space");
      expect(await home.does("status", inSpace)).toMatchObject({ running: true, reachable: false });
      await home.keep(url);
      // What the hint says: leave, or stop it where it was started.
      if (use !== null) await use.leave();
      else await home.does("stop");
      await home.visit(inSpace);
    });

    test("a server lives: it is refused here, and stopped from here once nobody uses it", async (home) => {
      const there = home.use(inSpace);
      await there.url();
      const error = await home.refusal();
      expect(error.title).toContain("in another container or process space");
      expect(error.hint).toContain("db stop");
      await home.does("stop");
      // It is in use there.
      expect((await home.does("status")).running).toBe(true);
      await there.leave();
    });

    test.each(["removed", "replaced"])(
      "a server lives, and its lock was %s: no second one is started",
      async (home, how) => {
        const there = await home.keeping(inSpace);
        rmSync(join(home.folder, "server.lock"));
        if (how === "replaced") home.write("../server.lock", "");
        expect((await home.refusal()).title).toContain("in another container or process space");
        expect((await home.does("status")).running).toBe(true);
        await there.leave();
      },
    );

    test("a server lives, and its space ends", async (home) => {
      const there = await home.keeping(inSpace);
      await there.kill();
    });

    test("a server is kept: it is stopped from here", async (home) => {
      const prefix = [...elsewhere.space, "sh", "-c", '"$@"; exec sleep 1000', "sh"];
      const space = home.console("start", { prefix });
      expect(await space.status()).toMatchObject({ running: true, kept: true });
      expect(await home.does("status")).toMatchObject({ running: true, reachable: false, kept: true });
      expect(await home.does("stop")).toMatchObject({ running: false, kept: false });
      await space.kill();
    });
  });

  describe.skipIf(!hasSpaces)("with a /tmp of its own", () => {
    test("a console uses the same server, by the socket in the home", async (home) => {
      const use = home.use();
      const url = await use.url();
      const other = home.use(inTmp);
      expect(await other.url()).toBe(url);
      await use.leave();
      await other.leave();
    });

    test("a console that cannot see the socket of a long path says so, and `db stop` helps", async (home) => {
      home.move("x".repeat(100));
      expect(await home.started({ env: { TMPDIR: "/tmp" } })).toContain("host=/tmp/");
      const error = await home.refusal(inTmp);
      expect(error.title).toContain("is not to be seen from here");
      expect(error.hint).toContain("db stop");
      expect(await home.does("stop", inTmp)).toMatchObject({ running: false });
      await home.visit(inTmp);
    });
  });
});
