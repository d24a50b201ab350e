import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const root = new URL("../", import.meta.url);
const documents = ["ARCHITECTURE.md", "CONTRIBUTING.md", "ERRORS.md", "README.md", "SECURITY.md"];
const folders = ["src", "tests", "db", "data"];

const files = folders.flatMap((folder) => [...new Glob(`${folder}/**/*`).scanSync(fileURLToPath(root))]);
const isThere = (path: string) => files.some((file) => file === path || file.endsWith(`/${path}`));

async function quotedIn(document: string): Promise<string[]> {
  const text = await Bun.file(new URL(document, root)).text();
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted ?? "");
}

test.each(documents)("the files that %s names are there", async (document) => {
  const named = (await quotedIn(document)).filter((quoted) => /^[\w./@-]+\.(tsx?|sql|patch)$/.test(quoted));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

test("each law names a test that is there", async () => {
  const text = await Bun.file(new URL("ARCHITECTURE.md", root)).text();
  const laws = text.slice(text.indexOf("| law |"), text.indexOf("## Words")).split("\n").slice(2);
  const cited = laws.flatMap((line) => [...(line.split("|")[3] ?? "").matchAll(/`([^`]+)`/g)].map(([, test]) => test));
  expect(cited.length).toBeGreaterThan(15);
  const isTest = (name = "") => files.some((file) => file.startsWith("tests/") && file.includes(name));
  expect(cited.filter((name) => !isTest(name))).toEqual([]);
});

test("each switch of the tests is listed", async () => {
  const quoted = (await quotedIn("CONTRIBUTING.md")).map((one) => one.replace(/=.*/, ""));
  const ofOthers = new Set([
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "SUDO_UID",
    "SUDO_GID",
    "TERM",
    "TEST_RUN",
    "LOADED",
    "TZ",
  ]);
  const scripts = files.filter((path) => path.startsWith("tests/") && path.endsWith(".ts"));
  const texts = await Promise.all(scripts.map((path) => Bun.file(new URL(path, root)).text()));
  const used = texts.flatMap((text) => [...text.matchAll(/process\.env\.([A-Z_]+)/g)].map(([, name]) => name ?? ""));
  const switches = [...new Set(used)].filter((name) => !ofOthers.has(name));
  expect(switches.length).toBeGreaterThan(5);
  expect(switches.filter((name) => !quoted.includes(name))).toEqual([]);
});
