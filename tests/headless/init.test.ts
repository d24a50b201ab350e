import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parseSuite } from "../../src/core/suites/suite.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { bareEnvironment } from "../helpers/program.ts";
import { suiteSchema } from "../helpers/schemas.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Outcome, start } from "./process.ts";

/** `validate --init`: the suite of a table as it is, written, and held against this month and the next. */

setDefaultTimeout(120_000);

const root = Bun.fileURLToPath(new URL("../..", import.meta.url));
let database: TestDatabase;
let drops: DropFolder;
let folder: string;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
});
beforeEach(() => {
  folder = join(drops.path, "it's here");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});
afterAll(async () => {
  drops.remove();
  await database.drop();
});

const environment = () => {
  return { ...bareEnvironment, DATABASE_URL: database.url, STREAMFLOW_HOME: join(drops.path, "home") };
};

function run(...words: string[]): Promise<Outcome> {
  return start([process.execPath, join(root, "src/main.ts"), ...words], environment()).outcome;
}

const init = (table: string, file: string, ...more: string[]) =>
  run("validate", "--init", "--table", table, "--suite", join(folder, file), ...more);

const tables = ["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"];

test("what is proposed of a month holds for it and for the next, and is a suite by its schema", async () => {
  const month = (name: string) => run("--data", join(root, "data/seeds"), "--month", name, "--quiet");
  expect((await month("month_000")).code).toBe(0);
  const takes = new Ajv({ strict: true, strictRequired: false }).compile(suiteSchema());
  for (const table of tables) {
    const { code, stderr } = await init(table, `${table}.json`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const text = readFileSync(join(folder, `${table}.json`), "utf8");
    expect(takes(JSON.parse(text))).toBe(true);
    const { expectations } = parseSuite(text, table, {});
    expect(expectations.map(({ rest }) => rest.meta)).toEqual(expectations.map(() => ({ proposed: true })));
    expect(expectations.every(({ rest }) => String(rest.notes).startsWith("Proposed: "))).toBe(true);
  }
  const failed = async () => {
    const all = tables.map(async (table) => {
      const { stdout } = await run("validate", "--suite", join(folder, `${table}.json`), "--table", table, "--json");
      const { results } = JSON.parse(stdout) as { results: { success: boolean; expectation_config: object }[] };
      return results.filter(({ success }) => !success).map((one) => one.expectation_config);
    });
    return (await Promise.all(all)).flat();
  };
  expect(await failed()).toEqual([]);
  expect((await month("month_001")).code).toBe(0);
  expect(await failed()).toEqual([]);
});

test("it says what it wrote, what not and why, and the command to run next, which runs", async () => {
  const { code, stdout } = await init("users", "s.json");
  const path = join(folder, "s.json");
  expect(code).toBe(0);
  expect(stdout).toContain("\nuser_id is unique ");
  const [, next = ""] = /written to .*: look through them, then\n {2}(.*)\n/.exec(stdout) ?? [];
  expect(next).toBe(`bun run console validate --suite '${path.replaceAll("'", "'\\''")}' --table users`);
  const command = next.replace("bun run console", `'${process.execPath}' '${join(root, "src/main.ts")}'`);
  const ran = await start(["sh", "-c", command], environment()).outcome;
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/(\d+) of \1 expectations passed\n$/) });
  expect(stdout).toContain('Runs use it once db/dataset.json says "suite": "');
});

test("--json is what was written, and --quiet is silent", async () => {
  const { stdout } = await init("users", "s.json", "--json");
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ table: "public.users", path: join(folder, "s.json"), left_out: expect.any(Array) });
  const written = JSON.parse(readFileSync(join(folder, "s.json"), "utf8"));
  expect(written.expectations.length).toBe(told.expectations.length);
  expect(written.meta.proposed).toMatchObject({ table: "public.users", rows: told.rows });
  expect(await init("labels", "l.json", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a suite that is there is written over only with --yes", async () => {
  const path = join(folder, "s.json");
  writeFileSync(path, "mine");
  const refused = await init("users", "s.json");
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toBe(
    `error: ${path} is there already, and nothing was written.\nremedy: Name another file with --suite, or add --yes to write over it.\n`,
  );
  expect(readFileSync(path, "utf8")).toBe("mine");
  expect((await init("users", "s.json", "--yes")).code).toBe(0);
  expect(parseSuite(readFileSync(path, "utf8"), path, {}).name).toBe("users");
  expect(readdirSync(folder)).toEqual(["s.json"]);
});

test("without --suite it is the table's own file, which the shipped tables have", async () => {
  const { code, stderr } = await run("validate", "--init", "--table", "users");
  expect(code).toBe(2);
  expect(stderr).toContain("db/expectations/users.json is there already");
});

test("a folder that is not there, a folder in the file's place, a table that is none: told, and nothing is left", async () => {
  expect(await init("users", "none/s.json")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(
      "remedy: Check that its folder exists, may be written and has room, or name another",
    ),
  });
  mkdirSync(join(folder, "d.json"));
  expect((await init("users", "d.json", "--yes")).code).toBe(3);
  expect((await init("nobody", "s.json")).stderr).toContain("The database has no table nobody.");
  expect(readdirSync(folder)).toEqual(["d.json"]);
  expect(existsSync(join(folder, "s.json"))).toBe(false);
});

test("of two at once one writes, and the other is refused", async () => {
  const codes = await Promise.all([init("users", "s.json"), init("users", "s.json"), init("users", "s.json")]);
  expect(codes.map(({ code }) => code).sort()).toEqual([0, 2, 2]);
  expect(parseSuite(readFileSync(join(folder, "s.json"), "utf8"), "s.json", {}).name).toBe("users");
});

test("a role that may not read the table is told which right it lacks", async () => {
  const role = `unread_${process.pid}`;
  await database.sql`create role ${database.sql(role)} login password 'x'`;
  try {
    await database.sql.unsafe(
      `grant usage on schema console to ${role}; grant select on all tables in schema console to ${role}`,
    );
    const url = database.url.replace(/\/\/[^@/]*@/, `//${role}:x@`);
    const { code, stderr } = await init("users", "s.json", "--database", url);
    expect({ code, files: readdirSync(folder) }).toEqual({ code: 3, files: [] });
    expect(stderr).toContain("users");
    expect(stderr).toContain("remedy:");
  } finally {
    await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  }
});
