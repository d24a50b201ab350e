import type { Settings } from "../core/settings.ts";

/** The pipeline's process as it is started: it waits to be told where things are. */
export interface Subprocess extends Bun.Subprocess<"pipe", "pipe", "pipe"> {
  /** Start one more of the same program. */
  another(): Subprocess;
  /** Have one more of it let go of what this one could not. */
  leave(settings: Settings): void;
}

const pipelineEntry = Bun.fileURLToPath(new URL("../pipeline/main.ts", import.meta.url));

/** How the subprocess's engine is set: each value with the reason for it. */
const engine = {
  /**
   * The memory that it takes the machine to have, in bytes: its collector lets garbage grow by a share of that. It needs
   * no more for any size of a drop, and what it allocates most, buffers of a file's pieces, dies at once.
   */
  BUN_JSC_forceRAMSize: String(512 * 2 ** 20),
  /**
   * Rounds after which code is optimised, 1,000 by default: a run of a small drop is over before that pays, and with
   * PostgreSQL beside it no core is idle. The loops over a large drop's cells get there in milliseconds.
   */
  BUN_JSC_thresholdForOptimizeAfterWarmUp: "20000",
};

/**
 * Leave the embedded server in the place of a subprocess that was killed and could not: whoever uses it last stops it. Done
 * by a process of its own, for which nobody waits.
 */
function leaveInPlaceOf({ database, ...settings }: Settings, entry: string): void {
  if (database !== null) return;
  const said = [{ settings: { database, ...settings } }, { id: 0, request: { kind: "db", action: "leave" } }];
  const lines = said.map((line) => `${JSON.stringify(line)}\n`).join("");
  const stdin = new TextEncoder().encode(lines);
  Bun.spawn([process.execPath, entry], { stdin, stdout: "ignore", stderr: "ignore", detached: true }).unref();
}

/**
 * Start the subprocess. It dies with us, even by kill -9 (`--no-orphans`), and the server then rolls back.
 * `entry` is the program to run: another one that speaks the same protocol stands in for it in tests.
 */
export function spawnPipeline(entry: string = pipelineEntry): Subprocess {
  const child = Bun.spawn([process.execPath, "--no-orphans", entry], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...engine },
  });
  return Object.assign(child, {
    another: () => spawnPipeline(entry),
    leave: (settings: Settings) => leaveInPlaceOf(settings, entry),
  });
}
