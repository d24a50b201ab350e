import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { type HoldingServer, holdingServer, whoWaits } from "../helpers/held-commits.ts";
import { bareEnvironment, consoleProgram } from "../helpers/program.ts";
import { gone, keys, openScreen, pipelineOf } from "../helpers/terminal.ts";
import { type Outcome, type Running, signalAgain, start } from "./process.ts";

/** A run that ends at its COMMIT, in every way there is: what is said of it is what became of it. */

const users = ["u1", "u2", "u3", "u4"];
setDefaultTimeout(60_000);

let server: HoldingServer;
let drops: DropFolder;
let url: string;
let sql: Sql;

beforeAll(async () => {
  server = await holdingServer();
  drops = dropFolder();
  for (const index of [0, 1]) drops.write(`month_00${index}`, smallDrop(users, index));
});
afterAll(async () => {
  await server.stop();
  drops.remove();
});
beforeEach(async () => {
  ({ url, sql } = await server.database());
});
afterEach(() => server.letGo());

function command(args: readonly string[]): string[] {
  return [...consoleProgram, ...args, "--data", drops.path, "--home", `${drops.path}/home`, "--database", url];
}

function startConsole(...args: string[]): Running {
  return start(command(args), bareEnvironment);
}

/** Let what `begin` starts get as far as its COMMIT, which waits for a standby. Returns the server's process. */
async function heldAtCommit(begin: () => void): Promise<number> {
  const writes = await blockWrites(url, "users");
  begin();
  await whoWaits(sql, "Lock");
  // Not before: the ledger's own first line would wait as well.
  await server.hold();
  await writes.release();
  return whoWaits(sql, "SyncRep");
}

async function runHeld(...args: string[]): Promise<{ run: Running; backend: number }> {
  let run: Running | undefined;
  const backend = await heldAtCommit(() => {
    run = startConsole(...args);
  });
  if (run === undefined) throw new Error("no run was started");
  return { run, backend };
}

async function killPipelineOf(pid: number): Promise<void> {
  process.kill(await pipelineOf(pid), "SIGKILL");
}

/** The first run's status, as another console lists it. */
async function listed(): Promise<string> {
  const { code, stdout } = await startConsole("runs", "--json").outcome;
  expect(code).toBe(0);
  return JSON.parse(stdout).runs[0].status;
}

const rowsPublished = async () => (await sql`select from labels_snapshots`).length;

const published = /^month_000 → 2024-01-31: published by run 1 in \d+\.\d s\n/;

function expectPublished({ code, stdout, stderr }: Outcome): void {
  expect(stdout).toMatch(published);
  expect(stdout).toMatch(/^total +24 +24 +0 +0 +0 .* 20$/m);
  expect(stdout + stderr).not.toMatch(/nothing was published|as it was before|may yet/i);
  expect(code).toBe(0);
}

describe("kill -9 of the pipeline at its COMMIT", () => {
  test("which goes through: published, with a warning", async () => {
    const { run } = await runHeld("--month", "0");
    await killPipelineOf(run.pid);
    // The question waits for the commit.
    await whoWaits(sql, "Lock");
    await server.letGo();
    const outcome = await run.outcome;
    expectPublished(outcome);
    expect(outcome.stdout).toContain(
      "\nwarning: The pipeline subprocess ended by SIGKILL. Run 1 was published, all of it, as the ledger says. ",
    );
    expect(await rowsPublished()).toBe(4);
  });

  test("which is not over in some seconds: unknown, in the stream too, and `runs` tells later", async () => {
    const { run } = await runHeld("--month", "0", "--json");
    await killPipelineOf(run.pid);
    const { code, stdout, stderr } = await run.outcome;
    expect(code).toBe(3);
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      event: "run.failed",
      run: 1,
      code: "outcome_unknown",
    });
    expect(stderr).toContain(
      "error: The pipeline subprocess ended by SIGKILL. The server still has the commit of run 1 under way, " +
        "waiting for a standby: it may yet be published.\n  month_000, run 1\n" +
        "remedy: Until that is over nobody knows; then `show 1` tells, as does `runs`. ",
    );
    expect(await listed()).toBe("running");
    await server.letGo();
    expect(await listed()).toBe("published");
    expect(await rowsPublished()).toBe(4);
  });

  test("which fails in the end: not published", async () => {
    await failsAtCommit();
    const guard = connect(url);
    await guard`select pg_advisory_lock(7)`;
    const run = startConsole("--month", "0");
    await whoWaits(sql, "Lock");
    await killPipelineOf(run.pid);
    await guard.end();
    const { code, stdout, stderr } = await run.outcome;
    expect(code).toBe(3);
    expect(stdout).toStartWith("month_000 → 2024-01-31: crashed, nothing was published\n");
    expect(stderr).toMatch(
      /\nerror: The pipeline subprocess ended by SIGKILL\.\n {2}month_000, run 1\nremedy: Nothing was published, as the ledger says; /,
    );
    expect(await rowsPublished()).toBe(0);
  });

  test("of the first of two months: published, and the other was not run", async () => {
    const { run } = await runHeld("--all");
    await killPipelineOf(run.pid);
    await whoWaits(sql, "Lock");
    await server.letGo();
    const { code, stdout, stderr } = await run.outcome;
    expect(code).toBe(3);
    expect(stdout).toMatch(published);
    expect(stderr).toMatch(/\n {2}month_001\nremedy: Run 1 was published, all of it; month_001 was not run: /);
  });
});

