import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtFolder } from "../../src/client/built.ts";
import { start } from "../headless/process.ts";
import { copyConsole, project } from "../helpers/copied-console.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** The pipeline as one file: it is started where it is of the very files that lie there, and never else. */

setDefaultTimeout(120_000);

const folder = join(mkdtempSync(join(tmpdir(), "streamflow-built-")), "console");
const stampFile = join(folder, builtFolder, "stamp.json");
const pipeline = join(folder, "src/pipeline/main.ts");
const built = join(folder, builtFolder, "main.js");
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase(migrated);
  copyConsole(folder);
  await prepare();
});
afterAll(async () => {
  rmSync(join(folder, ".."), { recursive: true, force: true });
  await database.drop();
});

const { PATH = "", HOME = "" } = process.env;

async function prepare(): Promise<void> {
  const { code, stderr } = await start([process.execPath, join(folder, "src/standalone/prepare.ts")], { PATH, HOME })
    .outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

/** The program that answered a listing, of which every line is as ever. */
async function programStarted(env: Record<string, string> = {}): Promise<string> {
  const list = join(folder, "loaded");
  const options = `--preload=${join(project, "tests/helpers/what-was-loaded.ts")}`;
  const words = ["runs", "--database", database.url, "--home", join(folder, "home"), "--data", folder];
  const run = start([process.execPath, join(folder, "src/main.ts"), ...words], {
    ...{ PATH, HOME, LOADED: list, BUN_OPTIONS: options },
    ...env,
  });
  const { code, stderr } = await run.outcome;
  expect(code).toBe(0);
  expect(stderr).toStartWith("There are no runs yet");
  const programs = readFileSync(list, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): string => JSON.parse(line).program);
  rmSync(list);
  const [other, ...more] = programs.filter((program) => program !== join(folder, "src/main.ts"));
  expect(more).toEqual([]);
  return other ?? "";
}

test("what is installed starts it, from wherever it was moved to", async () => {
  expect(await programStarted()).toBe(built);
  expect(readFileSync(built, "utf8")).not.toContain(folder);
});

test("there is nothing beside it that an error would have to read", () => {
  expect(readdirSync(join(folder, builtFolder)).sort()).toEqual(["main.js", "main.js.jsc", "stamp.json"]);
  expect(readFileSync(built, "utf8")).not.toContain("sourceMappingURL");
});

test("whoever works on the console can leave it out", async () => {
  expect(await programStarted({ STREAMFLOW_BUILT: "no" })).toBe(pipeline);
});

describe("it is left alone, and made anew by the next `bun install`, once", () => {
  const source = join(folder, "src/pipeline/die.ts");
  const changes: [string, () => void][] = [
    ["a file of it was edited", () => appendFileSync(source, "// another line\n")],
    [
      "one was edited to its old size, and its time put back",
      () => {
        const { atime, mtime } = statSync(source);
        const text = readFileSync(source, "utf8");
        writeFileSync(source, text.replace("// another line", "// another LINE"));
        utimesSync(source, atime, mtime);
      },
    ],
    ["it was cut short itself", () => writeFileSync(built, readFileSync(built, "utf8").slice(0, 5000))],
    [
      "another Bun has made it",
      () => writeFileSync(stampFile, readFileSync(stampFile, "utf8").replace(Bun.version, "1.0.0")),
    ],
    ["what it was made of is not known", () => writeFileSync(stampFile, "{")],
  ];

  test.each(changes)("%s", async (_what, change) => {
    await prepare();
    expect(await programStarted()).toBe(built);
    change();
    expect(await programStarted()).toBe(pipeline);
  });
});

test("what cannot be built is said, and is in nobody's way", async () => {
  const source = join(folder, "src/pipeline/die.ts");
  const before = readFileSync(source);
  writeFileSync(source, "export const die = ;");
  const { code, stderr } = await start([process.execPath, join(folder, "src/standalone/prepare.ts")], { PATH, HOME })
    .outcome;
  expect(code).toBe(0);
  expect(stderr).toStartWith("The pipeline was not built, and starts from its files: ");
  writeFileSync(source, before);
  expect(await programStarted()).toBe(pipeline);
});
