import { form, wordsOf } from "../core/self.ts";
import { builtFile, isBuilt, mayBeBuilt } from "./built.ts";

/** The pipeline's process as it is started: it waits to be told where things are. */
export interface Subprocess extends Bun.Subprocess<"pipe", "pipe", "pipe"> {
  /** Start one more of the same program. */
  another(): Subprocess;
}

/** Bun's option and its variable for the same: a program of one file takes no options of Bun's. */
const noOrphans = { option: "--no-orphans", variable: { BUN_FEATURE_FLAG_NO_ORPHANS: "1" } };

/** How the subprocess's engine is set: each value with the reason for it. */
const engine = {
  /**
   * The memory that it takes the machine to have, in bytes: its collector lets garbage grow by a share of that. It needs
   * no more for any size of a drop, and what it allocates most, buffers of a file's pieces, dies at once.
   */
  BUN_JSC_forceRAMSize: String(512 * 2 ** 20),
  /** How much garbage there may be before it is first collected, in bytes: a run of a small drop leaves no more. */
  BUN_JSC_largeHeapSize: String(24 * 2 ** 20),
  /**
   * Rounds after which code is compiled (500 and 100 by default) and optimised (1,000): a run of a small drop is over before
   * that pays, and with PostgreSQL beside it no core is idle. The loops over a large drop's cells get there in milliseconds.
   */
  BUN_JSC_thresholdForJITAfterWarmUp: "20000",
  BUN_JSC_thresholdForJITSoon: "4000",
  BUN_JSC_thresholdForOptimizeAfterWarmUp: "20000",
};

/**
 * Start the subprocess. It dies with us, even by kill -9 (`--no-orphans`), and the server then rolls back.
 * `entry` is the program to run: another one that speaks the same protocol stands in for it in tests.
 */
export function spawnPipeline(entry?: string): Subprocess {
  if (entry !== undefined) return started([process.execPath, noOrphans.option, entry], entry);
  return spawnFirst().subprocess;
}

/** The same, and whether what was built is of the files that lie there: that is looked at while the subprocess gets ready. */
export function spawnFirst(): { subprocess: Subprocess; isBuilt: boolean } {
  if (mayBeBuilt()) {
    const subprocess = started([process.execPath, noOrphans.option, builtFile("pipeline")]);
    if (isBuilt()) return { subprocess, isBuilt: true };
    // It has been told nothing yet.
    subprocess.kill("SIGKILL");
  }
  return { subprocess: started(wordsOf("pipeline", [noOrphans.option])), isBuilt: false };
}

function started(words: string[], entry?: string): Subprocess {
  const child = Bun.spawn(words, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...engine, ...(form === "one_file" && noOrphans.variable) },
  });
  return Object.assign(child, { another: () => spawnPipeline(entry) });
}
