import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { crashed } from "./fake/outcomes.ts";
import { environment, fakeConsole, runConsole, startConsole } from "./fake/run-console.ts";
import { readStream, streamPath } from "./fake/streams.ts";
import { signalAgain } from "./process.ts";

setDefaultTimeout(60_000);

const months = { months: { months: [], server: "embedded PostgreSQL 18.4" } };
const published = { stream: streamPath("published") };

describe("where things go", () => {
  test("a run into pipes: results on stdout, progress on stderr, no colours, no cursor moves", async () => {
    const { code, stdout, stderr } = await runConsole(["--month", "0", "--verbose"], published);
    expect(code).toBe(0);
    expect(stdout).toStartWith("month_000 → 2024-01-31: published by run 1 in 0.8 s\nTABLE ");
    expect(stderr).toContain("  upsert    users             7,043 inserted, 0 updated");
    expect(stdout + stderr).not.toContain("\x1b");
  });

  test("--json prints the events and nothing else", async () => {
    const { code, stdout, stderr } = await runConsole(["--month", "0", "--json"], published);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "database: a stand-in for PostgreSQL\n" });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toEqual(await readStream("published"));
  });

  test("--quiet is silent about what went well", async () => {
    expect(await runConsole(["--month", "0", "--quiet"], published)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await runConsole(["months", "--quiet"], { replies: months })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("--quiet is silent about what goes on, whatever is asked", async () => {
    const notice = "initdb is at work.";
    const seals = { seals: [] };
    const script = { replies: { ...months, profile: { profiles: [] }, verify: seals }, notice };
    for (const asked of [["months"], ["profile", "2024-01-31"], ["snapshots", "--verify"]]) {
      const { code, stderr } = await runConsole(asked, script);
      expect([code, stderr.includes(notice)]).toEqual([0, true]);
      expect(await runConsole([...asked, "--quiet"], script)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  test("--quiet tells what went wrong, and the exit code is the pipeline's", async () => {
    const script = { stream: streamPath("faults"), exitCode: 1 };
    const { code, stdout, stderr } = await runConsole(["--quiet", "--month", "1"], script);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toStartWith("error: month_001 was rejected: 1532 faults in 3 files.\n  month_001, run 3");
    expect(stderr).toContain('\n  usage_agg_30d.csv:7: skips_7d: "1.0": not a whole number; ');
    expect(stderr).toContain("\n  usage_agg_30d.csv: watch_hours_30d: 1,528 values are not numeric, first at line 3");
    expect(stderr).toMatch(/\nremedy: Nothing was published\..*\n$/);
  });

  test("FORCE_COLOR colours a pipe, and --no-color has the last word", async () => {
    const env = { ...environment(published), FORCE_COLOR: "1" };
    const run = (args: string[]) => Bun.spawnSync([...fakeConsole, "--month", "0", ...args], { env }).stdout.toString();
    expect(run([])).toContain("\x1b[1m");
    expect(run(["--no-color"])).not.toContain("\x1b");
  });

  test("without a terminal and without arguments, the months are listed", async () => {
    const { code, stdout, stderr } = await runConsole([], { replies: months });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toStartWith("There are no months");
    expect(await runConsole(["--json"], { replies: months })).toEqual({
      code: 0,
      stdout: '{"months":[]}\n',
      stderr: "",
    });
  });

  test("a reader that leaves is no error", () => {
    const shell = `{ "$@" --month 0 --json; echo "code $?" >&2; } | true`;
    const { stderr } = Bun.spawnSync(["sh", "-c", shell, "sh", ...fakeConsole], { env: environment(published) });
    expect(stderr.toString()).toBe("database: a stand-in for PostgreSQL\ncode 0\n");
  });

  test.if(existsSync("/dev/full"))("a full disk is", () => {
    expect(onFullDisk("--month 0 --quiet --json")).toMatch(noRoom);
  });

  test.if(existsSync("/dev/full")).each(["manual", "completion bash", "--help", "help export", "--version"])(
    "a full disk is, for what is there at once, too: %s",
    (line) => {
      expect(onFullDisk(line)).toMatch(noRoom);
    },
  );

  const noRoom = /^error: The results could not be written: .*\nremedy: .*\ncode 3\n$/;

  function onFullDisk(line: string): string {
    const shell = `"$@" ${line} > /dev/full; echo "code $?" >&2`;
    const { stderr } = Bun.spawnSync(["sh", "-c", shell, "sh", ...fakeConsole], { env: environment(published) });
    return stderr.toString();
  }
});

describe("errors", () => {
  test("wrong usage: title and remedy on stderr, exit code 2, and nothing is started", async () => {
    const { code, stdout, stderr } = await runConsole(["--dry-run"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "error: No month is named.\n" +
        "remedy: Name one or more with --month, or take them all with --all, or those to do with --pending.\n",
    );
  });

  test("seals are either held against their rows or dropped with them", async () => {
    const { code, stderr } = await runConsole(["snapshots", "--verify", "--drop", "2024-01-31", "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toBe("error: --verify and --drop do not go together.\nremedy: Ask for one, then for the other.\n");
  });

  test("snapshot tables are partitioned only when that is meant", async () => {
    const refused = await runConsole(["doctor", "--partition-snapshots"]);
    expect(refused).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "error: Every snapshot table without partitions would be built anew, with one for each as_of.\n" +
        "remedy: Add --yes if that is what you want.\n",
    });
    const partition = { checks: [], converted: [{ table: "labels_snapshots", partitions: 2, rows: 8 }] };
    const done = await runConsole(["doctor", "--partition-snapshots", "--yes", "--json"], { replies: { partition } });
    expect(done).toEqual({ code: 0, stdout: `${JSON.stringify(partition)}\n`, stderr: "" });
  });

  test("tables are spread over a cluster only when that is meant, else it is said how", async () => {
    const placed = { kind: "live" as const, column: "user_id" };
    const distribute = {
      tables: [
        { table: "users", ...placed, colocated_with: null, rows: null },
        { table: "labels", ...placed, colocated_with: "users", rows: 1_200 },
      ],
      ...{ local: ["console"], shards: 8, nodes: 2, done: false },
    };
    const planned = await runConsole(["doctor", "--distribute"], { replies: { distribute } });
    expect(planned).toEqual({
      code: 0,
      stdout:
        "TABLE   KIND  BY       BESIDE                ROWS\n" +
        "users   live  user_id  –       distributed before\n" +
        "labels  live  user_id  users                1,200\n" +
        "\n1 table to be distributed in 8 shards on 2 nodes. The schema console, the ledger, stays on the coordinator.\n",
      stderr: "Nothing was changed: add --yes to do it. Rows, keys and seals stay as they are.\n",
    });
    const all = { ...distribute, tables: distribute.tables.slice(0, 1), done: true };
    const done = await runConsole(["doctor", "--distribute", "--yes"], { replies: { distribute: all } });
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("All tables are distributed, in 8 shards"),
      stderr: "",
    });
  });

  test.each([
    [["--shards", "8"], "--shards goes with --distribute alone."],
    [["--distribute", "--shards", "0"], '"0" is no number of shards.'],
    [["--distribute", "--grants"], "--distribute and --grants do not go together."],
  ])("doctor %p is refused", async (flags, title) => {
    const { code, stderr } = await runConsole(["doctor", ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${title}\n`)]);
  });

  test("the SQL of roles is all that is printed, for psql to read, or as JSON", async () => {
    const grants = { sql: "begin;\ncommit;\n" };
    const printed = await runConsole(["doctor", "--grants"], { replies: { grants } });
    expect(printed).toEqual({ code: 0, stdout: grants.sql, stderr: "" });
    const json = await runConsole(["doctor", "--grants", "--json"], { replies: { grants } });
    expect(json).toEqual({ code: 0, stdout: `${JSON.stringify(grants)}\n`, stderr: "" });
    const { code, stderr } = await runConsole(["doctor", "--grants", "--partition-snapshots", "--yes"]);
    expect([code, stderr]).toEqual([
      2,
      "error: --partition-snapshots and --grants do not go together.\nremedy: Ask for one, then for the other.\n",
    ]);
  });

  test.each([
    ["unknown_run", 2],
    ["database_unreachable", 3],
    ["locked", 4],
  ])("what the pipeline answers with %s exits with %d", async (errorCode, exitCode) => {
    const error = { code: errorCode, title: "It did not work.", hint: "Try this.", faults: [], fault_count: 0 };
    const { code, stdout, stderr } = await runConsole(["show", "7"], { errors: { show: error } });
    expect({ code, stdout, stderr }).toEqual({
      code: exitCode,
      stdout: "",
      stderr: "error: It did not work.\nremedy: Try this.\n",
    });
  });

  test("a pipeline that dies in a run is told once, in the stream too", async () => {
    const script = { ...published, stop: { after: 9, how: "die" }, replies: { outcome: crashed } } as const;
    const { code, stdout, stderr } = await runConsole(["--month", "0", "--json"], script);
    expect(code).toBe(3);
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      event: "run.failed",
      code: "pipeline_died",
      run: 1,
      seq: 9,
    });
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stderr).toContain("\nerror: The pipeline subprocess ended by SIGKILL.");
    expect(stderr).toContain("\nremedy: Nothing was published, as the ledger says; ");
  });

  test("a pipeline that dies before the first event, too", async () => {
    const { code, stderr } = await runConsole(["--month", "0"], { stop: { after: 0, how: "die" } });
    expect(code).toBe(3);
    expect(stderr.match(/^error: The pipeline subprocess ended by SIGKILL\.$/gm)).toHaveLength(1);
  });

  test("a pipeline that talks nonsense is stopped", async () => {
    const script = { ...published, stop: { after: 9, how: "babble" } } as const;
    const { code, stderr } = await runConsole(["--month", "0", "--quiet"], script);
    expect(code).toBe(3);
    expect(stderr).toContain("with this line: this is no message");
  });
});

describe("signals during a run", () => {
  const waiting = { ...published, stop: { after: 20, how: "wait" } } as const;

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const)("%s cancels it, waits for the rollback, and exits with %d", async (signal, exitCode) => {
    const running = startConsole(["--month", "0", "--verbose"], waiting);
    await running.says("upsert    users");
    running.signal(signal);
    const { code, stdout, stderr } = await running.outcome;
    expect(code).toBe(exitCode);
    expect(stderr).toContain("Cancelling: ");
    expect(stderr).toContain("error: The run was cancelled and rolled back.\n  month_000, run 1, stage upsert\n");
    expect(stdout).toContain("month_000 → 2024-01-31: cancelled, nothing was published\n");
  });

  test("one that comes twice at once is the same wish", async () => {
    const running = startConsole(["--month", "0", "--verbose"], waiting);
    await running.says("upsert    users");
    running.signal("SIGINT");
    running.signal("SIGTERM");
    const { stderr } = await running.outcome;
    expect(stderr).toContain("error: The run was cancelled and rolled back.");
  });

  test("a later one ends a pipeline that does not listen", async () => {
    const script = { ...published, stop: { after: 20, how: "ignore" }, replies: { outcome: crashed } } as const;
    const running = startConsole(["--month", "0", "--verbose"], script);
    await running.says("upsert    users");
    running.signal("SIGINT");
    await signalAgain(running);
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    expect(stderr.match(/^Cancelling: /gm)).toHaveLength(1);
    expect(stderr).toContain("error: The pipeline subprocess ended by SIGKILL.");
  });

  test("a run that publishes before the cancel takes effect keeps its own exit code", async () => {
    const script = { ...published, stop: { after: 20, how: "wait, then finish" } } as const;
    const running = startConsole(["--month", "0", "--verbose"], script);
    await running.says("upsert    users");
    running.signal("SIGINT");
    const { code, stdout } = await running.outcome;
    expect(code).toBe(0);
    expect(stdout).toContain("published by run 1");
  });
});
