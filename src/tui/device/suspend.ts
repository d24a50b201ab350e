/**
 * The whole job, as the terminal would stop it: whoever started us, such as `bun run`, is what the shell waits for. A shell that
 * is not stopped with it has the pipeline, which is of the job too, go on at once. Where there is no shell to come back to,
 * the kernel stops nobody.
 */
const script = 'trap "" TSTP; kill -TSTP 0; kill -CONT "$1"';

/** Stops this process and those that wait for it until the shell takes them to the foreground again; the pipeline works on. */
export async function untilWoken(pipeline: number): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once("SIGCONT", () => resolve());
  Bun.spawn(["/bin/sh", "-c", script, "sh", String(pipeline)], { stdio: ["ignore", "ignore", "ignore"] });
  await promise;
  return null;
}
