import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engines, patchedDependencies } from "../../package.json";
import { copyConsole, project } from "../helpers/copied-console.ts";
import { bareEnvironment } from "../helpers/program.ts";
import { start } from "./process.ts";

/** Consoles that are not installed as they must be say so before they do anything. */

setDefaultTimeout(60_000);
const scratch = mkdtempSync(join(tmpdir(), "streamflow-installed-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function copied(name: string, without: readonly string[] = []): string {
  const folder = join(scratch, name);
  copyConsole(folder, without);
  return folder;
}

function run(folder: string, words: readonly string[], program = process.execPath) {
  return start([program, join(folder, "src/main.ts"), ...words], bareEnvironment).outcome;
}

describe("packages that were installed by npm or pnpm, which know nothing of patches", () => {
  let folder = "";
  beforeAll(() => {
    folder = copied("unpatched", ["postgres"]);
    const driver = join(folder, "node_modules/postgres");
    cpSync(join(project, "node_modules/postgres"), driver, { recursive: true });
    const [, patch = ""] = Object.entries(patchedDependencies).find(([name]) => name.startsWith("postgres@")) ?? [];
    const words = ["git", "apply", "--reverse", join(project, patch)];
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() };
    const { success, stderr } = Bun.spawnSync(words, { cwd: driver, env });
    expect({ success, said: stderr.toString() }).toEqual({ success: true, said: "" });
  });

  test.each([
    ["a server elsewhere", ["--database", "postgresql://nobody@127.0.0.1:1/none"]],
    ["the embedded one, which is not made then", ["--database", "embedded"]],
  ])("%s", async (_name, words) => {
    const home = join(folder, ".streamflow");
    const { code, stdout, stderr } = await run(folder, ["months", "--data", folder, "--home", home, ...words]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("error: The library `postgres` is installed without the console's patch.");
    expect(stderr).toContain("remedy: Run `bun install`");
    expect(readdirSync(folder)).not.toContain(".streamflow");
  });
});

test("a Bun that is too old", async () => {
  const folder = copied("too-old");
  const stated = readFileSync(join(folder, "package.json"), "utf8");
  writeFileSync(join(folder, "package.json"), stated.replace(engines.bun, ">=99.1.0"));
  for (const words of [["months"], ["--help"], []]) {
    const { code, stdout, stderr } = await run(folder, words);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain(`error: The console needs Bun 99.1.0 or newer; this is Bun ${Bun.version}.`);
    expect(stderr).toContain("remedy: ");
  }
});
