import { fileURLToPath } from "node:url";
import { startPipeline } from "../../src/client/pipeline.ts";
import { spawnPipeline } from "../../src/client/subprocess.ts";
import type { Settings } from "../../src/core/settings.ts";
import { runTui } from "../../src/tui/main.ts";

/**
 * The terminal console over a fake pipeline: `bun tests/helpers/console.ts SCENARIO [MILLISECONDS]`, of which so many are between
 * two looks at the ledger. SIGUSR2 makes it crash.
 */

process.on("SIGUSR2", () => {
  throw new Error("made to crash");
});
const fake = fileURLToPath(new URL("fake-pipeline.ts", import.meta.url));
const settings = { data: "data/seeds", home: process.argv[2] ?? "published", database: null };
const start = (with_: Settings) => startPipeline(with_, spawnPipeline(fake));
const pause = process.argv[3];
process.exit(await runTui(settings, { start, ...(pause !== undefined && { idlePause: Number(pause) }) }));
