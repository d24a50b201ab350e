import { rmdirSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import type { ServerPaths } from "./home.ts";
import { isServerLocked } from "./locks.ts";
import { isServerIn, type Place, serversIn, titleOf } from "./processes.ts";
import { type Waiting, waitFor } from "./waiting.ts";

/** A server to be stopped: its process as we number it, and its data directory. */
export interface Stoppable {
  pid: number;
  place: Place;
  socketDirectory: string;
}

/**
 * How a server is told to go, ever more firmly (PostgreSQL manual, "Shutting Down the Server"): it rolls back and writes
 * everything; it leaves at once, and recovers at its next start; it is ended, and its sessions with it.
 */
const steps = [
  { signal: "SIGINT", patienceMs: 3_000 },
  { signal: "SIGQUIT", patienceMs: 8_000 },
  { signal: "SIGKILL", patienceMs: 10_000 },
] as const;

/** All that was changed is written at the end, which takes what the disk takes. */
const checkpointPatienceMs = 10 * 60_000;

/** Stop it. Returns when it is gone with all of its sessions; throws when even force does not help. */
export async function stopPostmaster(server: Stoppable, paths: ServerPaths, waiting: Waiting): Promise<void> {
  const { pid, place, socketDirectory } = server;
  const isGone = () => (isServerIn(pid, place) ? null : true);
  for (const { signal, patienceMs } of steps) {
    if (isGone() !== null) break;
    send(pid, signal);
    const what = () => `The embedded server (process ${pid}) is stopping.`;
    if ((await waitFor(isGone, { patienceMs, what }, waiting)) !== null) break;
    if (isWriting(place))
      await waitFor(
        () => (isWriting(place) ? null : true),
        { patienceMs: checkpointPatienceMs, what: writing },
        waiting,
      );
    await waitFor(isGone, { patienceMs: 1_000, what }, waiting);
  }
  if (isGone() === null) {
    throw new ConsoleError("embedded_unavailable", `The embedded server (process ${pid}) does not end, even by force`, {
      hint: "It waits for the disk: look whether the disk of the home answers, then try again.",
    });
  }
  await endOrphans(place, waiting);
  // A process that is ending holds its lock a moment longer than it is to be seen.
  const passing = { patienceMs: 1_000, what: () => "" };
  await waitFor(() => (isServerLocked(paths) ? null : true), passing, waiting);
  removeDirectory(socketDirectory);
}

/**
 * Sessions of a server that is gone end by themselves, unless they stand still or wait for something. Nothing that they
 * did can be kept any more, so that they are ended then.
 */
export async function endOrphans(place: Place, waiting: Waiting): Promise<void> {
  const areGone = () => (serversIn([place]).length === 0 ? true : null);
  const what = () => "Sessions of the embedded server are ending.";
  if ((await waitFor(areGone, { patienceMs: 5_000, what }, waiting)) !== null) return;
  for (const pid of serversIn([place])) send(pid, "SIGKILL");
  await waitFor(areGone, { patienceMs: 5_000, what }, waiting);
}

const writing = () => "The embedded server is stopping, and writes what was changed to the disk.";

/** PostgreSQL says so in its processes' titles. */
function isWriting(place: Place): boolean {
  return serversIn([place]).some((pid) => titleOf(pid).includes("shutdown checkpoint"));
}

function removeDirectory(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Somebody else's files are in it, or it is gone: either way it is not ours to force.
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
