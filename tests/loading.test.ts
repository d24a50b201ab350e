import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { watchRun } from "./bench/profile/watched-run.ts";
import { start } from "./headless/process.ts";
import { migrated } from "./helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "./helpers/drops.ts";
import { bareEnvironment, preloading } from "./helpers/program.ts";
import { type TestDatabase, testDatabase } from "./helpers/server.ts";
import { openScreen } from "./helpers/terminal.ts";

/** What is loaded at run time, and by which of the two processes: a listing is there at once because it loads so little. */

setDefaultTimeout(60_000);

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "src/main.ts");
const preload = join(root, "tests/helpers/what-was-loaded.ts");

type Process = "console" | "pipeline";

/** What draws the screens, which no command without one may load. */
const screens = ["node_modules/react/", "node_modules/ink/", "node_modules/ink-table/", "src/tui/"];
/** What draws pages, which only a report needs. */
const pages = ["node_modules/react-dom/", "node_modules/d3-", "node_modules/internmap/", "src/report/"];
/** What reads, judges and writes data, which is no concern of a listing: of the drops it knows which files there are. */
const work = [
  ...["node_modules/csv-parse/", "node_modules/hyparquet", "src/csv/", "src/expectations/", "src/export/"],
  ...["src/pipeline/run/run.ts", "src/pipeline/run/series.ts", "src/pipeline/stages/ingest.ts"],
  // To read the rules of tables takes the server as long as all else that it is asked of them.
  "src/postgres/catalog/ruled-tables.ts",
];
/** What checks data from outside: nobody needs it for what was found sound before. */
const checker = ["node_modules/arktype/", "node_modules/@ark/"];
/** For command lines that are unusual or wrong, and for whoever names no server: none of these is either. */
const seldom = ["node_modules/commander/", "src/postgres/embedded/"];
/** The database is the pipeline's, arguments and flags are the console's. */
const apart: Record<Process, string[]> = {
  console: ["node_modules/postgres/", "src/postgres/", "src/pipeline/"],
  pipeline: ["node_modules/commander/", "src/headless/", "src/client/"],
};

/** What tells why something failed: it is loaded once it did. */
const failures = [
  ...["src/postgres/remedies/", "src/postgres/connection/errors.ts", "src/postgres/roles/lacking.ts"],
  ...["src/postgres/catalog/read-only.ts", "src/pipeline/session/explained.ts", "src/pipeline/session/holder.ts"],
];

interface Case {
  words: string[];
  forbidden: string[];
  /** Of what is forbidden, what may be loaded all the same, by what its path begins with. */
  allowed: string[];
}

const ofListing = {
  forbidden: [...screens, ...pages, ...work, ...checker, ...failures],
  allowed: ["src/tui/device/terminal.ts"],
};
/** Which files there are, and what is none. */
const ofDrops = ["src/csv/drop/", "src/csv/files/regular-file.ts", "src/csv/files/source-fault.ts"];
const ofRun = { forbidden: [...screens, ...pages], allowed: ["src/tui/device/terminal.ts"] };
const cases: Case[] = [
  // The first of a home, whose manifest and suites nobody checked before.
  { words: ["--month", "0"], ...ofRun },
  { words: ["--month", "0", "--dry-run", "--force"], ...ofRun, forbidden: [...screens, ...pages, ...checker] },
  { words: ["months"], ...ofListing, allowed: [...ofDrops, "src/tui/device/terminal.ts"] },
  { words: ["runs"], ...ofListing },
  { words: ["snapshots"], ...ofListing },
  { words: ["show", "1"], ...ofListing },
];

