import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArguments } from "../../src/headless/arguments.ts";
import { commands } from "../../src/headless/commands.ts";
import { refuseUnwritable } from "../../src/headless/writable.ts";

let place = "";
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "writable-"));
  mkdirSync(join(place, "folder"));
  writeFileSync(join(place, "file"), "");
  symlinkSync("file", join(place, "link"));
  symlinkSync("loop", join(place, "loop"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What is said of such words on the command line; null where nothing is to be said. `@` is the folder of this test. */
async function refused(words: string): Promise<string | null> {
  const invocation = parseArguments(words.replaceAll("@", place).split(" "), "");
  if (invocation.kind === "text") throw new Error(`${words} asks for nothing`);
  const request = commands[invocation.name ?? "months"].request(invocation);
  if (request.kind !== "run" && request.kind !== "report") throw new Error(`${words} writes nothing`);
  try {
    await refuseUnwritable(request, invocation.values.report);
    return null;
  } catch (thrown) {
    return `${thrown}`.replaceAll(place, "@");
  }
}

test.each([
  ["--month 0 --metrics @/m.prom"],
  ["--month 0 --metrics @/file"],
  ["--month 0 --metrics @/link"],
  ["--month 0 --metrics /dev/null"],
  ["--month 0 --report @/new/page.html"],
  ["--month 0 --report @/folder"],
  ["--month 0 --report @/new/of/new"],
  ["report --out @/folder --junit @/new/file.xml --gx @/new"],
  ["report --out /dev/stdout"],
  ["report --all --out @/new"],
])("what can be written is not refused, nor touched: %s", async (words) => {
  expect(await refused(words)).toBeNull();
  expect(readdirSync(place).sort()).toEqual(["file", "folder", "link", "loop"]);
  expect(readdirSync(join(place, "folder"))).toEqual([]);
});

test.each([
  ["--month 0 --metrics @/new/m.prom", "--metrics @/new/m.prom cannot be written: ENOENT: no such file or directory."],
  ["--month 0 --metrics @/folder", "--metrics @/folder cannot be written: that is a folder."],
  ["--month 0 --metrics @/file/m.prom", "--metrics @/file/m.prom cannot be written: ENOTDIR: not a directory."],
  ["--month 0 --metrics @/loop", "ELOOP"],
  [`--month 0 --metrics @/${"m".repeat(250)}`, "ENAMETOOLONG"],
  // Of a system that lets nobody make files there.
  ...(process.platform === "linux" ? [["--month 0 --report /proc/none/page.html", "/proc/none/page.html cannot"]] : []),
  ["--month 0 --report @/file", "--report @/file cannot be written: that is a file."],
  ["--month 0 --report @/file/page.html", "ENOTDIR"],
  ["report --all --out @/file", "--out @/file cannot be written: that is a file."],
  ["report --junit @/folder", "--junit @/folder cannot be written: that is a folder."],
  ["report --gx @/file/of", "--gx @/file/of cannot be written: ENOTDIR: not a directory."],
])("what cannot be written is refused, by its flag and why: %s", async (words, why = "") => {
  expect(await refused(words)).toContain(why);
});
