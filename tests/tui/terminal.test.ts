import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { homesFolder } from "../helpers/homes.ts";
import { keys, openScreen, pipelineOf, type Screen, type ScreenOptions } from "../helpers/terminal.ts";

/** Sessions in a real pseudo-terminal, as a person would have them, over a fake pipeline. */

const program = fileURLToPath(new URL("../helpers/console.ts", import.meta.url));
const open: Screen[] = [];

// A machine that is busy with other tests is slow to start programs; a wait that fails says so by itself.
setDefaultTimeout(120_000);

function start(scenario: string, options: ScreenOptions = {}): Screen {
  const screen = openScreen([process.execPath, program, scenario], options);
  open.push(screen);
  return screen;
}

const homes = homesFolder();
afterAll(() => homes.remove());

afterEach(async () => {
  await Promise.all(open.splice(0).map((screen) => screen.close()));
});

test("lists the months, runs one to the end, and leaves the terminal as it was", async () => {
  const screen = start("published");
  const before = screen.found;
  expect(await screen.shows("24/24")).toContain("month_002 2024-03-31");
  expect(screen.state().alternateScreen).toBe(true);
  screen.type("\x1b[<0;5;5M\x1b[<0;5;5m");
  await screen.shows("▸ month_001");
  screen.type("\x1b[<64;5;5M");
  await screen.shows("▸ month_002");
  screen.type("r");
  expect(await screen.shows("Run month_002?")).toContain("6 files");
  screen.type(keys.enter);
  expect(await screen.shows("published in")).toContain("35,600 rows sealed as of 2024-03-31");
  screen.type(keys.esc);
  await screen.shows("Months");
  screen.type("q");
  expect(await screen.exited).toBe(0);
  expect(screen.state()).toEqual(before);
  const written = screen.written();
  expect(written.lastIndexOf("\x1b[?1000l")).toBeGreaterThan(written.lastIndexOf("\x1b[?1000h"));
  expect(written).toContain("\x1b]2;StreamFlow console\x07");
  expect(written.lastIndexOf("\x1b[23;2t")).toBeGreaterThan(written.lastIndexOf("\x1b]2;"));
});

test("cancels a run half way, after a question, while the terminal is resized", async () => {
  const screen = start("halfway");
  await screen.shows("24/24");
  screen.type("r");
  await screen.shows("Run month_002?");
  screen.type(keys.enter);
  await screen.shows("eta");
  screen.resize(60, 15);
  await screen.shows(/labels.*\n.*\n.*rows written\/s/);
  screen.resize(20, 5);
  expect(await screen.shows("too small")).toContain("60x15");
  screen.resize(120, 40);
  await screen.shows("rows written/s · nobody sees any of it until all of it is sound");
  screen.type("c");
  await screen.shows("Cancel the run?");
  screen.type(keys.esc);
  await screen.hides("Cancel the run?");
  screen.type("c");
  await screen.shows("Cancel the run?");
  screen.type(keys.enter);
  await screen.shows("cancelled, rolled back");
  screen.type("q");
  expect(await screen.exited).toBe(0);
});

test("help, filter and paste", async () => {
  const screen = start("published");
  await screen.shows("24/24");
  screen.type("?");
  await screen.shows("On this screen: months");
  screen.type(keys.esc);
  await screen.hides("On this screen");
  screen.type("/");
  screen.type("001");
  await screen.hides("month_000");
  screen.type(keys.esc);
  await screen.shows("month_000");
  screen.type(keys.paste("q\rr\r"));
  await screen.shows("Pasted text is ignored");
  screen.type("q");
  expect(await screen.exited).toBe(0);
});

test("drills from a failed run to the value and its line, and copies the SQL", async () => {
  const screen = start("rejected");
  await screen.shows("24/24");
  screen.type("r");
  await screen.shows("Run month_002?");
  screen.type(keys.enter);
  await screen.shows("rejected in");
  screen.type("v");
  expect(await screen.shows("subscriptions.csv:4")).toContain("✘ subscriptions");
  screen.type(keys.enter);
  // A wide key keeps the columns; a bidi override in a key is shown, not obeyed.
  expect(await screen.shows("the first 3 of 12")).toMatch(/日本-0001 +"-0.01/);
  expect(screen.text()).toContain("9237\\u{202e}PRT");
  screen.type("S");
  await screen.shows("Copied the SQL.");
  const copied = /\x1b\]52;c;([\w+/=]+)\x07/.exec(screen.written())?.[1] ?? "";
  expect(Buffer.from(copied, "base64").toString()).toMatch(/^begin;\n.*\nselect user_id, .*\nrollback;$/s);
  screen.type(keys.esc);
  await screen.shows("2 of 24 failed");
});

test("browses counts by as_of, compares two, and verifies the seals", async () => {
  const screen = start("published", { columns: 120, rows: 40 });
  await screen.shows("24/24");
  screen.type("s");
  await screen.shows(/rows by as_of[\s\S]*2024-01-31 +7,043/);
  screen.type(" ");
  await screen.shows("marked: 2024-02-29");
  screen.type(keys.enter);
  expect(await screen.shows("psi 0.310")).toContain("2024-01-31 → 2024-02-29");
  screen.type(keys.esc);
  await screen.shows("rows by as_of");
  screen.type("v");
  expect(await screen.shows("1 of 10 seals differ")).toContain("BROKEN");
});

test("what another process writes to the ledger shows up by itself", async () => {
  const screen = start("arriving");
  await screen.shows("2 months");
  await screen.shows("month_002");
});

