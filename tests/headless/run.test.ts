import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/postgres/connection/connect.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { closePipelines, digest, runMonths } from "../helpers/pipeline.ts";
import { bareEnvironment, consoleProgram, oneFile } from "../helpers/program.ts";
import { type Template, type TestDatabase, testDatabase } from "../helpers/server.ts";
import { pipelineOf } from "../helpers/terminal.ts";
import { type Outcome, type Running, start } from "./process.ts";

const seeds = fileURLToPath(new URL("../../data/seeds", import.meta.url));
const users = ["u1", "u2", "u3", "u4"];

// Every step is a program of its own, and how long one takes is no concern of a test.
setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;

/** The real console, over the real pipeline. */
function begin(args: readonly string[], flags: readonly string[]): Running {
  return start([...consoleProgram, ...args, ...flags], bareEnvironment);
}

const flags = () => ["--data", drops.path, "--home", `${drops.path}/home`, "--database", database.url];
const startConsole = (...args: string[]) => begin(args, flags());
const runConsole = (...args: string[]): Promise<Outcome> => startConsole(...args).outcome;

async function listing(...args: string[]) {
  const { code, stdout, stderr } = await runConsole(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** month_000 is published as run 1, the others are not. */
const begun: Template = {
  name: "first month published",
  async prepare(sql, url) {
    await migrated.prepare(sql, url);
    const { exitCode } = await runMonths({ data: drops.path, home: `${drops.path}/home`, database: url }, [
      "month_000",
    ]);
    await closePipelines();
    expect(exitCode).toBe(0);
  },
};

describe("months from drop to seal", () => {
  beforeAll(() => {
    drops = dropFolder();
    drops.write("month_000", smallDrop(users));
    drops.write("month_001", smallDrop(users, 1));
    drops.write("month_002", broken(smallDrop(users, 2)));
  });
  afterAll(() => drops.remove());
  beforeEach(async () => {
    database = await testDatabase(begun);
  });
  afterEach(() => database.drop());

  test("one is published; the same again is nothing to do; the listings tell of both", async () => {
    const first = await runConsole("--month", "1", "--verbose");
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^month_001 → 2024-02-29: published by run 2 in \d+\.\d s\nTABLE /);
    expect(first.stdout).toMatch(/^labels +4 +0 +4 +0 +0 /m);
    expect(first.stderr).toContain("  snapshot  usage_agg_30d     4 rows sealed\n");
    const again = await runConsole("--month", "1");
    expect(again.code).toBe(0);
    expect(again.stdout).toStartWith(
      "month_001 → 2024-02-29: nothing to do, these very files were published by run 2\n",
    );

    const out = `${drops.path}/train.csv`;
    const [{ months }, { runs }, { snapshots }] = await Promise.all(
      ["months", "runs", "snapshots"].map((of) => listing(of)),
    );
    const [shown, verified, exported, undecided] = await Promise.all([
      listing("show", "2"),
      runConsole("snapshots", "--verify"),
      runConsole("export", "--as-of", "2024-01-31", "--out", out),
      runConsole("snapshots", "--drop", "2024-01-31"),
    ]);
    expect(months.map(({ month, as_of, state }: Record<string, string>) => [month, as_of, state])).toEqual([
      ["month_002", "2024-03-31", "new"],
      ["month_001", "2024-02-29", "ok"],
      ["month_000", "2024-01-31", "ok"],
    ]);
    expect(runs.map(({ run, status }: Record<string, string>) => [run, status])).toEqual([
      [2, "published"],
      [1, "published"],
    ]);
    expect(months[1]).toMatchObject({ files: Array(6).fill({ present: true }), last_run: runs[0] });
    expect(snapshots.map(({ rows }: Record<string, number>) => rows)).toEqual(Array(10).fill(4));
    expect(shown.files[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(verified.code).toBe(0);
    expect(exported.code).toBe(0);
    expect(exported.stdout).toStartWith(`${out}: 4 rows, 18 columns, `);
    expect((await Bun.file(out).text()).split("\n")).toHaveLength(6);
    expect(undecided.code).toBe(2);
    expect((await runConsole("snapshots", "--drop", "2024-01-31", "--yes")).code).toBe(0);
    expect((await listing("snapshots")).snapshots).toHaveLength(5);
  });

  test("--dry-run says what would change, and changes nothing", async () => {
    const before = await digest(database.sql);
    const { code, stdout } = await runConsole("--month", "1", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^month_001 → 2024-02-29: dry run in .* s, rolled back; would change 12 rows\n/);
    expect(stdout).toMatch(/^usage_agg_30d +4 +0 +4 +0 +0 /m);
    expect(await digest(database.sql)).toBe(before);
  });

  test("--pending publishes what is sound, and names the broken cell that stops it", async () => {
    const { code, stdout, stderr } = await runConsole("--pending");
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nMONTH .*\nmonth_001 +2024-02-29 +published .*\nmonth_002 +2024-03-31 +rejected .*\n/);
    expect(stderr).toContain("error: month_002 was rejected: 1 fault in 1 file.\n  month_002, run 3, stage ingest\n");
    expect(stderr).toContain('\n  usage_agg_30d.csv:3: watch_hours_30d: "n/a": ');
    expect(stderr).toMatch(/\nremedy: Nothing was published\..*\n$/);
    expect((await runConsole("show", "3")).stdout).toContain('  usage_agg_30d.csv:3: watch_hours_30d: "n/a": ');
  });

  test("check names the same cell without a run, and finds no fault where there is none", async () => {
    const [{ code, stdout }, quiet] = await Promise.all([
      runConsole("check", "--month", "1..2"),
      runConsole("check", "--month", "1", "--quiet"),
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^month_001: sound\nFILE /);
    expect(stdout).toContain("\nmonth_002: 1 fault\n");
    expect(stdout).toContain('\n  usage_agg_30d.csv:3: watch_hours_30d: "n/a": ');
    expect(quiet.code).toBe(0);
    expect([...(await database.sql`select count(*)::int as runs from console.runs`)]).toEqual([{ runs: 1 }]);
  });

  test.each([
    [["--month", "7"], 2, "There is no month_007 in "],
    [["--month", "1", "--as-of", "2023-12-31"], 4, "would stand before month_000"],
    [["show", "99"], 2, "The ledger has no run 99."],
  ] as const)("%j is refused with %d", async (args, exitCode, complaint) => {
    const before = await digest(database.sql);
    const { code, stderr } = await runConsole(...args);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain("\nremedy: ");
    expect(await digest(database.sql)).toBe(before);
  });

  describe("held up in the middle", () => {
    let held: Running;
    let before: string;
    let release: () => Promise<void>;

    beforeEach(async () => {
      before = await digest(database.sql);
      const holder = connect(database.url, { max: 1 });
      const locked = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      const holding = holder.begin(async (tx) => {
        await tx`lock table labels in exclusive mode`;
        locked.resolve();
        await over.promise;
      });
      release = async () => {
        over.resolve();
        await holding;
        await holder.end();
      };
      await locked.promise;
      held = startConsole("--month", "1", "--verbose");
      await held.says("upsert    support_agg_90d");
    });
    afterEach(() => release());

    test("Ctrl-C rolls it back and exits with 130", async () => {
      held.signal("SIGINT");
      const { code, stderr } = await held.outcome;
      expect(code).toBe(130);
      expect(stderr).toContain("error: The run was cancelled and rolled back.\n  month_001, run 2, stage upsert\n");
      expect(await digest(database.sql)).toBe(before);
      expect((await listing("runs")).runs[0]).toMatchObject({ run: 2, status: "interrupted" });
    });

    test("a second run is refused and told who holds the first", async () => {
      const { code, stderr } = await runConsole("--month", "1", "--quiet");
      expect(code).toBe(4);
      expect(stderr).toMatch(/^error: .* is running month_001 since /);
      held.signal("SIGTERM");
      expect((await held.outcome).code).toBe(143);
    });

    test("kill -9 of the pipeline is told, rolled back, and shown as a crash", async () => {
      process.kill(await pipelineOf(held.pid), "SIGKILL");
      const { code, stderr } = await held.outcome;
      expect(code).toBe(3);
      expect(stderr).toContain("error: The pipeline subprocess ended by SIGKILL.\n  month_001, run 2\n");
      await sessionsGone();
      expect(await digest(database.sql)).toBe(before);
      expect((await listing("runs")).runs[0]).toMatchObject({ run: 2, status: "crashed" });
    });

    /** The server learns of a dead client when the statement it waits in is over. */
    async function sessionsGone() {
      await release();
      release = async () => {};
      for (;;) {
        const others = await database.sql`
          select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
        if (others.length === 0) return;
        await Bun.sleep(10);
      }
    }
  });

  test("doctor tells what is well, and what is not with its remedy", async () => {
    const nowhere = "postgresql://nobody:secret@127.0.0.1:1/none";
    const [well, ill] = await Promise.all([
      listing("doctor"),
      begin(["doctor"], ["--data", drops.path, "--database", nowhere]).outcome,
    ]);
    expect(well.checks.map(({ state }: { state: string }) => state)).not.toContain("fail");
    expect(ill.code).toBe(3);
    expect(ill.stdout).toMatch(/^database +fail /m);
    expect(ill.stdout + ill.stderr).not.toContain("secret");
  });
});

function broken(files: Record<string, Rows>): Record<string, Rows> {
  const rows = files["usage_agg_30d.csv"] ?? [];
  const spoilt = rows.map((row, index) => (index === 2 ? [row[0] ?? "", "n/a", ...row.slice(2)] : row));
  return { ...files, "usage_agg_30d.csv": spoilt };
}

test.skipIf(oneFile !== undefined)("the committed month into an embedded server of its own", async () => {
  const home = mkdtempSync(join(tmpdir(), "streamflow-cli-"));
  const run = (...args: string[]) => begin(args, ["--home", home, "--data", seeds]).outcome;
  try {
    expect((await run("db", "start")).stdout).toMatch(/^server +running, kept until `db stop`\n/);
    const { code, stdout } = await run("--month", "month_000");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^total +42,258 +42,258 /m);
    const url = (await run("db", "url")).stdout;
    const sql = connect(url.trim(), { max: 1 });
    expect([...(await sql`select count(*)::int as rows from usage_agg_30d_snapshots`)]).toEqual([{ rows: 7043 }]);
    await sql.end();
  } finally {
    expect(JSON.parse((await run("db", "stop", "--json")).stdout)).toMatchObject({ running: false });
    rmSync(home, { recursive: true, force: true });
  }
});
