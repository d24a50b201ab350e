import { chmodSync, statSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import { configure, prepareCluster } from "./cluster.ts";
import { type ServerHome, type ServerPaths, secret } from "./home.ts";
import { launchServer, startFailed } from "./launch.ts";
import { lockFile } from "./locks.ts";
import { disownPidFile, findPostmaster, type Postmaster, type Present, whoLivesOn } from "./postmaster.ts";
import { type Programs, programsFor } from "./programs.ts";
import { prepareSocketDirectory, socketDirectories, socketPort, socketSeen } from "./socket.ts";
import { endOrphans, stopPostmaster } from "./stop.ts";
import { commandOf, placeOf } from "./system/processes.ts";
import { aMoment, recoveryPatienceMs, type Waiting, waitFor } from "./waiting.ts";

/** Backends that outlived a killed server end by themselves; one whose home was replaced looks for it once a minute. */
const orphanPatienceMs = 75_000;

const orphansRemain = /pre-existing shared memory block/;
/**
 * A session that outlives a killed server rolls back an emptied unlogged table, as the stage's are, and leaves a file
 * that recovery trips over at its end. The next start removes it at its beginning.
 */
const leftoverFound = /could not create file ".*": File exists/;
/** Not every file system can hold a socket. */
const socketRefused = /Unix(-domain)? socket|could not create any Unix|could not (bind|create|set).*\.s\.PGSQL/;

/** The server on these paths, started if need be. Only for whoever holds the turn. */
export async function ensureRunning(home: ServerHome, waiting: Waiting): Promise<Postmaster> {
  const present = await settled(home, waiting);
  if (present.state === "none") return start(home, waiting);
  if (present.state === "elsewhere") throw livesElsewhere(home, present.pid, present.process);
  if (present.state === "outlived") throw outlivedBy(home, present.by);
  const { postmaster } = present;
  const socketDirectory = socketSeen(postmaster.socketDirectory, home);
  if (socketDirectory !== null) return { ...postmaster, socketDirectory };
  throw new ConsoleError(
    "embedded_unavailable",
    `The server of ${home.folder} runs (process ${postmaster.pid}), but its socket in ${postmaster.socketDirectory} is not to be seen from here`,
    {
      hint:
        "It was deleted, or the server was started by a program that has a /tmp of its own. " +
        "`db stop` stops the server once nobody uses it; the next console starts it anew.",
    },
  );
}

/** Who lives there, once that is clear: one that is found starting or stopping lost its console on the way. */
async function settled(home: ServerPaths, waiting: Waiting): Promise<Exclude<Present, { state: "unsettled" }>> {
  const isNotElsewhere = () => whoLivesOn(home).state !== "elsewhere";
  for (;;) {
    const present = whoLivesOn(home);
    if (present.state === "unsettled") await waitForOrphans(home, waiting);
    else if (present.state === "elsewhere" && (await waitFor(isNotElsewhere, aMoment, waiting))) continue;
    else if (present.state !== "here" || present.postmaster.status === "ready") return present;
    else if (present.postmaster.status === "stopping") await stopPostmaster(present.postmaster, home, waiting);
    else await waitUntilReady(home, () => false, waiting);
  }
}

async function waitForOrphans(home: ServerPaths, waiting: Waiting): Promise<void> {
  const place = placeOf(home.data);
  if (place !== null) await endOrphans(place, waiting);
  if (whoLivesOn(home).state !== "unsettled") return;
  throw new ConsoleError("embedded_unavailable", `Processes of a dead server of ${home.folder} do not end`, {
    hint: "They wait for the disk: look whether the disk of the home answers, then try again.",
  });
}

function outlivedBy({ folder }: ServerPaths, by: readonly number[]): ConsoleError {
  const named = by.map((pid) => `${commandOf(pid)} (process ${pid})`).join(", ");
  return new ConsoleError(
    "embedded_unavailable",
    `Programs that a session of the server in ${folder} started have outlived it, and count as its own: ${named}`,
    { hint: `Let them finish, or end them: \`kill ${by.join(" ")}\`.` },
  );
}

/** `there` is the server's number to itself, `here` its number to us, where known. */
function livesElsewhere({ folder }: ServerPaths, there: number | null, here: number | null): ConsoleError {
  const itself = there === null ? "A PostgreSQL server" : `A PostgreSQL server that is process ${there} there`;
  return new ConsoleError(
    "embedded_unavailable",
    `${itself} runs on ${folder}, in another container or process space or without its pid file; a second one would destroy the data`,
    {
      hint:
        here === null
          ? "Use the console there, or stop the server there: leave every console that uses it, or run `db stop` there."
          : `Use the console there, or stop the server by \`db stop\` once nobody uses it (it is process ${here} here).`,
    },
  );
}

async function start(home: ServerHome, waiting: Waiting): Promise<Postmaster> {
  const programs = await programsFor(home);
  using lock = lockFile(home.server, "exclusive", home.account);
  if (lock === null) throw livesElsewhere(home, null, null);
  await prepareCluster(home, programs, waiting);
  mend(home);
  configure(home, programs, home.data);
  disownPidFile(home);
  try {
    return await launchOn(home, programs, lock.handle, waiting);
  } finally {
    lock.bequeath();
  }
}

/** What was restored from a backup may have lost its mode, or, by root, its owner: PostgreSQL takes it with neither. */
function mend({ data, account }: ServerHome): void {
  const { mode, uid } = statSync(data);
  if ((mode & 0o777) !== secret) chmodSync(data, secret);
  if (account === null || uid === account.uid) return;
  Bun.spawnSync(["chown", "-R", "-h", `${account.uid}:${account.gid}`, data]);
}

async function launchOn(home: ServerHome, programs: Programs, lock: number, waiting: Waiting): Promise<Postmaster> {
  const what = () => `Sessions of a server of ${home.folder} that is dead are ending.`;
  let complaint = "";
  for (const directory of socketDirectories(home)) {
    prepareSocketDirectory(directory, home.account);
    const socket = ["-k", directory, "-p", String(socketPort), "-c", "listen_addresses="];
    const launch = async () => {
      const server = launchServer(home, programs, [programs.postgres, "-D", home.data, ...socket], lock);
      const postmaster = await waitUntilReady(home, server.alive, waiting);
      await server.leave();
      complaint = server.complaint();
      const isToBeTriedAgain = orphansRemain.test(complaint) || leftoverFound.test(complaint);
      return (postmaster !== null || !isToBeTriedAgain) && { postmaster };
    };
    const launched = await waitFor(launch, { patienceMs: orphanPatienceMs, what }, waiting);
    if (launched?.postmaster) return launched.postmaster;
    if (!socketRefused.test(complaint)) break;
  }
  throw startFailed(home, complaint);
}

/** Wait until the server accepts connections; null when there is none and none is `coming`. */
async function waitUntilReady(home: ServerPaths, coming: () => boolean, waiting: Waiting): Promise<Postmaster | null> {
  const look = () => {
    // Asked before looking: what has come and gone between the two is then seen as gone.
    const more = coming();
    const found = findPostmaster(home);
    return (found?.status === "ready" || (found === null && !more)) && { found };
  };
  const what = () => `The embedded server in ${home.folder} is starting; it may be recovering after a crash.`;
  const seen = await waitFor(look, { patienceMs: recoveryPatienceMs, what }, waiting);
  if (seen !== null) return seen.found;
  throw new ConsoleError("embedded_unavailable", `The server on ${home.data} has not become ready in five minutes`, {
    hint: `It may be recovering from a crash: ${home.log} tells how far it is; try again later.`,
  });
}
