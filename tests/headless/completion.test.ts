import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "../../src/headless/commands.ts";
import { completion } from "../../src/headless/completion.ts";
import { manual } from "../../src/headless/manual.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";

/** What shells complete, and the man page: made of the same table as the help. */

setDefaultTimeout(60_000);

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
let drops: DropFolder;
const settings = () => ({ data: drops.path, home: join(drops.path, "home"), database: null }) as never;

beforeAll(() => {
  drops = dropFolder();
  for (const month of ["month_000", "month_012", "other"]) mkdirSync(join(drops.path, month), { recursive: true });
});
afterAll(() => drops.remove());

/** What bash offers for these words, the last of them unfinished. */
function offered(...words: string[]): string[] {
  const script = `${completion("bash", settings())}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _streamflow_console; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const shell = Bun.spawnSync(["bash", "--norc", "-c", script, "bash", ...words]);
  expect(shell.stderr.toString()).toBe("");
  return shell.stdout.toString().trim().split("\n");
}

test("bash is offered commands, their flags and the words they take", () => {
  expect(offered("streamflow-console", "sn")).toEqual(["snapshots"]);
  expect(offered("streamflow-console", "export", "--as")).toEqual(["--as-of"]);
  expect(offered("streamflow-console", "db", "st")).toEqual(["start", "stop", "status"]);
  expect(offered("streamflow-console", "--pen")).toEqual(["--pending"]);
  expect(offered("streamflow-console", "")).toEqual(expect.arrayContaining(Object.keys(commands).filter(Boolean)));
});

test("the months are those of the folder, and no process is started for them", () => {
  const env = { PATH: process.env.PATH ?? "", STREAMFLOW_HOME: join(drops.path, "home") };
  const asked = Bun.spawnSync([process.execPath, main, "completion", "months", "--data", drops.path], { env });
  expect([asked.exitCode, asked.stdout.toString()]).toEqual([0, "month_000\nmonth_012\n"]);
});

test.each(["zsh", "fish"] as const)("%s has all commands and flags", (shell) => {
  const script = completion(shell, settings());
  for (const name of Object.keys(commands).filter(Boolean)) expect(script).toContain(name);
  for (const flag of ["pending", "as-of", "dry-run"]) expect(script).toContain(flag);
});

test("the man page has every command with its examples, and man reads it", () => {
  const page = manual();
  for (const [name, { examples }] of Object.entries(commands)) {
    if (name !== "") expect(page).toContain(`.SS streamflow\\-console ${name}`);
    expect(page.split("\n").filter((line) => line.startsWith(".B ")).length).toBeGreaterThan(
      Object.keys(examples).length,
    );
  }
  expect(page.split("\n").filter((line) => /^\.(?!TH|SH|SS|TP|B|PP)/.test(line))).toEqual([]);
});
