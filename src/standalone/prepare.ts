/** What `bun install` ends with in a checkout: see `client/built.ts`. Without it all works, and starts a little later. */
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BuildConfig } from "bun";
import { dependencies } from "../../package.json" with { type: "json" };
import { builtFolder, lastTouched, type Program, type Stamp, stampOf } from "../client/built.ts";
import { ownFolder, shipped } from "../core/self.ts";
import { beginDraft, endDraft } from "../files/draft.ts";
import { inkInOneFile } from "./ink.ts";

interface Source {
  entry: string;
  /** What it is called, of one file. */
  made: string;
  /** Libraries that are put into it; the others are loaded from where they are, by who needs them. */
  included: readonly string[];
}

const sources: Record<Program, Source> = {
  // React stays where it is: what draws reports is loaded from its own files, and there has to be one React.
  console: { entry: "src/program.ts", made: "console.js", included: ["ink", "ink-table", "jsonc-parser"] },
  pipeline: { entry: "src/pipeline/main.ts", made: "pipeline.cjs", included: ["postgres", "csv-parse"] },
};

/**
 * What the pipeline is started by. Bun collects garbage once a program is loaded and goes on, which takes it ten milliseconds:
 * this one is never done loading. The console is loaded by `src/main.ts`, which is not before its own end.
 */
const start = { file: "pipeline.js", text: 'require("./pipeline.cjs");\nawait new Promise(() => {});\n' };

const common = {
  target: "bun",
  // The one that Bun keeps bytecode of.
  format: "cjs",
  bytecode: true,
  metafile: true,
  // Each error, of which the driver makes one a statement, would have it read, all of it; and nobody is told where one was made.
  sourcemap: "none",
  minify: { syntax: true, whitespace: true },
  // React's own choice between its two builds is made here, and where the file lies is told by CommonJS.
  define: { "import.meta.dir": "module.path", "process.env.NODE_ENV": JSON.stringify("production") },
  plugins: [inkInOneFile],
} satisfies Partial<BuildConfig>;

/** Makes one of them, and tells which files it is of. */
async function make(program: Program, outdir: string): Promise<string[]> {
  const { entry, made, included } = sources[program];
  const { metafile } = await Bun.build({
    ...common,
    entrypoints: [shipped(entry)],
    outdir,
    naming: made,
    external: [...Object.keys(dependencies).filter((name) => !included.includes(name)), "@ark/*"],
  });
  return Object.keys(metafile?.inputs ?? {});
}

async function prepare(): Promise<void> {
  const begun = Date.now();
  const made = beginDraft(builtFolder);
  try {
    const inputs = [await make("console", made), await make("pipeline", made)];
    const stamp: Stamp = { bun: Bun.version, files: {} };
    for (const path of new Set(inputs.flat())) {
      const stats = statSync(path);
      if (lastTouched(path, stats) >= begun) throw new Error(`${path} was written meanwhile`);
      stamp.files[path] = stampOf(path, stats);
    }
    await Bun.write(join(made, start.file), start.text);
    for (const file of [start.file, ...Object.values(sources).flatMap(({ made }) => [made, `${made}.jsc`])]) {
      const path = `${builtFolder}/${file}`;
      stamp.files[path] = stampOf(path, statSync(join(made, file)));
    }
    await Bun.write(join(made, "stamp.json"), JSON.stringify(stamp));
    rmSync(builtFolder, { recursive: true, force: true });
    renameSync(made, builtFolder);
  } finally {
    endDraft(made);
  }
}

/** What could not be read, and where, if that is what it was. */
function wordsOf(cause: unknown): string {
  const causes: unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return causes.map((one) => Bun.inspect(one)).join("\n");
}

process.chdir(ownFolder ?? ".");
try {
  mkdirSync("dist", { recursive: true });
  await prepare();
} catch (cause) {
  console.error(`The console was not built, and starts from its files: ${wordsOf(cause)}`);
}
