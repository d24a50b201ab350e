import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { bareEnvironment, consoleProgram } from "../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { runConsole } from "./fake/run-console.ts";
import { streamPath } from "./fake/streams.ts";
import { type Outcome, start } from "./process.ts";

/** Which database a command is for, and that the user is told. */

setDefaultTimeout(60_000);

describe("a run's first line", () => {
  const published = { stream: streamPath("published") };
  const first = "database: a stand-in for PostgreSQL\n";

  test("names the database, on stderr", async () => {
    const { stdout, stderr } = await runConsole(["--month", "0"], published);
    expect(stderr).toStartWith(first);
    expect(stdout).not.toContain("database:");
  });

  test("with --json, too, whose stdout holds the events alone", async () => {
    const { stdout, stderr } = await runConsole(["--month", "0", "--json"], published);
    expect(stderr).toBe(first);
    for (const line of stdout.trimEnd().split("\n")) expect(JSON.parse(line)).toHaveProperty("event");
  });

  test("and --quiet leaves it out", async () => {
    expect((await runConsole(["--month", "0", "--quiet"], published)).stderr).toBe("");
    expect((await runConsole(["--month", "0", "--quiet", "--json"], published)).stderr).toBe("");
  });
});

describe("the real console", () => {
  let database: TestDatabase;
  let drops: DropFolder;
  let folder: string;

  beforeAll(async () => {
    database = await testDatabase(migrated);
    drops = dropFolder();
    drops.write("month_000", smallDrop(["u1"]));
    folder = mkdtempSync(join(tmpdir(), "streamflow-seed-"));
    writeFileSync(join(folder, ".env"), "POSTGRES_USER=streamflow\nPOSTGRES_PASSWORD=s3cret\nPOSTGRES_DB=streamflow\n");
  });
  afterAll(async () => {
    drops.remove();
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  /** The console as it is called in the folder that holds the seed's .env. */
  function inFolder(...args: string[]): Promise<Outcome> {
    const shell = 'cd "$1" && shift && exec "$@"';
    const console = [...consoleProgram, ...args, "--data", drops.path];
    return start(["sh", "-c", shell, "sh", folder, ...console], bareEnvironment).outcome;
  }

  test("names host and database before anything else, also of a run that is refused", async () => {
    const [name] = await database.sql<{ database: string }[]>`select current_database() as database`;
    const named = new RegExp(`^database: ${name?.database} on \\S+ \\(PostgreSQL \\d+\\.\\d+\\)\\n`);
    const elsewhere = ["--database", database.url, "--home", join(drops.path, "home")];
    expect((await inFolder("--month", "0", ...elsewhere)).stderr).toMatch(named);
    const refused = await inFolder("--month", "7", ...elsewhere);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(named);
  });

  test.each([[["--month", "0"]], [["months"]], [["doctor"]]])(
    "%j refuses the seed's .env without a host",
    async (args) => {
      const { code, stdout, stderr } = await inFolder(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toStartWith(
        "error: The database is half named: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB are set,",
      );
      expect(stderr).not.toContain("s3cret");
      // No server was made where nobody looks for it.
      expect(readdirSync(folder)).toEqual([".env"]);
    },
  );

  test("the embedded server can be looked after all the same", async () => {
    const { code, stdout } = await inFolder("db", "status");
    expect(code).toBe(0);
    expect(stdout).toStartWith("server  stopped");
  });
});
