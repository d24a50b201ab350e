import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatCount } from "../../../src/core/format.ts";
import { acquireServer } from "../../../src/postgres/embedded/server.ts";
import { openScreen, type Screen } from "../../helpers/terminal.ts";
import { dropsOf } from "../drops.ts";
import { printLine } from "./frames.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
const starts = 10;
const usualUsers = 7043;
/** Milliseconds between two keys of a quick typist, in which the run goes on undisturbed. */
const pause = 40;

const glance = 700;

/** Keys that each turn the screen into another, and what shows that they have. */
const keys: { key: string; answered(lines: string[]): boolean }[] = [
  { key: "?", answered: (lines) => lines[0]?.startsWith(" Help") === true },
  { key: "\x1b", answered: (lines) => lines[0]?.startsWith(" month") === true },
  { key: "\t", answered: (lines) => lines[2]?.startsWith(" log") === true },
  { key: "\t", answered: (lines) => lines[2]?.startsWith(" log") === false },
];

/** The console as it is, over the real pipeline and an embedded server that is running already. */
export async function real(users: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "streamflow-bench-home-"));
  // Started as root, the server runs as another user, who must get here.
  chmodSync(home, 0o755);
  const server = await acquireServer(home);
  try {
    await firstFrames(home);
    await onScreen(home, dropsOf(users), (screen) => keysDuringARun(screen, users));
  } finally {
    await server.release();
    rmSync(home, { recursive: true, force: true });
  }
}

/** On a screen of its own, which is closed whatever comes of the work. */
async function onScreen(home: string, data: string, work: (screen: Screen) => Promise<void>): Promise<void> {
  const screen = openScreen([process.execPath, main, "--home", home, "--data", data]);
  try {
    await work(screen);
    screen.type("q");
    await screen.exited;
  } finally {
    await screen.close();
  }
}

async function firstFrames(home: string): Promise<void> {
  const drawn: number[] = [];
  const listed: number[] = [];
  for (let start = 0; start < starts; start++) {
    const began = performance.now();
    await onScreen(home, dropsOf(usualUsers), async (screen) => {
      await screen.shows(/^ Months /m);
      drawn.push(performance.now() - began);
      await screen.shows("month_000");
      listed.push(performance.now() - began);
    });
  }
  printLine("command to first frame", drawn);
  printLine("command to the months", listed);
}

async function keysDuringARun(screen: Screen, users: number): Promise<void> {
  await screen.shows("month_000");
  // As long as it takes to see which month to run.
  await Bun.sleep(glance);
  screen.type("G");
  await screen.shows("▸ month_000");
  screen.type("r");
  await screen.shows("Run month_000?");
  screen.type("\r");
  await screen.shows(/^ month_000 → /);
  const times: number[] = [];
  for (let index = 0; !screen.text().includes("published in"); index++) {
    const { key, answered } = keys[index % keys.length] as (typeof keys)[number];
    const pressed = performance.now();
    screen.type(key);
    await screen.until(() => answered(screen.lines()), `the answer to ${key}`);
    times.push(performance.now() - pressed);
    await Bun.sleep(pause);
  }
  printLine(`a real run of ${formatCount(users)} users: switch`, times);
}
