import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
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
import { inkInOneFile } from "../../src/standalone/ink.ts";
import { start } from "../headless/process.ts";
import { copyConsole, project } from "../helpers/copied-console.ts";
import { migrated } from "../helpers/database.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { bareEnvironment, preloading } from "../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { openScreen } from "../helpers/terminal.ts";

/** The console and its pipeline as one file each: they are started where they are of the very files that lie there, and never else. */

setDefaultTimeout(120_000);

const folder = join(mkdtempSync(join(tmpdir(), "streamflow-built-")), "console");
const stampFile = join(folder, builtFolder, "stamp.json");
const main = join(folder, "src/main.ts");
const preload = join(project, "tests/helpers/what-was-loaded.ts");
/** What the two processes are made of: what was built, or the files. */
const built = { console: join(folder, builtFolder, "console.js"), pipeline: join(folder, builtFolder, "pipeline.js") };
const bundles = [built.console, join(folder, builtFolder, "pipeline.cjs")];
const packaged = join(folder, "node_modules/csv-parse/lib/sync.js");
const files = { console: join(folder, "src/program.ts"), pipeline: join(folder, "src/pipeline/main.ts") };
type Programs = typeof built;
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase(migrated);
  copyConsole(folder, ["csv-parse"]);
  cpSync(join(project, "node_modules/csv-parse"), join(folder, "node_modules/csv-parse"), { recursive: true });
  await prepare();
});
afterAll(async () => {
  rmSync(join(folder, ".."), { recursive: true, force: true });
  await database.drop();
});

