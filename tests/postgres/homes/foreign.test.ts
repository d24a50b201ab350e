import { describe, expect } from "bun:test";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findBinaries } from "../../../src/postgres/embedded/programs.ts";
import { smallDrop, writeDrop } from "../../helpers/drops.ts";
import { noHome, run, testsOn } from "./bench.ts";
import type { Home } from "./home.ts";
import { accountOf, everybody, hasSpaces, withMounts } from "./who.ts";

/** Folders, databases, accounts, limits and variables that are not the console's own: they are left as they are, and told. */

/** Names, sizes and contents of all that lies in a folder. */
const digestOf = (cwd: string) => {
  const script = 'find . -exec stat -c "%n %a %U %Y" {} + | sort; find . -type f -exec sha256sum {} + | sort';
  return Bun.spawnSync(["sh", "-c", script], { cwd }).stdout.toString();
};

/** Of the folder `$0`. */
const readOnly = "mount --bind -o ro $0 $0 && mount -o remount,bind,ro $0";

describe.each(everybody)("as %s", (who) => {
  describe("in a folder that is no home", () => {
    const test = testsOn(who, noHome);

    test("the home is a file", async (home) => {
      await Bun.write(home.path, "");
      expect(await home.refusal()).toMatchObject({ code: "io_error", hint: expect.stringContaining("--home") });
    });

    test.each(["files", "a database"])(
      "a folder named postgres that holds somebody's %s is left as it is",
      async (home, what) => {
        mkdirSync(home.folder, { recursive: true });
        await Bun.write(join(home.folder, what === "files" ? "notes.txt" : "PG_VERSION"), "18\n");
        await run("chmod", "-R", "a+rwX", home.path);
        const { uid } = accountOf(who);
        if (uid !== undefined) await run("chown", "-R", String(uid), home.path);
        const before = digestOf(home.path);
        const error = await home.refusal();
        expect(error.title).toContain("holds files that the console did not make");
        expect(digestOf(home.path)).toBe(before);
      },
    );

    test.each(["--month 99", "months", "--pending", "snapshots", "check --all"])(
      "`%s` on folders that are not there leaves nothing",
      async (home, words) => {
        const cwd = join(home.around, "nothing");
        await run("mkdir", "-m", "777", cwd);
        const { code, stderr } = await home.answer(
          [...words.split(" "), "--data", "data/seeds", "--home", ".streamflow"],
          { cwd },
        );
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--data") });
        expect(readdirSync(cwd)).toEqual([]);
      },
    );
  });

  describe("in a home", () => {
    const test = testsOn(who);

    test("somebody else's database in the place of ours is left as it is", async (home) => {
      const ours = home.read("postgresql.conf");
      home.write("postgresql.conf", "# theirs\nlisten_addresses = ''\n");
      const before = digestOf(home.data);
      const error = await home.refusal();
      expect(error.title).toContain("the console did not make");
      expect(digestOf(home.data)).toBe(before);
      home.write("postgresql.conf", ours);
    });

    test("a limit of open files that is too low is called by its name", async (home) => {
      const error = await home.refusal({ prefix: ["bash", "-c", 'ulimit -n 20; exec "$@"', "bash"] });
      expect(`${error.title} ${error.hint}`).toContain("ulimit -n");
    });

    describe.skipIf(!hasSpaces)("where disks can be mounted", () => {
      test("that of the programs is mounted read-only, which does for them", async (home) => {
        const { root } = await findBinaries();
        await home.visit({ prefix: withMounts(`${readOnly} || exit`, root) });
      });
    });

    test("variables meant for other servers have no say", async (home) => {
      const variables = {
        ...{ PGTARGETSESSIONATTRS: "standby", PGOPTIONS: "-c nonsense=1", PGCONNECT_TIMEOUT: "soon" },
        ...{ PGSSLMODE: "verify-full", PGUSER: "nobody", PGHOST: "nowhere", PGDATABASE: "other", PGPORT: "1" },
        ...{ PGAPPNAME: "x", PGPASSFILE: "/nowhere", PGCLIENTENCODING: "SQL_ASCII", PGTZ: "Asia/Tokyo" },
        PGDATA: "/nowhere",
      };
      const words = ["months", "--json", "--home", home.path];
      const { stdout, stderr, code } = await home.answer(words, { env: { ...process.env, ...variables } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout).months.length).toBeGreaterThan(0);
    });
  });
});

describe.skipIf(!everybody.includes("root") || !everybody.includes("user"))(
  "as an ordinary user on what is another's",
  () => {
    const testOnRoots = testsOn("root");

    testOnRoots("how the server of another's home stands is not known", async (home) => {
      chmodSync(home.path, 0o755);
      const theirs = home.for("user");
      for (const what of ["status", "stop"] as const) {
        const hint = expect.stringContaining("as the user");
        expect(await theirs.console(what).fails()).toMatchObject({ code: "io_error", hint });
      }
      expect(await theirs.refusal()).toMatchObject({ code: "io_error" });
    });

    testsOn("user")("a file that may not be read is not called damaged", async (home) => {
      const file = join(home.data, "global/pg_control");
      await run("chown", "root", file);
      const error = await home.refusal();
      expect(error.hint).toContain("belong to somebody else");
      expect(error.hint).not.toContain("damaged");
      await run("chown", "--reference", home.data, file);
    });

    testsOn("root", noHome)("a home that cannot be made", async (home) => {
      const hint = expect.stringContaining("--home");
      expect(await home.for("user").refusal()).toMatchObject({ code: "io_error", hint });
    });

    testsOn("user")("root may use it in between, and keeps its owner out of nothing", async (home) => {
      const root = home.for("root");
      const month = join(home.around, "month_000");
      const publishes = async (one: Home) => {
        const words = ["--month", "month_000", "--json", "--home", home.path, "--data", home.around];
        const { code, stdout } = await one.answer(words);
        return { code, rejects: stdout.match(/"reject_file":("[^"]+"|null)/)?.[1] };
      };
      writeDrop(month, smallDrop(["u1", "u1"]));
      for (const one of [root, home]) {
        expect(await publishes(one)).toEqual({ code: 1, rejects: expect.stringContaining("/rejects/") });
      }
      writeDrop(month, smallDrop(["u1"]));
      expect(await publishes(root)).toMatchObject({ code: 0 });
      const use = root.use();
      await home.keep(await use.url());
      const theirs = home.use();
      await theirs.url();
      await use.leave();
      await home.keep(await theirs.url());
      await theirs.leave();
    });

    testOnRoots("files that root restored are root's: root gives them back", async (home) => {
      await run("chown", "-R", "root", home.data);
    });

    describe.skipIf(!hasSpaces)("where disks can be mounted", () => {
      testOnRoots.each([
        ["mounted read-only", readOnly, "read-only"],
        ["full", "mount -t tmpfs -o size=8m none $0", "full"],
      ])("the disk is %s", async (home, _, mounts, word) => {
        const error = await home.refusal({ prefix: withMounts(`${mounts} || exit`, home.path) });
        expect(`${error.title} ${error.hint}`).toContain(word);
      });
    });
  },
);
