import { describe, expect } from "bun:test";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../../../src/core/messages/listings.ts";
import { findBinaries } from "../../../src/postgres/embedded/programs.ts";
import { asking } from "../../helpers/homes.ts";
import { testsOn } from "./bench.ts";
import type { Home } from "./home.ts";
import { everybody } from "./who.ts";

/** Homes whose files are missing, damaged or other than they were: what is said is so, and helps. */

describe.each(everybody)("as %s", (who) => {
  const test = testsOn(who);

  /** Take a file of the data away, and put it back afterwards in place of what may have been made there. */
  const without = async (home: Home, name: string, look: () => Promise<void>) => {
    const [lost, kept] = [join(home.data, name), join(home.around, "lost")];
    renameSync(lost, kept);
    await look();
    rmSync(lost, { recursive: true, force: true });
    renameSync(kept, lost);
  };

  /** Have that in a file of the data meanwhile. */
  const having = async (home: Home, name: string, text: string, look: () => Promise<void>) => {
    const real = home.read(name);
    home.write(name, text);
    await look();
    home.write(name, real);
  };

  test("PG_VERSION is missing: nothing is made anew, and what is said makes it whole", async (home) => {
    const { major } = await findBinaries();
    rmSync(join(home.data, "PG_VERSION"));
    const error = await home.refusal();
    expect(error.title).toContain("no PG_VERSION");
    expect(error.hint).toContain(`echo ${major} > PG_VERSION`);
    home.write("PG_VERSION", `${major}\n`);
  });

  test("PG_VERSION is empty: the database is called no whole one", (home) =>
    having(home, "PG_VERSION", "", async () => {
      expect((await home.refusal()).title).toContain("no PG_VERSION");
    }));

  test("another major version made it", (home) =>
    having(home, "PG_VERSION", "13\n", async () => {
      const title = expect.stringContaining("PostgreSQL 13");
      expect(await home.refusal()).toMatchObject({ code: "database_version", title });
    }));

  test("a file is missing without which nobody can log in: it is called damaged", (home) =>
    without(home, "global/pg_filenode.map", async () => {
      const { code, stderr } = await home.answer(["months", "--home", home.path]);
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("damaged, or not all there") });
    }));

  test.each(["global/pg_control", "pg_wal"])("%s is missing: it is called damaged", (home, name) =>
    without(home, name, async () => {
      const error = await home.refusal();
      expect(error.title).toContain("did not start");
      expect(error.hint).toContain("damaged, or not all there");
    }),
  );

  test.each(["is missing", "is empty"])("postgresql.conf %s: it is written anew", async (home, how) => {
    if (how === "is empty") home.write("postgresql.conf", "");
    else rmSync(join(home.data, "postgresql.conf"));
  });

  test("ALTER SYSTEM asked for too much: where that is set is said", async (home) => {
    const name = "postgresql.auto.conf";
    await having(home, name, `${home.read(name)}shared_buffers = 'much'\n`, async () => {
      const { hint } = await home.refusal();
      expect(hint).toContain(`${join(home.data, name)}: a line that is wrong there can be removed`);
    });
  });

  test("a damaged page is told with its table or index, and what is said gets the rest out", async (home) => {
    home.rows = null;
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
    const { stdout, code } = await home.answer(words);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    const pages = checks.filter(({ name }) => name === "pages");
    expect({ code, told: pages.map(({ detail }) => detail.replace(/ is damaged.*/, "")) }).toEqual({
      code: 3,
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
});