async function prepare(): Promise<void> {
  const { code, stderr } = await start([process.execPath, join(folder, "src/standalone/prepare.ts")], bareEnvironment)
    .outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

/** The programs that answered a listing, of which every line is as ever. */
async function programsStarted(env: Record<string, string> = {}): Promise<Programs> {
  const list = join(folder, "loaded");
  const words = ["runs", "--database", database.url, "--home", join(folder, "home"), "--data", folder];
  const run = start([process.execPath, main, ...words], {
    ...{ ...bareEnvironment, LOADED: list, ...preloading(preload) },
    ...env,
  });
  const { code, stderr } = await run.outcome;
  expect(code).toBe(0);
  expect(stderr).toStartWith("There are no runs yet");
  return programsIn(list).programs;
}

interface Loaded {
  program: string;
  loaded: string[];
}

/** Which programs these were, and all that the console loaded. */
function programsIn(list: string): { programs: Programs; loaded: string[] } {
  const told = readFileSync(list, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Loaded => JSON.parse(line));
  rmSync(list);
  const [pipeline, ...more] = told.filter(({ program }) => program !== main);
  const { loaded = [] } = told.find(({ program }) => program === main) ?? {};
  const consoles = [built.console, files.console].filter((one) => loaded.includes(one));
  expect([more, consoles.length]).toEqual([[], 1]);
  return { programs: { console: consoles[0] ?? "", pipeline: pipeline?.program ?? "" }, loaded };
}

test("what is installed starts them, from wherever it was moved to", async () => {
  expect(await programsStarted()).toEqual(built);
  for (const one of bundles) expect(readFileSync(one, "utf8")).not.toContain(folder);
});

test("the screens are drawn by it, Ink and all", async () => {
  const list = join(folder, "loaded");
  const drops = dropFolder();
  drops.write("month_000", smallDrop(["u1"]));
  const flags = ["--data", drops.path, "--home", join(folder, "home"), "--database", database.url];
  const env = { LOADED: list, ...preloading(preload) };
  mkdirSync(join(folder, "home"), { recursive: true });
  writeFileSync(join(folder, "home/console.json"), '{ "keys": { "q": "Q" } }');
  const screen = openScreen([process.execPath, main, ...flags], { env });
  await screen.shows("month_000");
  screen.type("Q");
  expect(await screen.exited).toBe(0);
  await screen.close();
  drops.remove();
  const { programs, loaded } = programsIn(list);
  expect(programs).toEqual(built);
  expect(loaded.filter((path) => /\/node_modules\/(ink|yoga-layout|react-reconciler|es-toolkit)\//.test(path))).toEqual(
    [],
  );
  // Of Ink it holds the part that keeps rows once, and nothing looks for another elsewhere.
  const text = readFileSync(built.console, "utf8");
  expect(text).not.toMatch(/import\.meta|devtools-core/);
  expect(text.match(/class Output\{/g)).toHaveLength(1);
});

test("no part of them, or of the program of one file, is looked for beside it", async () => {
  const { outputs } = await Bun.build({
    entrypoints: [join(project, "src/standalone/main.ts")],
    target: "bun",
    plugins: [inkInOneFile],
  });
  const texts = await Promise.all([...bundles.map((path) => Bun.file(path)), ...outputs].map((one) => one.text()));
  expect(texts.length).toBe(3);
  for (const text of texts) expect(text.match(/\brequire\w*\(["'`]\.{1,2}\/[^)]*\)/g)).toBeNull();
});

test("what tells emoji in it from other signs at a glance overlooks none", () => {
  const [isSeen, isEmoji] = [/\p{Emoji_Presentation}|\uFE0F/u, /^\p{RGI_Emoji}$/v];
  expect(readFileSync(built.console, "utf8")).toContain(`${isSeen}.test(segment)&&rgiEmojiRegex.test(segment)`);
  const all = Array.from({ length: 0x30000 }, (_, code) => String.fromCodePoint(code));
  // By itself, drawn as a picture, on a key, in a skin's colour, as half of a flag.
  const forms = ["", "\ufe0f", "\u20e3", "\ufe0f\u20e3", "\u{1f3fb}", "\u{1f1e6}", "\u200d\u2642"];
  const overlooked = forms.flatMap((form) =>
    all.filter((one) => isEmoji.test(one + form) && !isSeen.test(one + form)).map((one) => one + form),
  );
  expect(overlooked).toEqual([]);
  expect(all.filter((one) => isEmoji.test(one)).length).toBeGreaterThan(1_000);
});

test("there is nothing beside them that an error would have to read", () => {
  const made = ["console.js", "console.js.jsc", "pipeline.cjs", "pipeline.cjs.jsc", "pipeline.js", "stamp.json"];
  expect(readdirSync(join(folder, builtFolder)).sort()).toEqual(made);
  for (const one of bundles) expect(readFileSync(one, "utf8")).not.toContain("sourceMappingURL");
});

test("another checkout whose packages are linked to these ones makes no difference, neither when it comes nor when it goes", async () => {
  await prepare();
  const other = join(folder, "other-checkout.js");
  linkSync(packaged, other);
  expect(await programsStarted()).toEqual(built);
  rmSync(other);
  expect(await programsStarted()).toEqual(built);
});

test("whoever works on the console can leave them out", async () => {
  expect(await programsStarted({ STREAMFLOW_BUILT: "no" })).toEqual(files);
});

function cutShort(file: string): void {
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 5000));
}

describe("they are left alone, and made anew by the next `bun install`, once", () => {
  const source = join(folder, "src/pipeline/die.ts");
  const changes: [string, () => void][] = [
    ["a file of the pipeline was edited", () => appendFileSync(source, "// another line\n")],
    ["a file of a package was", () => appendFileSync(packaged, "// another line\n")],
    ["one of the screens was", () => appendFileSync(join(folder, "src/tui/reduce.ts"), "// another line\n")],
    [
      "one was edited to its old size, and its time put back",
      () => {
        const { atime, mtime } = statSync(source);
        const text = readFileSync(source, "utf8");
        writeFileSync(source, text.replace("// another line", "// another LINE"));
        utimesSync(source, atime, mtime);
      },
    ],
    ["the pipeline was cut short itself", () => cutShort(join(folder, builtFolder, "pipeline.cjs"))],
    ["what starts it was written again", () => cutShort(built.pipeline)],
    ["so was the console", () => cutShort(built.console)],
    [
      "another Bun has made it",
      () => writeFileSync(stampFile, readFileSync(stampFile, "utf8").replace(Bun.version, "1.0.0")),
    ],
    ["what it was made of is not known", () => writeFileSync(stampFile, "{")],
  ];

  test.each(changes)("%s", async (_what, change) => {
    await prepare();
    expect(await programsStarted()).toEqual(built);
    change();
    expect(await programsStarted()).toEqual(files);
  });
});

test("what cannot be built is said, and is in nobody's way", async () => {
  const source = join(folder, "src/pipeline/die.ts");
  const before = readFileSync(source);
  writeFileSync(source, "export const die = ;");
  const { code, stderr } = await start([process.execPath, join(folder, "src/standalone/prepare.ts")], bareEnvironment)
    .outcome;
  expect(code).toBe(0);
  expect(stderr).toStartWith("The console was not built, and starts from its files: ");
  expect(stderr).toContain("die.ts");
  writeFileSync(source, before);
  expect(await programsStarted()).toEqual(files);
});
