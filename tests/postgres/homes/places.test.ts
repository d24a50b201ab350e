import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Check } from "../../../src/core/messages/listings.ts";
import { findBinaries } from "../../../src/postgres/embedded/programs.ts";
import { asking, bun, everybody, type Home, Homes, hasSpaces } from "./bench.ts";

/** Homes that were moved, copied, restored and broken, and folders that are no homes: what is said is so, and helps. */

setDefaultTimeout(90_000);
const homes = new Homes();
afterAll(() => homes.remove());

let home: Home;
let rows: number | null = 1;
afterEach(async () => {
  if (rows !== null) expect(await home.kept()).toBe(rows);
  expect(home.servers()).toEqual([]);
  home.remove();
});

const run = (...words: string[]) => {
  const { success, stderr } = Bun.spawnSync(words);
  if (!success) throw new Error(`${words.join(" ")}: ${stderr}`);
};
/** Names, sizes and contents of all that lies in a folder. */
const digestOf = (folder: string) =>
  Bun.spawnSync(
    ["sh", "-c", 'find . -exec stat -c "%n %a %U %Y" {} + | sort; find . -type f -exec sha256sum {} + | sort'],
    { cwd: folder },
  ).stdout.toString();
const console_ = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

describe.each(everybody)("as %s", (who) => {
  const begin = async (): Promise<void> => {
    home = await homes.home(who);
    rows = 1;
  };
  const moved = (one: Home, name: string): void => {
    const path = join(one.around, name);
    renameSync(one.path, path);
    one.path = path;
  };

  test("moved while nothing lives on it", async () => {
    await begin();
    moved(home, "elsewhere");
  });

  test("moved while its server is in use: who comes by the new path shares it", async () => {
    await begin();
    const use = home.use();
    await home.keep(await use.url());
    rows = 2;
    moved(home, "elsewhere");
    expect(await home.status()).toMatchObject({ running: true, reachable: true });
    const next = home.use();
    await home.keep(await next.url());
    rows = 3;
    await next.leave();
    await use.leave();
    // The first user knows the old path alone; whoever comes by the new one stops what nobody uses.
  });

  test("moved while its server is kept: it is stopped by the new path", async () => {
    await begin();
    await home.keep((await home.does("start")).status?.url ?? "");
    rows = 2;
    moved(home, "elsewhere");
    expect((await home.does("stop")).status).toMatchObject({ running: false });
  });

  test("moved away while it is in use, and another made in its place: neither touches the other", async () => {
    await begin();
    const use = home.use();
    const url = await use.url();
    const old = home.path;
    moved(home, "elsewhere");
    run("cp", "-a", join(home.path), old);
    const { path } = home;
    home.path = old;
    const other = home.use();
    await other.url();
    home.path = path;
    const again = home.use();
    expect(await again.url()).not.toBe(url);
    await other.leave();
    await again.leave();
    await use.leave();
    await home.kept();
  });

  test("copied while its server is in use: the copy is a home of its own", async () => {
    await begin();
    const use = home.use();
    const url = await use.url();
    await home.keep(url);
    const { path } = home;
    home.path = join(home.around, "copy");
    run("cp", "-a", path, home.path);
    const other = home.use();
    expect(await other.url()).not.toBe(url);
    expect(await home.kept()).toBeGreaterThan(0);
    await other.leave();
    home.path = path;
    expect((await home.status()).running).toBe(true);
    await use.leave();
    rows = 2;
  });

  test("restored from a backup in its own place, while the old server lives on", async () => {
    await begin();
    const use = home.use();
    await use.url();
    const backup = join(home.around, "backup.tar");
    run("tar", "-C", home.around, "-cf", backup, "home");
    rmSync(home.path, { recursive: true });
    run("tar", "-C", home.around, "-xpf", backup);
    expect(await home.kept()).toBe(1);
    await use.leave();
    // It would miss its files within a minute.
    await home.end();
  });

  test("reached by a link", async () => {
    await begin();
    const { path } = home;
    home.path = join(home.around, "link");
    symlinkSync(path, home.path);
  });

  test("a link that leads nowhere is told as that, and its target may be made", async () => {
    home = homes.empty(who);
    rows = null;
    const target = join(home.around, "target");
    symlinkSync(target, home.path);
    const error = await home.refusal();
    expect(error.title).toContain(`is a link to ${target}, which is not there`);
    run("mkdir", "-m", "777", target);
    const use = home.use();
    await use.url();
    await use.leave();
  });

  test("the home is a file", async () => {
    home = homes.empty(who);
    rows = null;
    await Bun.write(home.path, "");
    expect(await home.refusal()).toMatchObject({ code: "io_error", hint: expect.stringContaining("--home") });
  });

  test("a mode that lets others in is mended", async () => {
    await begin();
    chmodSync(home.data, 0o755);
    expect(await home.kept()).toBe(1);
    expect(statSync(home.data).mode & 0o777).toBe(0o700);
  });

  test("PG_VERSION is missing: nothing is made anew, and what is said makes it whole", async () => {
    await begin();
    const { major } = await findBinaries();
    rmSync(join(home.data, "PG_VERSION"));
    const error = await home.refusal();
    expect(error.title).toContain("no PG_VERSION");
    expect(error.hint).toContain(`echo ${major} > PG_VERSION`);
    home.write("PG_VERSION", `${major}\n`);
  });

  test("another major version made it", async () => {
    await begin();
    const real = readFileSync(join(home.data, "PG_VERSION"), "utf8");
    home.write("PG_VERSION", "13\n");
    const error = await home.refusal();
    expect(error).toMatchObject({ code: "database_version", title: expect.stringContaining("PostgreSQL 13") });
    home.write("PG_VERSION", real);
  });

  test("a file is missing without which nobody can log in: it is called damaged", async () => {
    await begin();
    const lost = join(home.data, "global/pg_filenode.map");
    renameSync(lost, join(home.around, "lost"));
    const { exitCode, stderr } = Bun.spawnSync([bun, console_, "months", "--home", home.path], home.account);
    expect({ exitCode, said: stderr.toString() }).toMatchObject({
      exitCode: 3,
      said: expect.stringContaining("damaged, or not all there"),
    });
    renameSync(join(home.around, "lost"), lost);
  });

  test.each(["global/pg_control", "pg_wal"])("%s is missing: it is called damaged", async (name) => {
    await begin();
    const lost = join(home.data, name);
    renameSync(lost, join(home.around, "lost"));
    const error = await home.refusal();
    expect(error.title).toContain("did not start");
    expect(error.hint).toContain("damaged, or not all there");
    rmSync(lost, { recursive: true, force: true });
    renameSync(join(home.around, "lost"), lost);
  });

  test("somebody else's database in the place of ours is left as it is", async () => {
    await begin();
    const theirs = join(home.data, "postgresql.conf");
    const ours = readFileSync(theirs, "utf8");
    home.write("postgresql.conf", "# theirs\nlisten_addresses = ''\n");
    const before = digestOf(home.data);
    const error = await home.refusal();
    expect(error.title).toContain("the console did not make");
    expect(digestOf(home.data)).toBe(before);
    home.write("postgresql.conf", ours);
  });

  test.each(["files", "a database"])(
    "a folder named postgres that holds somebody's %s is left as it is",
    async (what) => {
      home = homes.empty(who);
      rows = null;
      mkdirSync(home.folder, { recursive: true });
      await Bun.write(join(home.folder, what === "files" ? "notes.txt" : "PG_VERSION"), "18\n");
      run("chmod", "-R", "a+rwX", home.path);
      if (home.account.uid !== undefined) run("chown", "-R", String(home.account.uid), home.path);
      const before = digestOf(home.path);
      const error = await home.refusal();
      expect(error.title).toContain("holds files that the console did not make");
      expect(digestOf(home.path)).toBe(before);
    },
  );

  test("a damaged page is told with its table or index, and what is said gets the rest out", async () => {
    await begin();
    rows = null;
    const use = home.use();
    const files = await asking(await use.url(), async (sql) => {
      await sql`insert into kept select generate_series(2, 1000)`;
      await sql`create index by_one on kept (one)`;
      await sql`checkpoint`;
      const [found] = await sql<{ table: string; index: string }[]>`
        select pg_relation_filepath('kept') as table, pg_relation_filepath('by_one') as index`;
      return found;
    });
    await use.leave();
    for (const file of [files?.table, files?.index]) {
      const handle = openSync(join(home.data, file ?? ""), "r+");
      writeSync(handle, Buffer.from("damage"), 0, 6, 8192 + 4000);
      closeSync(handle);
    }
    const words = ["doctor", "--check-data", "--json", "--home", home.path, "--data", home.around];
    const { stdout, exitCode } = Bun.spawnSync([bun, console_, ...words], home.account);
    const { checks } = JSON.parse(stdout.toString()) as { checks: Check[] };
    const pages = checks.filter(({ name }) => name === "pages");
    expect({ exitCode, told: pages.map(({ detail }) => detail.replace(/ is damaged.*/, "")) }).toEqual({
      exitCode: 3,
      told: ["kept", "The index by_one of kept"],
    });
    const again = home.use();
    await asking(await again.url(), async (sql) => {
      await sql`set enable_indexscan = off`;
      await expect(sql`select count(*) from kept`.execute()).rejects.toThrow("invalid page");
      for (const { remedy } of pages) {
        const [, command = ""] = /`([^`]+)`/.exec(remedy ?? "") ?? [];
        await sql.unsafe(command);
      }
      const [rescued] = await sql`select count(*) as rows from rescued`;
      expect(rescued?.rows).toBeGreaterThan(500);
    });
    await again.leave();
  });

  test("the locks were left out of a backup: it is ours all the same", async () => {
    await begin();
    for (const name of readdirSync(home.folder)) if (name.endsWith(".lock")) rmSync(join(home.folder, name));
  });

  test.each(["is missing", "is empty"])("postgresql.conf %s: it is written anew", async (how) => {
    await begin();
    if (how === "is empty") home.write("postgresql.conf", "");
    else rmSync(join(home.data, "postgresql.conf"));
  });

  test("PG_VERSION is empty: the database is called no whole one", async () => {
    await begin();
    const real = readFileSync(join(home.data, "PG_VERSION"), "utf8");
    home.write("PG_VERSION", "");
    expect((await home.refusal()).title).toContain("no PG_VERSION");
    home.write("PG_VERSION", real);
  });

  test("the data are a link to a disk that is not mounted", async () => {
    await begin();
    const elsewhere = join(home.around, "disk");
    renameSync(home.data, elsewhere);
    symlinkSync(elsewhere, home.data);
    expect(await home.kept()).toBe(1);
    renameSync(elsewhere, `${elsewhere}-unmounted`);
    expect((await home.refusal()).title).toContain(`is a link to ${elsewhere}, which is not there`);
    expect(readdirSync(home.folder).filter((name) => name.startsWith("data.new-"))).toEqual([]);
    renameSync(`${elsewhere}-unmounted`, elsewhere);
  });

  test.each(["h#x", "a b", "q?u=e&r%y", "é,'\"$`+", "eq=ual"])("a home that is called %s", async (name) => {
    await begin();
    moved(home, name);
    const { stdout, exitCode } = Bun.spawnSync([bun, console_, "months", "--json", "--home", home.path], home.account);
    expect({ exitCode, months: JSON.parse(stdout.toString()).months.length }).toMatchObject({ exitCode: 0 });
    expect((await home.does("start")).status).toMatchObject({ running: true, reachable: true });
    expect((await home.does("stop")).status).toMatchObject({ running: false });
  });

  test("ALTER SYSTEM asked for too much: where that is set is said", async () => {
    await begin();
    const file = join(home.data, "postgresql.auto.conf");
    const before = readFileSync(file, "utf8");
    home.write("postgresql.auto.conf", `${before}shared_buffers = 'much'\n`);
    expect((await home.refusal()).hint).toContain(`${file}: a line that is wrong there can be removed`);
    home.write("postgresql.auto.conf", before);
  });

  test("what a killed initdb left is removed", async () => {
    await begin();
    const left = join(home.folder, "data.new-abc");
    run("cp", "-a", home.data, left);
    expect(await home.kept()).toBe(1);
    expect(existsSync(left)).toBe(false);
  });

  test("a home that was deleted while in use ends its server", async () => {
    await begin();
    rows = null;
    const use = home.use();
    await use.url();
    rmSync(home.path, { recursive: true });
    await use.leave();
  });

  test("a limit of open files that is too low is called by its name", async () => {
    await begin();
    const error = await home.refusal({ prefix: ["bash", "-c", 'ulimit -n 20; exec "$@"', "bash"] });
    expect(`${error.title} ${error.hint}`).toContain("ulimit -n");
  });

  test("variables meant for other servers have no say", async () => {
    await begin();
    const { stdout, stderr, exitCode } = Bun.spawnSync([bun, console_, "months", "--json", "--home", home.path], {
      ...home.account,
      env: {
        ...process.env,
        ...{
          PGTARGETSESSIONATTRS: "standby",
          PGOPTIONS: "-c nonsense=1",
          PGCONNECT_TIMEOUT: "soon",
          PGDATA: "/nowhere",
        },
        ...{ PGSSLMODE: "verify-full", PGUSER: "nobody", PGHOST: "nowhere", PGDATABASE: "other", PGPORT: "1" },
        ...{ PGAPPNAME: "x", PGPASSFILE: "/nowhere", PGCLIENTENCODING: "SQL_ASCII", PGTZ: "Asia/Tokyo" },
      },
    });
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout.toString()).months.length).toBeGreaterThan(0);
  });

  test.each(["--month 99", "months", "--pending", "snapshots", "check --all"])(
    "`%s` in a folder that is no project leaves nothing there",
    async (words) => {
      home = homes.empty(who);
      rows = null;
      const folder = join(home.around, "nothing");
      run("mkdir", "-m", "777", folder);
      const { exitCode, stderr } = Bun.spawnSync([bun, console_, ...words.split(" ")], {
        ...home.account,
        cwd: folder,
      });
      expect({ exitCode, said: stderr.toString() }).toMatchObject({
        exitCode: 2,
        said: expect.stringContaining("--data"),
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe.skipIf(!everybody.includes("root") || !everybody.includes("user"))(
  "as an ordinary user on what is another's",
  () => {
    test("how the server of another's home stands is not known", async () => {
      home = await homes.home("root");
      rows = 1;
      chmodSync(home.path, 0o755);
      const theirs = Object.assign(Object.create(Object.getPrototypeOf(home)), home, { who: "user" }) as Home;
      for (const what of ["status", "stop"] as const) {
        expect((await theirs.does(what)).error).toMatchObject({
          code: "io_error",
          hint: expect.stringContaining("as the user"),
        });
      }
      expect(await theirs.refusal()).toMatchObject({ code: "io_error" });
    });

    test("a file that may not be read is not called damaged", async () => {
      home = await homes.home("user");
      rows = 1;
      const file = join(home.data, "global/pg_control");
      run("chown", "root", file);
      const error = await home.refusal();
      expect(error.hint).toContain("belong to somebody else");
      expect(error.hint).not.toContain("damaged");
      run("chown", "--reference", home.data, file);
    });

    test("a home that cannot be made", async () => {
      home = homes.empty("root");
      rows = null;
      const theirs = Object.assign(Object.create(Object.getPrototypeOf(home)), home, { who: "user" }) as Home;
      expect(await theirs.refusal()).toMatchObject({ code: "io_error", hint: expect.stringContaining("--home") });
    });

    test("files that root restored are root's: root gives them back", async () => {
      home = await homes.home("root");
      rows = 1;
      run("chown", "-R", "root", home.data);
    });

    test.skipIf(!hasSpaces).each([
      ["mounted read-only", ["mount --bind -o ro", "mount -o remount,bind,ro"], "read-only"],
      ["full", ["mount -t tmpfs -o size=8m none"], "full"],
    ])("the disk is %s", async (_, mounts, word) => {
      home = await homes.home("root");
      rows = 1;
      const [first = "", second] = mounts;
      const bind = first.includes("bind") ? `${first} ${home.path} ${home.path}` : `${first} ${home.path}`;
      const mount = [bind, ...(second === undefined ? [] : [`${second} ${home.path}`])].join(" && ");
      const prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", `${mount} && exec "$@"`, "sh"];
      const error = await home.refusal({ prefix });
      expect(`${error.title} ${error.hint}`).toContain(word);
    });
  },
);
