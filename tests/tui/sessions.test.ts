import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDrop } from "../../data/generate/drop.ts";
import { monthName } from "../../src/core/month.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import type { ServerUse } from "../../src/postgres/embedded/server.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { acquire, type HomesFolder, homesFolder } from "../helpers/homes.ts";
import { closePipelines, runMonths } from "../helpers/pipeline.ts";
import { consoleProgram } from "../helpers/program.ts";
import { gone, keys, openScreen, pipelineOf, type Screen } from "../helpers/terminal.ts";

/** Sessions as an operator has them, over the real pipeline and the embedded server: one home, prepared once. */

const population = { seed: 5, users: 300 };
/** Published beforehand; each session then publishes a month of its own, so the sessions come in this order. */
const published = ["month_000", "month_001"];
/** On disk from the beginning, newer than all others, and never fit to be published. */
const bad = "month_009";
const badLine = 4;

setDefaultTimeout(120_000);

let homes: HomesFolder;
let server: ServerUse;
let home = "";
let data = "";
const open: Screen[] = [];

beforeAll(async () => {
  homes = homesFolder();
  home = join(homes.path, "home");
  data = mkdtempSync(join(tmpdir(), "streamflow-sessions-"));
  for (const month of [...published, bad]) writeDrop(population, Number(month.slice(-3)), data);
  spoil(join(data, bad, "usage_agg_30d.csv"));
  server = await acquire(home);
  const { exitCode } = await runMonths({ data, home, database: null }, published);
  await closePipelines();
  expect(exitCode).toBe(0);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((screen) => screen.close()));
});

afterAll(async () => {
  await server.release();
  homes.remove();
  rmSync(data, { recursive: true, force: true });
});

/** A negative number of hours on the fourth line: the header's second column. */
function spoil(path: string): void {
  const lines = readFileSync(path, "utf8").split("\n");
  lines[badLine - 1] = (lines[badLine - 1] ?? "").replace(/,[^,]*/, ",-3.2");
  writeFileSync(path, lines.join("\n"));
}

function start(columns: number, rows: number): Screen {
  const screen = openScreen([...consoleProgram, "--home", home, "--data", data], { columns, rows });
  open.push(screen);
  return screen;
}

async function leave(screen: Screen, before: ReturnType<Screen["state"]>): Promise<void> {
  screen.type("q");
  expect(await screen.exited).toBe(0);
  expect(screen.state()).toEqual(before);
}

/** Asks for a month's run by the command line of the console, up to its question. */
async function askFor(screen: Screen, month: string): Promise<void> {
  screen.type(":");
  await screen.shows(/choices/);
  screen.type(`run ${month}`);
  await screen.shows(`▸ run ${month}`);
  screen.type(keys.enter);
  await screen.shows(`Run ${month}?`);
}

/** The run's own title: the preview of the months tells of the run before in the same words. */
function atTop(month: string, words: string): RegExp {
  return new RegExp(`^ ${month} → .*${words}`);
}

/** From the months to the end of a run of a good one, and back. */
async function publishes(screen: Screen, month: string): Promise<void> {
  await askFor(screen, month);
  screen.type(keys.enter);
  expect(await screen.shows(atTop(month, "published in"))).toMatch(/✔ 1,[45]\d\d rows sealed as of/);
  screen.type("1");
  await screen.shows(new RegExp(`${month}.*24/24 +sealed +ok`));
}

/** From the months down to the value that spoils the bad one, and where it stands. */
async function findsTheBadValue(screen: Screen): Promise<void> {
  await askFor(screen, bad);
  screen.type(keys.enter);
  await screen.shows(atTop(bad, "rejected in"));
  screen.type("v");
  await screen.shows("1 of 24 failed");
  expect(screen.lines().find((line) => line.includes("▸"))).toContain("✘ usage_agg_30d");
  screen.type(keys.enter);
  await screen.shows(/ SQL \S/);
  expect(await screen.shows(`usage_agg_30d.csv:${badLine}`)).toContain('"-3.2"');
  screen.type("1");
  await screen.shows(new RegExp(`${bad}.*rejected`));
}