test("a pipeline that is killed during a run: its end is told, and nothing was published", async () => {
  const screen = start("halfway");
  await screen.shows("24/24");
  screen.type("r");
  await screen.shows("Run month_002?");
  screen.type(keys.enter);
  await screen.shows("eta");
  process.kill(await pipelineOf(screen.pid), "SIGKILL");
  expect(await screen.shows("The pipeline subprocess ended by SIGKILL.")).toContain("crashed in");
  screen.type("q");
  expect(await screen.exited).toBe(0);
});

describe("the environment is obeyed", () => {
  const lightBand = "48;5;254";
  const darkBand = "48;5;237";
  test("the terminal's background, where it tells it; a theme that was chosen goes before it, in the next session, too", async () => {
    const home = join(homes.path, "published");
    const options = { background: "rgb:ffff/ffff/ffff" };
    const screen = start(home, options);
    await screen.shows("24/24");
    await screen.until(() => screen.written().includes(lightBand), "a light line under the cursor");
    screen.type(`:theme dark${keys.enter}`);
    await screen.until(() => screen.written().includes(darkBand), "a dark one");
    screen.type("q");
    await screen.exited;
    const next = start(home, options);
    await next.shows("24/24");
    await next.until(() => next.written().includes(darkBand), "a dark line under the cursor");
    // The answer has been read once a key after it was.
    next.type("?");
    await next.shows("every key");
    expect(next.written()).not.toContain(lightBand);
  });
  test("NO_COLOR: no colour, yet every state has its word", async () => {
    const screen = start("published", { env: { NO_COLOR: "1" } });
    expect(await screen.shows("24/24")).toContain("sealed");
    expect(screen.written()).not.toMatch(/\x1b\[[\d;]*m/);
  });
  test("LANG=C: nothing beyond ASCII is written", async () => {
    const screen = start("published", { env: { LANG: "C" } });
    await screen.shows("24/24");
    expect(screen.written()).toMatch(/^[\x07-\x7e]*$/);
  });
  test("INK_SCREEN_READER: words for signs, no rules, no bars", async () => {
    const screen = start("published", { env: { INK_SCREEN_READER: "true" } });
    expect(await screen.shows("24/24")).toContain("selected: month_002");
    expect(screen.text()).toContain("passed passed 24/24 sealed");
    expect(screen.text()).not.toMatch(/[─✔▸·]/);
  });
  test("CI=1 is no reason to stay silent on a terminal", async () => {
    const screen = start("published", { env: { CI: "1" } });
    await screen.shows("24/24");
  });
});

test("a pipeline that is killed is reported and can be started again", async () => {
  const screen = start("published");
  await screen.shows("24/24");
  process.kill(await pipelineOf(screen.pid), "SIGKILL");
  await screen.shows("The pipeline ended by SIGKILL; ctrl-r starts it again.");
  screen.type("r");
  await screen.shows("The pipeline is gone");
  screen.type(keys.ctrlR);
  await screen.shows("Starting the pipeline again.");
  screen.type("r");
  await screen.shows("Run month_002?");
});

test("Ctrl-Z gives the terminal back to the shell, and it is taken again on return", async () => {
  const screen = start("published");
  const before = screen.found;
  await screen.shows("24/24");
  screen.type("\x1a");
  await screen.until(() => Bun.deepEquals(screen.state(), before), "the shell's terminal as it was");
  screen.resize(100, 30);
  // The terminal is the shell's a moment before the program listens for its turn; a signal that comes earlier is lost.
  const isBack = () => {
    if (screen.text().includes("24/24")) return true;
    screen.kill("SIGCONT");
    return false;
  };
  expect((await screen.until(isBack, "the screen again")).split("\n").length).toBe(30);
  screen.type("q");
  expect(await screen.exited).toBe(0);
  expect(screen.state()).toEqual(before);
});

const sizes: [columns: number, rows: number][] = [
  [80, 24],
  [60, 15],
  [120, 40],
  [20, 5],
  [200, 60],
  [61, 16],
];

const ways: Record<string, { leave(screen: Screen): void | Promise<void>; code: number }> = {
  q: { leave: (screen) => screen.type("q"), code: 0 },
  "Ctrl-C": { leave: (screen) => screen.type(keys.ctrlC), code: 130 },
  SIGTERM: { leave: (screen) => screen.kill("SIGTERM"), code: 143 },
  SIGHUP: { leave: (screen) => screen.kill("SIGHUP"), code: 143 },
  "a crash of ours": { leave: (screen) => screen.kill("SIGUSR2"), code: 3 },
  "kill -9 of the pipeline, then q": {
    async leave(screen) {
      process.kill(await pipelineOf(screen.pid), "SIGKILL");
      screen.type("q");
    },
    code: 0,
  },
};

describe("whichever way it is left, the terminal is as it was", () => {
  for (const [way, { leave, code }] of Object.entries(ways)) {
    test(`by ${way}, at six sizes`, async () => {
      await Promise.all(
        sizes.map(async ([columns, rows]) => {
          const screen = start("published", { columns, rows });
          const before = screen.found;
          await screen.shows(columns < 60 ? "too small" : "24/24");
          await leave(screen);
          expect(await screen.exited).toBe(code);
          expect(screen.state()).toEqual(before);
          if (way === "a crash of ours") expect(screen.written()).toContain("made to crash");
        }),
      );
    });
  }
});