let database: TestDatabase;
let drops: DropFolder;
let folder: string;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2"]));
  folder = mkdtempSync(join(tmpdir(), "streamflow-loaded-"));
});
afterAll(async () => {
  drops.remove();
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

/** A package may be linked from elsewhere. */
function inProject(path: string): string {
  const at = path.lastIndexOf("node_modules/");
  return at < 0 ? relative(root, path) : path.slice(at);
}

/** What Node has that a listing gets along with: each of the others brings streams, sockets or ciphers, and takes as long. */
const quick = ["node:async_hooks", "node:buffer", "node:fs", "node:fs/promises", "node:os", "node:path"];

/** "file imports name", for each module of Node's that these files import at once, and that takes its time. */
function slowOf(loaded: readonly string[]): string[] {
  return loaded.flatMap((path) => {
    const [, loader] = /\.([jt]sx?)$/.exec(path) ?? [];
    if (loader !== "js" && loader !== "ts" && loader !== "tsx") return [];
    const imports = new Bun.Transpiler({ loader }).scanImports(readFileSync(join(root, path), "utf8"));
    return imports
      .filter(({ kind }) => kind === "import-statement")
      .map(({ path: name }) => (isBuiltin(name) ? `node:${name.replace("node:", "")}` : null))
      .filter((name) => name !== null && !quick.includes(name))
      .map((name) => `${path} imports ${name}`);
  });
}

/** The files that each of the two processes loaded, by their paths in the project. */
async function loadedBy(words: readonly string[]): Promise<Record<Process, string[]>> {
  const list = join(folder, words.join(""));
  const flags = ["--data", drops.path, "--home", `${drops.path}/home`, "--database", database.url];
  const env = {
    ...bareEnvironment,
    LOADED: list,
    ...preloading(preload),
    STREAMFLOW_BUILT: "no",
  };
  const { code, stderr } = await start([process.execPath, main, ...words, ...flags], env).outcome;
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return toldBy(list);
}

function toldBy(list: string): Record<Process, string[]> {
  const told = readFileSync(list, "utf8").trimEnd().split("\n");
  const byProgram = new Map<string, string[]>();
  for (const line of told) {
    const { program, loaded } = JSON.parse(line) as { program: string; loaded: string[] };
    byProgram.set(relative(root, program), loaded.map(inProject));
  }
  expect([...byProgram.keys()].sort()).toEqual(["src/main.ts", "src/pipeline/main.ts"]);
  return { console: byProgram.get("src/main.ts") ?? [], pipeline: byProgram.get("src/pipeline/main.ts") ?? [] };
}

describe("a command loads what it needs", () => {
  test.each(cases)("$words", async ({ words, forbidden, allowed }) => {
    const loaded = await loadedBy(words);
    const needless = (["console", "pipeline"] as const).flatMap((process) =>
      loaded[process]
        .filter((path) => !allowed.some((one) => path.startsWith(one)))
        .filter((path) => [...forbidden, ...seldom, ...apart[process]].some((prefix) => path.startsWith(prefix)))
        .map((path) => `${process}: ${path}`),
    );
    expect(needless).toEqual([]);
    // What is certainly loaded is seen.
    expect(loaded.console).toContain("src/headless/commands.ts");
    expect(loaded.pipeline).toContain("node_modules/postgres/src/index.js");
    expect(loaded.pipeline).toContain("src/postgres/catalog/dataset-tables.ts");
  });
});

test("a listing has nothing of Node's loaded that takes its time, nor has a month with nothing to do", async () => {
  await loadedBy(["--month", "0"]);
  for (const words of [["months"], ["snapshots"], ["--month", "0"]]) {
    const { console, pipeline } = await loadedBy(words);
    expect({ words, slow: slowOf([...console, ...pipeline]) }).toEqual({ words, slow: [] });
  }
  expect(slowOf(["src/outlets/notify/deliver.ts"])).toContain("src/outlets/notify/deliver.ts imports node:crypto");
});

test("a listing makes one connection", async () => {
  for (const word of ["months", "runs", "snapshots"]) {
    const { connections } = await watchRun(database.url, [word, "--data", drops.path, "--home", `${drops.path}/home`]);
    expect({ word, connections }).toEqual({ word, connections: 1 });
  }
});

test("what reads and judges is seen when a run loads it", async () => {
  const { pipeline } = await loadedBy(["--month", "0", "--force"]);
  for (const path of ["src/csv/reader.ts", "src/expectations/evaluate.ts", "src/pipeline/run/run.ts"]) {
    expect(pipeline).toContain(path);
  }
  expect(pipeline.some((path) => path.startsWith("node_modules/csv-parse/"))).toBe(true);
});

test("the screens load one function of a library of hundreds", async () => {
  const list = join(folder, "screens");
  const flags = ["--data", drops.path, "--home", `${drops.path}/home`, "--database", database.url];
  const env = { LOADED: list, ...preloading(preload), STREAMFLOW_BUILT: "no" };
  const screen = openScreen([process.execPath, main, ...flags], { env });
  await screen.shows("month_000");
  screen.type("q");
  expect(await screen.exited).toBe(0);
  await screen.close();
  const { console } = toldBy(list);
  const ofLibrary = console.filter((path) => path.startsWith("node_modules/es-toolkit/"));
  expect(ofLibrary).toContain("node_modules/es-toolkit/dist/compat/function/throttle.mjs");
  expect(ofLibrary.length).toBeLessThan(10);
  expect(console.some((path) => path.startsWith("node_modules/ink/"))).toBe(true);
});
