import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { homesFolder } from "../helpers/homes.ts";
import { gone, keys, openScreen } from "../helpers/terminal.ts";

/** What lives beside the screen: the shell's job, and the embedded server. */

setDefaultTimeout(120_000);

const root = fileURLToPath(new URL("../..", import.meta.url));
const homes = homesFolder();
afterAll(() => homes.remove());

test("Ctrl-Z stops the whole job, as `bun run` has it, and fg brings it back; its pipeline is not stopped", async () => {
  const shell = openScreen(["bash", "--norc", "-i"], { env: { PS1: "PROMPT> " } });
  await shell.shows("PROMPT>");
  // Whoever started the console waits for it, and is what the shell waits for.
  shell.type(`('${process.execPath}' '${root}tests/helpers/console.ts' published; :)\r`);
  await shell.shows("24/24");
  shell.type("\x1a");
  await shell.shows(/Stopped/);
  shell.type("ps -o stat= -p $(pgrep -f tests/helpers/fake-pipeline.ts -s $$) | cut -c1; echo is $((40 + 2))\r");
  // It waits, or is at something still.
  expect(await shell.shows("is 42")).toMatch(/^[SRD]$/m);
  shell.type("fg\r");
  await shell.shows("24/24");
  shell.type("q");
  await shell.shows(/PROMPT> $/m);
  shell.type("echo ended with $?\r");
  await shell.shows("ended with 0");
  await shell.close();
});

test("an embedded server that is gone is started again, and none is left by who is in a hurry", async () => {
  const home = join(homes.path, "home");
  const file = join(home, "postgres/data/postmaster.pid");
  const server = () => Number((existsSync(file) ? readFileSync(file, "utf8") : "").split("\n")[0]);
  const console_ = [process.execPath, join(root, "src/main.ts"), "--home", home, "--data", join(root, "data/seeds")];
  const screen = openScreen(console_);
  await screen.shows("month_000");
  const first = server();
  process.kill(first, "SIGKILL");
  await gone(first);
  screen.type("2");
  await screen.shows("Nothing was run yet.");
  screen.type(keys.ctrlR);
  await screen.shows("Read again.");
  const second = server();
  expect(second).not.toBe(first);
  screen.type(keys.ctrlC);
  screen.kill("SIGINT");
  expect(await screen.exited).toBe(130);
  await gone(second);
  await screen.close();
});
