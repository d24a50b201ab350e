import { rmdirSync } from "node:fs";
import { ConsoleError, codeOf } from "../../core/errors.ts";
import type { ServerPaths } from "./home.ts";
import { isServerLocked } from "./locks.ts";
import type { Postmaster } from "./postmaster.ts";
import { isServerIn, type Place, serversIn, titleOf } from "./system/processes.ts";
import { aMoment, type Waiting, waitFor } from "./waiting.ts";

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
const writing = {
  patienceMs: 10 * 60_000,
  what: () => "The embedded server is stopping, and writes what was changed to the disk.",
};

/** Stop it. Returns when it is gone with all of its sessions; throws when even force does not help. */
export async function stopPostmaster(
  { pid, place, socketDirectory }: Pick<Postmaster, "pid" | "place" | "socketDirectory">,
  paths: ServerPaths,
  waiting: Waiting,
): Promise<void> {
  const isGone = () => !isServerIn(pid, place);
  const what = () => `The embedded server (process ${pid}) is stopping.`;
  for (const { signal, patienceMs } of steps) {
    if (isGone()) break;
    send(pid, signal);
    if (await waitFor(isGone, { patienceMs, what }, waiting)) break;
    await waitFor(() => !isWriting(place), writing, waiting);
    await waitFor(isGone, aMoment, waiting);
  }
  if (!isGone()) {
    throw new ConsoleError("embedded_unavailable", `The embedded server (process ${pid}) does not end, even by force`, {
      hint: "It waits for the disk: look whether the disk of the home answers, then try again.",
    });
  }
  await endOrphans(place, waiting);
  await waitFor(() => !isServerLocked(paths), aMoment, waiting);
  try {
    rmdirSync(socketDirectory);
  } catch {
    // Somebody else's files are in it, or it is gone: either way it is not ours to force.
  }
}

/**
 * Sessions of a server that is gone end by themselves, unless they stand still or wait for something. Nothing that they
 * did can be kept any more, so that they are ended then.
 */
export async function endOrphans(place: Place, waiting: Waiting): Promise<void> {
  const areGone = () => serversIn([place]).length === 0;
  const soon = { patienceMs: 5_000, what: () => "Sessions of the embedded server are ending." };
  if (await waitFor(areGone, soon, waiting)) return;
  for (const pid of serversIn([place])) send(pid, "SIGKILL");
  await waitFor(areGone, soon, waiting);
}

/** PostgreSQL says so in its processes' titles. */
function isWriting(place: Place): boolean {
  return serversIn([place]).some((pid) => titleOf(pid).includes("shutdown checkpoint"));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself meanwhile.
    if (codeOf(error) !== "ESRCH") throw error;
  }
}