/** Counts by as_of, their seals, and two of them compared. */
async function comparesTwo(screen: Screen): Promise<void> {
  screen.type("s");
  await screen.shows(/2024-01-31 +300/);
  screen.type("v");
  await screen.shows(/All \d+ seals are intact/);
  screen.type(" ");
  await screen.shows("marked: ");
  screen.type(keys.enter);
  await screen.shows(/moved far/);
  expect(screen.text()).toMatch(/subscriptions_profile.* → /);
  screen.type("1");
  await screen.shows("MONTH");
}

/** Do it half way through a run of the month, whose writes wait for us meanwhile. */
async function halfWay(screen: Screen, month: string, work: () => Promise<void>): Promise<void> {
  await askFor(screen, month);
  const writes = await blockWrites(server.url, "users");
  try {
    screen.type(keys.enter);
    await screen.shows(/users +━+ 100 %/);
    await work();
  } finally {
    await writes.release();
  }
}

/** Half way through a run of the month: its writes wait for us, and meanwhile the terminal takes on every size. */
async function cancelsHalfWay(screen: Screen, month: string, size: readonly [number, number]): Promise<void> {
  await halfWay(screen, month, async () => {
    for (const [width, height] of [...sizes, size]) {
      screen.resize(width, height);
      await screen.shows(width < 60 ? "too small" : /users +━+ 100 %/);
    }
    screen.type("c");
    await screen.shows("Cancel the run?");
    screen.type(keys.enter);
    await screen.shows(atTop(month, "cancelled, rolled back"));
  });
  screen.type("1");
  await screen.shows(new RegExp(`${month}.*cancelled`));
}

const sizes = [
  [80, 24],
  [60, 15],
  [120, 40],
  [20, 5],
] as const;

/** Where the session goes on when its terminal is too small for one. */
const enlarged = [80, 24] as const;

for (const [index, size] of sizes.entries()) {
  const [columns, rows] = size;
  test(`a session at ${columns} by ${rows}`, async () => {
    const month = monthName(published.length + index);
    writeDrop(population, published.length + index, data);
    const screen = start(columns, rows);
    const before = screen.found;
    const isSmall = columns < 60;
    if (isSmall) {
      await screen.shows("20x5 is too small");
      // No key reaches a screen that nobody sees.
      screen.type("r\r");
      // Once it has drawn what came after the keys, it has read them, too.
      screen.resize(columns + 1, rows);
      await screen.shows(`${columns + 1}x${rows} is too small`);
      screen.resize(...enlarged);
      expect(await screen.shows("24/24")).not.toContain("Run month");
    }
    await screen.shows(/month_000.*24\/24 +sealed +ok/);
    await cancelsHalfWay(screen, month, isSmall ? enlarged : size);
    await publishes(screen, month);
    await findsTheBadValue(screen);
    await comparesTwo(screen);
    if (isSmall) {
      screen.resize(columns, rows);
      await screen.shows("20x5 is too small");
    }
    await leave(screen, before);
  });
}

test("kill -9 of the pipeline half way: told, started again, and the month shown as crashed with what to do", async () => {
  const month = monthName(published.length + sizes.length);
  writeDrop(population, published.length + sizes.length, data);
  const screen = start(80, 24);
  await screen.shows("24/24");
  await halfWay(screen, month, async () => {
    process.kill(await pipelineOf(screen.pid), "SIGKILL");
    expect(await screen.shows("ctrl-r starts it again")).toContain("The pipeline subprocess ended by SIGKILL.");
  });
  screen.type(keys.ctrlR);
  screen.type("1");
  await screen.shows(new RegExp(`${month}.*crashed`));
  screen.type(`/${month}${keys.enter}`);
  await screen.shows(`filter: ${month}`);
  expect(await screen.shows("ended without a last word")).toContain("Nothing was published");
  // The ledger's own page of the run, as another console would open it.
  const other = start(80, 24);
  await other.shows("24/24");
  other.type(`/${month}${keys.enter}${keys.enter}`);
  expect(await other.shows(atTop(month, "crashed"))).toMatch(/Run\s+the month again,/);
});

