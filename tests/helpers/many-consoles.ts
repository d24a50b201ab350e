import { spawnPipeline } from "../../src/client/subprocess.ts";
import { titleOf } from "../../src/postgres/embedded/system/processes.ts";
import { main } from "../../src/program.ts";
import type { Place } from "./password-places.ts";

/**
 * The console at each of the places that stdin tells of as JSON, in turn and in one process. On both streams `between` and
 * the exit code stand behind what it says there; what a list of processes shows of its pipeline is told as well.
 */
export const between = "\x01";

if (import.meta.main) {
  const places: Place[] = await Bun.stdin.json();
  // Each console listens to the streams for as long as its process lives.
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
  const usual = { ...process.env };
  for (const { argv, env = {} } of places) {
    for (const name of Object.keys(process.env)) if (!(name in usual)) delete process.env[name];
    Object.assign(process.env, usual, env);
    const end = `${await main(argv, null, spawn)}${between}`;
    process.stdout.write(end);
    process.stderr.write(end);
  }
  process.exit(0);
}

function spawn() {
  const child = spawnPipeline();
  process.stdout.write(`${titleOf(child.pid)}\n`);
  return child;
}
