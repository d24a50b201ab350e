/** What `bun install` ends with in a checkout: see `client/built.ts`. Without it all works, and starts a little later. */
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { dependencies } from "../../package.json" with { type: "json" };
import { builtFolder, type Stamp, stampOf } from "../client/built.ts";
import { ownFolder, shipped } from "../core/self.ts";

/** What every run needs; the others are loaded from where they are, by who needs them. */
const included = ["postgres", "csv-parse"];

async function prepare(): Promise<void> {
  const begun = Date.now();
  const made = `dist/pipeline-${process.pid}`;
  try {
    const { metafile } = await Bun.build({
      entrypoints: [shipped("src/pipeline/main.ts")],
      root: shipped("src/pipeline"),
      outdir: shipped(made),
      target: "bun",
      // The one that Bun keeps bytecode of.
      format: "cjs",
      bytecode: true,
      metafile: true,
      // Each error, of which the driver makes one a statement, would have it read, all of it; and nobody is told where one was made.
      sourcemap: "none",
      minify: { syntax: true, whitespace: true },
      external: [...Object.keys(dependencies).filter((name) => !included.includes(name)), "@ark/*"],
      define: { "import.meta.dir": "module.path" },
    });
    const stamp: Stamp = { bun: Bun.version, files: {} };
    for (const path of Object.keys(metafile?.inputs ?? {})) {
      const stats = statSync(path);
      if (Math.max(stats.mtimeMs, stats.ctimeMs) >= begun) throw new Error(`${path} was written meanwhile`);
      stamp.files[path] = stampOf(stats);
    }
    for (const file of ["main.js", "main.js.jsc"]) {
      stamp.files[`${builtFolder}/${file}`] = stampOf(statSync(`${made}/${file}`));
    }
    await Bun.write(resolve(made, "stamp.json"), JSON.stringify(stamp));
    rmSync(builtFolder, { recursive: true, force: true });
    renameSync(made, builtFolder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

process.chdir(ownFolder ?? ".");
try {
  mkdirSync("dist", { recursive: true });
  await prepare();
} catch (cause) {
  console.error(
    `The pipeline was not built, and starts from its files: ${cause instanceof Error ? cause.message : cause}`,
  );
}
