/** The pipeline's process as it is started: it waits to be told where things are. */
export type Subprocess = ReturnType<typeof spawnPipeline>;

const pipelineEntry = Bun.fileURLToPath(new URL("../pipeline/main.ts", import.meta.url));

/**
 * The memory that the subprocess takes the machine to have, in bytes: its collector lets garbage grow by a share of that.
 * It needs no more for any size of a drop, and what it allocates most, buffers of a file's pieces, dies at once.
 */
const presumedMemory = 512 * 2 ** 20;

/**
 * Start the subprocess. It dies with us, even by kill -9 (`--no-orphans`), and the server then rolls back.
 * `entry` is the program to run: another one that speaks the same protocol stands in for it in tests.
 */
export function spawnPipeline(entry: string = pipelineEntry) {
  return Bun.spawn([process.execPath, "--no-orphans", entry], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, BUN_JSC_forceRAMSize: String(presumedMemory) },
  });
}