/** A constraint that is looked at by COMMIT, and waits for advisory lock 7 before it fails. */
async function failsAtCommit(): Promise<void> {
  await sql`create function refuse() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(7); raise 'no'; end $$`.simple();
  await sql`create constraint trigger refuse after update on console.runs deferrable initially deferred
    for each row when (new.status = 'published') execute function refuse()`.simple();
}

describe("a signal at the COMMIT", () => {
  test("SIGINT is told that it comes too late, and waits for the truth", async () => {
    const { run } = await runHeld("--month", "0");
    run.signal("SIGINT");
    await run.says("Too late to cancel this month: its commit is under way.");
    await server.letGo();
    expectPublished(await run.outcome);
  });

  test("a second SIGINT ends the pipeline, and the ledger is asked", async () => {
    const { run } = await runHeld("--month", "0");
    run.signal("SIGINT");
    await signalAgain(run);
    await whoWaits(sql, "Lock");
    await server.letGo();
    expectPublished(await run.outcome);
  });

  test("SIGTERM is given some seconds, then the ledger is asked", async () => {
    const { run } = await runHeld("--month", "0");
    run.signal("SIGTERM");
    await whoWaits(sql, "Lock");
    await server.letGo();
    expectPublished(await run.outcome);
  });
});

test("the server ends the session that waits: what it had committed is told", async () => {
  const { run, backend } = await runHeld("--month", "0");
  await sql`select pg_terminate_backend(${backend}::int)`;
  expectPublished(await run.outcome);
});

test("kill -9 of the whole console: `runs` says running while the commit waits, published afterwards", async () => {
  const { run } = await runHeld("--month", "0");
  run.signal("SIGKILL");
  await run.outcome;
  expect(await listed()).toBe("running");
  await server.letGo();
  expect(await listed()).toBe("published");
});

test("a dead console's lock is told as that, and the remedy that is told for it lets the next one in", async () => {
  const { run, backend } = await runHeld("--month", "0");
  const pipeline = await pipelineOf(run.pid);
  run.signal("SIGKILL");
  await run.outcome;
  await gone(pipeline);
  const refused = await startConsole("--month", "1").outcome;
  expect(refused.code).toBe(4);
  expect(refused.stderr).toMatch(
    /^error: .+ on .+ \(process \d+\) is gone, which ran month_000 since .+; server process \d+ still finishes a statement of it\.$/m,
  );
  const [, remedy = ""] = /`(select pg_terminate_backend\(\d+\))`/.exec(refused.stderr) ?? [];
  expect(remedy).toContain(String(backend));
  await sql.unsafe(remedy);
  await server.letGo();
  expect((await startConsole("--month", "1").outcome).code).toBe(0);
});

test("the terminal UI says the same, and asks meanwhile", async () => {
  const screen = openScreen(command([]));
  try {
    await screen.shows("new");
    await heldAtCommit(() => screen.type(`r${keys.enter}`));
    screen.type("c");
    await screen.shows("Cancel the run?");
    screen.type(keys.enter);
    await screen.shows("Too late to cancel this month");
    await killPipelineOf(screen.pid);
    await screen.shows("asking the ledger what became of it");
    await server.letGo();
    expect(await screen.shows("published in")).toContain("The pipeline subprocess ended by SIGKILL.");
    expect(screen.text()).toContain("20 rows sealed as of 2024-02-29");
  } finally {
    await screen.close();
  }
});
