import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

/** What a program has loaded once its imports are there. */
function loadedBy(...files: readonly string[]): string {
  const paths = files.map((file) => fileURLToPath(new URL(`../../src/${file}`, import.meta.url)));
  const script = `for (const path of ${JSON.stringify(paths)}) await import(path);
    console.log(Object.keys(require.cache).join("\\n"));`;
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, "-e", script]);
  expect(exitCode).toBe(0);
  return stdout.toString();
}

test.each([
  ["front end's", ["program.ts", "tui/main.ts"]],
  ["pipeline's", ["core/messages/requests.ts", "pipeline/service.ts"]],
])("a %s start loads no checker and no parser: they take longer than all else of it", (_whose, files) => {
  const loaded = loadedBy(...files);
  for (const file of files) expect(loaded).toContain(`src/${file}`);
  expect(loaded).not.toMatch(/arktype|csv-parse/);
});
