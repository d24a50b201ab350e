import { expect, test } from "bun:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SourceFile, sourceFiles, targetOf } from "./helpers/imports.ts";

/** Bun gives tests and hooks five seconds, which a server or a program may need on a busy machine before it does anything. */

const root = fileURLToPath(new URL("..", import.meta.url));
const files = [...(await sourceFiles("tests")), ...(await sourceFiles("data")), ...(await sourceFiles("src"))];
const byPath = new Map(files.map((file) => [file.path, file]));

/** What starts a server or a program when it is used. */
const starters = ["src/client/pipeline.ts", "src/client/subprocess.ts", "src/postgres/embedded/server.ts"];
const spawns = /\bBun\.spawn(?:Sync)?\(/;

/** The files of the tests that a test file is made of, by way of whatever it imports. */
function madeOf(file: SourceFile, seen = new Set<SourceFile>()): Set<SourceFile> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const name of file.imports) {
    const target = byPath.get(targetOf(file, name) ?? "");
    if (target?.path.startsWith("tests/")) madeOf(target, seen);
    else if (target !== undefined && starters.includes(target.path)) seen.add(target);
  }
  return seen;
}

test("a test file that starts servers or programs says how long its tests and hooks may take", async () => {
  const texts = new Map<string, string>();
  for (const { path } of files) texts.set(path, await Bun.file(join(root, path)).text());
  const starts = ({ path }: SourceFile) => starters.includes(path) || spawns.test(texts.get(path) ?? "");
  const tests = files.filter(({ path }) => path.endsWith(".test.ts"));
  const slow = tests.filter((file) => [...madeOf(file)].some(starts));
  expect(slow.length).toBeGreaterThan(60);
  // Those that run side by side have a limit of their own, each from its turn.
  const limits = /^setDefaultTimeout\(|\btestsOn\(/m;
  const silent = slow.filter(({ path }) => !limits.test(texts.get(path) ?? ""));
  expect(silent.map(({ path }) => path)).toEqual([]);
});
