import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { patchedDependencies } from "../../package.json";
import { start } from "./process.ts";

/** A console whose packages were installed by npm or pnpm, which know nothing of patches. */

setDefaultTimeout(60_000);
const project = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "streamflow-unpatched-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("is told to install them by bun, before it does anything", async () => {
  const packages = join(folder, "node_modules");
  mkdirSync(packages);
  for (const name of ["src", "db", "package.json"]) {
    cpSync(join(project, name), join(folder, name), { recursive: true });
  }
  for (const name of readdirSync(join(project, "node_modules")).filter((one) => one !== "postgres")) {
    symlinkSync(join(project, "node_modules", name), join(packages, name));
  }
  const driver = join(packages, "postgres");
  cpSync(join(project, "node_modules/postgres"), driver, { recursive: true });
  const [, patch = ""] = Object.entries(patchedDependencies).find(([name]) => name.startsWith("postgres@")) ?? [];
  const words = ["git", "apply", "--reverse", join(project, patch)];
  const { success, stderr } = Bun.spawnSync(words, {
    cwd: driver,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
  });
  expect({ success, said: stderr.toString() }).toEqual({ success: true, said: "" });

  const { PATH = "", HOME = "" } = process.env;
  const console_ = [process.execPath, join(folder, "src/main.ts"), "months", "--data", folder];
  const { outcome } = start([...console_, "--database", "postgresql://nobody@127.0.0.1:1/none"], { PATH, HOME });
  const { code, stdout, stderr: said } = await outcome;
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(said).toContain("The library `postgres` is installed without the console's patch.");
  expect(said).toContain("Run `bun install`");
});