test.each(["q", "Ctrl-C"])(
  "%s half way: the run is rolled back, and the last line in the shell says so",
  async (way) => {
    const month = monthName(published.length + sizes.length);
    writeDrop(population, published.length + sizes.length, data);
    const screen = start(80, 24);
    const before = screen.found;
    await screen.shows("24/24");
    await halfWay(screen, month, async () => {
      screen.type(way === "q" ? "q" : keys.ctrlC);
      if (way === "q") {
        await screen.shows("Leave while a run is going on?");
        screen.type(keys.enter);
      }
      expect(await screen.exited).toBe(way === "q" ? 0 : 130);
      const [first, ended, hint] = screen.lines().filter(Boolean).slice(-4);
      expect(first).toBe(`Ending the run of ${month} …`);
      expect(ended).toMatch(new RegExp(`^${month} → \\S+: cancelled, nothing was published$`));
      expect(hint).toContain("Nothing of this run was published; the database is as it was before it.");
      expect(screen.state()).toEqual(before);
    });
  },
);

test("the window is closed half way: the run is rolled back, and recorded so", async () => {
  const month = monthName(published.length + sizes.length);
  const screen = start(80, 24);
  await screen.shows("24/24");
  await halfWay(screen, month, async () => {
    const pipeline = await pipelineOf(screen.pid);
    screen.hangUp();
    expect(await screen.exited).toBe(143);
    await gone(pipeline);
  });
  const sql = connect(server.url);
  const [last] = await sql`select month, status from console.runs order by run desc limit 1`;
  expect(last).toEqual({ month, status: "interrupted" });
  await sql.end();
});

test("a series is left in its second month: each month is told, and those that were not run", async () => {
  const [first, second] = [published.length + sizes.length, published.length + sizes.length + 1];
  writeDrop(population, second, data);
  const usersOf = (index: number) => {
    const text = readFileSync(join(data, monthName(index), "users.csv"), "utf8");
    return text
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(",")[0] ?? "");
  };
  const known = new Set(Array.from({ length: second }, (_, index) => usersOf(index)).flat());
  const [fresh = ""] = usersOf(second).filter((user) => !known.has(user));
  const sql = connect(server.url);
  await sql.unsafe(`
    create function wait_for_us() returns trigger language plpgsql as $$ begin
      perform pg_advisory_xact_lock(7); return new; end $$;
    create trigger waits before insert on users for each row when (new.user_id = '${fresh}') execute function wait_for_us()`);
  await sql`select pg_advisory_lock(7)`;
  const screen = start(120, 40);
  await screen.shows("24/24");
  screen.type("R");
  await screen.shows("Run 3 pending months?");
  screen.type(keys.enter);
  await whoWaits(sql, "Lock");
  screen.type("q");
  await screen.shows("Leave while a run is going on?");
  screen.type(keys.enter);
  expect(await screen.exited).toBe(0);
  expect(screen.text()).toMatch(new RegExp(`${monthName(first)} → \\S+: published by run \\d+`));
  expect(screen.text()).toMatch(new RegExp(`${monthName(second)} → \\S+: cancelled, nothing was published`));
  expect(screen.text()).toMatch(new RegExp(`Not run:\\s+${bad}\\.`));
  await sql`drop trigger waits on users`;
  await sql.end();
});

test("it may be started from any folder", async () => {
  const words = `cd "$1" && shift && exec "$@"`;
  const start = [...consoleProgram, "--home", home, "--data", data];
  const screen = openScreen(["sh", "-c", words, "sh", tmpdir(), ...start]);
  open.push(screen);
  await screen.shows("24/24");
  screen.type("q");
  expect(await screen.exited).toBe(0);
});
