import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPipeline } from "../../src/client/pipeline.ts";
import { fileOfRuns, runsIn, textOfRuns } from "../../src/core/home/known-runs.ts";
import { commands } from "../../src/headless/commands.ts";
import { completion } from "../../src/headless/completion.ts";
import { manual } from "../../src/headless/manual.ts";
import { addRuns } from "../../src/pipeline/telling/known-runs.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { runRequest } from "../helpers/pipeline.ts";
import { testDatabase } from "../helpers/server.ts";

/** What shells complete, and the man page: made of the same table as the help. */

setDefaultTimeout(60_000);

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
let drops: DropFolder;
const settings = () => ({ data: drops.path, home: join(drops.path, "home"), database: null }) as never;

beforeAll(() => {
  drops = dropFolder();
  for (const month of ["month_000", "month_012", "2024-05", "other", "with blanks"])
    mkdirSync(join(drops.path, month), { recursive: true });
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

test("bash is offered the same after a flag's =, which is a word of its own there, and paths in one piece", () => {
  const [cut, whole] = [join(drops.path, "wi"), join(drops.path, "with blanks")];
  expect(offered("streamflow-console", "--data", cut)).toEqual([whole]);
  expect(offered("streamflow-console", "--data", "=", cut)).toEqual([whole]);
  expect(offered("streamflow-console", "months", "--data", "=")).toEqual(offered("streamflow-console", "--data", ""));
  expect(offered("streamflow-console", "--data", "=", "drops", "--pen")).toEqual(["--pending"]);
});

test("the months are those of the folder, and no process is started for them", () => {
  const env = { PATH: process.env.PATH ?? "", STREAMFLOW_HOME: join(drops.path, "home") };
  const asked = Bun.spawnSync([process.execPath, main, "completion", "months", "--data", drops.path], { env });
  expect([asked.exitCode, asked.stdout.toString()]).toEqual([0, "2024-05\nmonth_000\nmonth_012\n"]);
});

describe("runs", () => {
  const home = () => join(drops.path, "home");
  const runsOf = (...flags: string[]) => {
    const env = { PATH: process.env.PATH ?? "", STREAMFLOW_HOME: home() };
    const words = [process.execPath, main, "completion", "runs", ...flags];
    return Bun.spawnSync(words, { env }).stdout.toString();
  };

  test("are those that ended or were listed, by what they came to, and no other ledger's", async () => {
    const database = await testDatabase(migrated);
    mkdirSync(home(), { recursive: true });
    const pipeline = startPipeline({ data: drops.path, home: home(), database: database.url });
    await pipeline.call(runRequest(["month_000"])).catch(() => null);
    await pipeline.close();
    const ended = runsOf("--database", database.url);
    expect(ended).toMatch(/^1\tmonth_000, drop rejected\n$/);
    const lister = startPipeline({ data: drops.path, home: home(), database: database.url });
    await lister.call({ kind: "runs" });
    await lister.close();
    expect(runsOf("--database", database.url)).toBe("1\tmonth_000, rejected\n");
    expect(runsOf()).toBe("");
    await database.drop();
  });

  test("are whole ones, of a list that was cut short as well, and no file is ever beside it", async () => {
    const known = [4, 123].map((run) => ({ run, about: "month_000, published" }));
    const text = textOfRuns(known, settings());
    const found = [...text].map((_, length) => runsIn(text.slice(0, length), settings()).map(({ run }) => run));
    expect(found.filter((runs) => runs.length > 0 && runs[0] !== 123)).toEqual([]);
    expect(found.filter((runs) => runs.length > 1)).toEqual([]);
    mkdirSync(home(), { recursive: true });
    const written: (string | null)[] = [];
    await new Promise<void>((resolve) => {
      const watcher = watch(home(), (_, name) => {
        written.push(name);
        if (name === fileOfRuns) resolve(watcher.close());
      });
      addRuns(settings(), new Map([[124, "month_001"]]));
    });
    expect(new Set(written)).toEqual(new Set([fileOfRuns]));
  });

  test("are offered behind --run and show, of the home that is named there", () => {
    const bin = join(drops.path, "bin");
    mkdirSync(bin, { recursive: true });
    const console = join(bin, "streamflow-console");
    writeFileSync(console, '#!/bin/sh\nprintf "1\\tmonth_000, failed\\n12\\tmonth_001\\n"\n');
    chmodSync(console, 0o755);
    expect(offered(console, "show", "")).toEqual(["1", "12"]);
    expect(offered(console, "report", "--run", "12")).toEqual(["12"]);
    expect(offered(console, "show", "--js")).toEqual(["--json"]);
    writeFileSync(console, '#!/bin/sh\nprintf "%s\\n" "$@" | tail -n 1\n');
    expect(offered(console, "--home", "/elsewhere", "show", "")).toEqual(["/elsewhere"]);
  });
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
