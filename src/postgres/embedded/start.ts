import { chmodSync, statSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import { type Account, type Launcher, launcherFor } from "./account.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { configure, prepareCluster } from "./cluster.ts";
import { type ServerPaths, type Setting, secret } from "./home.ts";
import { launchServer, startFailed } from "./launch.ts";
import { tryLock } from "./locks.ts";
import { disownPidFile, findPostmaster, type Postmaster, type Present, whoLivesOn } from "./postmaster.ts";
import { nameOf, placeOf } from "./processes.ts";
import { prepareSocketDirectory, socketDirectories, socketPort, socketSeen } from "./socket.ts";
import { endOrphans, stopPostmaster } from "./stop.ts";
import { type Waiting, waitFor } from "./waiting.ts";

/** Recovery after a crash replays at most max_wal_size of log. */
const readyPatienceMs = 5 * 60_000;
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
export async function ensureRunning(
  paths: ServerPaths,
  account: Account | null,
  settings: readonly Setting[],
  waiting: Waiting,
): Promise<Postmaster> {
  const present = await settled(paths, waiting);
  if (present.state === "none") return start(paths, account, settings, waiting);
  if (present.state === "elsewhere") throw livesElsewhere(paths, present);
  if (present.state === "outlived") throw outlivedBy(paths, present.by);
  const { postmaster } = present;
  const socketDirectory = socketSeen(postmaster.socketDirectory, paths);
  if (socketDirectory !== null) return { ...postmaster, socketDirectory };
  throw new ConsoleError(
    "embedded_unavailable",
    `The server of ${paths.folder} runs (process ${postmaster.pid}), but its socket in ${postmaster.socketDirectory} is not to be seen from here`,
    {
      hint:
        "It was deleted, or the server was started by a program that has a /tmp of its own. " +
        "`db stop` stops the server once nobody uses it; the next console starts it anew.",
    },
  );
}

type Settled = Exclude<Present, { state: "unsettled" }>;

/** Who lives there, once that is clear: one that is found starting or stopping lost its console on the way. */
async function settled(paths: ServerPaths, waiting: Waiting): Promise<Settled> {
  for (;;) {
    const present = whoLivesOn(paths);
    if (present.state === "unsettled") await waitForOrphans(paths, waiting);
    else if (present.state === "elsewhere" && (await isPassing(paths, waiting))) continue;
    else if (present.state !== "here" || present.postmaster.status === "ready") return present;
    else if (present.postmaster.status === "stopping") await stopPostmaster(present.postmaster, paths, waiting);
    else if ((await waitUntilReady(paths, () => false, waiting)) === null) return whoIsLeft(paths);
  }
}

/** A process that is ending holds its lock a moment longer than it is to be seen. */
async function isPassing(paths: ServerPaths, waiting: Waiting): Promise<boolean> {
  const isOver = () => (whoLivesOn(paths).state === "elsewhere" ? null : true);
  return (await waitFor(isOver, { patienceMs: 1_000, what: () => "" }, waiting)) !== null;
}

function whoIsLeft(paths: ServerPaths): Settled {
  const present = whoLivesOn(paths);
  return present.state === "unsettled" ? { state: "none" } : present;
}

async function waitForOrphans(paths: ServerPaths, waiting: Waiting): Promise<void> {
  const place = placeOf(paths.data);
  if (place !== null) await endOrphans(place, waiting);
  if (whoLivesOn(paths).state !== "unsettled") return;
  throw new ConsoleError("embedded_unavailable", `Processes of a dead server of ${paths.folder} do not end`, {
    hint: "They wait for the disk: look whether the disk of the home answers, then try again.",
  });
}

function outlivedBy({ folder }: ServerPaths, by: readonly number[]): ConsoleError {
  const named = by.map((pid) => `${nameOf(pid)} (process ${pid})`).join(", ");
  return new ConsoleError(
    "embedded_unavailable",
    `Programs that a session of the server in ${folder} started have outlived it, and count as its own: ${named}`,
    { hint: `Let them finish, or end them: \`kill ${by.join(" ")}\`.` },
  );
}

function livesElsewhere(
  { folder }: ServerPaths,
  { pid, process: here }: Extract<Present, { state: "elsewhere" }>,
): ConsoleError {
  const itself = pid === null ? "A PostgreSQL server" : `A PostgreSQL server that is process ${pid} there`;
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

async function start(
  paths: ServerPaths,
  account: Account | null,
  settings: readonly Setting[],
  waiting: Waiting,
): Promise<Postmaster> {
  const binaries = await findBinaries();
  const launcher = launcherFor(account, binaries, paths.folder);
  const lock = tryLock(paths.server, "exclusive", account);
  if (lock === null) throw livesElsewhere(paths, { state: "elsewhere", pid: null, process: null });
  try {
    await prepareCluster({ binaries, launcher, paths, settings, waiting });
    mend(paths.data, launcher.account);
    configure(launcher, paths.data, settings);
    disownPidFile(paths.data);
    return await launchOn(paths, { binaries, launcher, lock: lock.handle }, waiting);
  } finally {
    lock.release();
  }
}

/** What was restored from a backup may have lost its mode, or, by root, its owner: PostgreSQL takes it with neither. */
function mend(data: string, account: Account | null): void {
  const { mode, uid } = statSync(data);
  if ((mode & 0o777) !== secret) chmodSync(data, secret);
  if (account === null || uid === account.uid) return;
  Bun.spawnSync(["chown", "-R", "-h", `${account.uid}:${account.gid}`, data]);
}

interface Means {
  binaries: Binaries;
  launcher: Launcher;
  lock: number;
}

async function launchOn(
  paths: ServerPaths,
  { binaries, launcher, lock }: Means,
  waiting: Waiting,
): Promise<Postmaster> {
  const directories = socketDirectories(paths, launcher.account);
  const deadline = Date.now() + orphanPatienceMs;
  let complaint = "";
  for (const directory of directories) {
    prepareSocketDirectory(directory, launcher.account);
    const words = [binaries.postgres, "-D", paths.data, "-k", directory, "-p", String(socketPort)];
    do {
      const server = launchServer(launcher, paths, [...words, "-c", "listen_addresses="], lock);
      const postmaster = await waitUntilReady(paths, server.alive, waiting);
      await server.leave();
      if (postmaster) return postmaster;
      complaint = server.complaint();
      if (orphansRemain.test(complaint)) await outlive(waiting);
    } while ((orphansRemain.test(complaint) || leftoverFound.test(complaint)) && Date.now() < deadline);
    if (!socketRefused.test(complaint)) break;
  }
  throw startFailed(paths, complaint);
}

async function outlive(waiting: Waiting): Promise<void> {
  const what = () => "A server of the home that was here before still runs; it ends when it misses its files.";
  await waitFor(() => null, { patienceMs: 50, what }, waiting);
}

/** Wait until the server accepts connections; null when there is none and none is `coming`. */
async function waitUntilReady(
  { data, folder }: ServerPaths,
  coming: () => boolean,
  waiting: Waiting,
): Promise<Postmaster | null> {
  const look = (): { found: Postmaster | null } | null => {
    // Asked before looking: what has come and gone between the two is then seen as gone.
    const more = coming();
    const found = findPostmaster(data);
    if (found?.status === "ready" || (found === null && !more)) return { found };
    return null;
  };
  const what = () => `The embedded server in ${folder} is starting; it may be recovering after a crash.`;
  const seen = await waitFor(look, { patienceMs: readyPatienceMs, what }, waiting);
  if (seen !== null) return seen.found;
  throw new ConsoleError("embedded_unavailable", `The server on ${data} has not become ready in five minutes`, {
    hint: `It may be recovering from a crash: ${folder}/server.log tells how far it is; try again later.`,
  });
}
