import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { ServerStatus } from "../../core/messages/listings.ts";
import { wordsOf } from "../../core/self.ts";
import { openDatabase, versionOf } from "../connection/open.ts";
import { database, owner, removeUnfinished } from "./cluster.ts";
import { prepareHome, requireReadable, type ServerHome, type ServerPaths, serverPaths, writeOwned } from "./home.ts";
import { type Hold, lockFile } from "./locks.ts";
import { type Postmaster, type Present, whoLivesOn } from "./postmaster.ts";
import { serverSettings } from "./settings.ts";
import { removeSocketDirectory, socketDirectories, socketSeen } from "./socket.ts";
import { ensureRunning } from "./start.ts";
import { endOrphans, stopPostmaster } from "./stop.ts";
import { appointDeputy, type Deputy } from "./system/deputy.ts";
import { placeOf } from "./system/processes.ts";
import { inTurn, short } from "./turn.ts";
import { aMoment, silently, type Waiting, waitFor } from "./waiting.ts";

/** A share in the server of a home. */
export interface ServerUse {
  /** A libpq URL, which psql takes, too. */
  url: string;
  /** Leave; the last to leave stops the server, unless `startServer` keeps it. */
  release(): Promise<void>;
}

/**
 * Use the embedded server of `home`: made on first use, started when it does not run, shared with every process that
 * names the same home. The share is a kernel lock, so that a process which dies, however it dies, has left.
 */
export async function acquireServer(home: string, waiting = silently, settings = serverSettings): Promise<ServerUse> {
  const paths = prepareHome(home, settings);
  const deputy = deputyFor(paths);
  try {
    return await inTurn(paths, waiting, async () => {
      const share = takeShare(paths);
      try {
        const postmaster = await ensureRunning(paths, waiting);
        return { url: urlOf(postmaster), release: () => release(share, postmaster) };
      } catch (error) {
        share.release();
        throw error;
      }
    });
  } catch (error) {
    relieve(deputy, waiting);
    throw error;
  }

  async function release(share: Hold, postmaster: Postmaster): Promise<void> {
    // A wait that was ended may have been for something else.
    const anew = { ...silently, tell: waiting.tell };
    try {
      // Somebody may have moved or deleted the home under the server: there is nothing to take turns over then.
      const isHere = existsSync(paths.folder);
      if (!isHere && share.isOnly()) await stopPostmaster(postmaster, paths, anew);
      share.release();
      if (isHere) await leave(paths, anew);
    } finally {
      share.release();
      deputy.dismiss();
    }
  }
}

/** Who leaves in our place if we die before we have left: at any moment, also while we start or stop the server. */
function deputyFor({ folder }: ServerPaths): Deputy {
  return appointDeputy([...wordsOf("leave"), "."], dirname(folder));
}

/** Who calls its work off does not wait until what was begun has ended. What only takes long goes on, for others to find it done. */
function relieve(deputy: Deputy, { signal }: Waiting): void {
  if (signal.aborted) deputy.send();
  else deputy.dismiss();
}

/** Only those whose turn it is ask for all shares at once, so that one is to be had. */
function takeShare({ users, account }: ServerHome): Hold {
  const share = lockFile(users, "shared", account);
  if (share !== null) return share;
  throw new ConsoleError("embedded_unavailable", `Another program has locked ${users}`, {
    hint: "It is no console: end it (`lsof` names it), then try again.",
  });
}

/** Do the work in turn; if we die over it, or it is called off, a server that nobody uses or keeps is stopped all the same. */
async function deputised(paths: ServerHome, waiting: Waiting, work: () => Promise<void>): Promise<void> {
  const deputy = deputyFor(paths);
  try {
    await inTurn(paths, waiting, work);
  } finally {
    relieve(deputy, waiting);
  }
}

/** Start the server, and keep it running when its users leave. */
export async function startServer(home: string, waiting = silently, settings = serverSettings): Promise<ServerStatus> {
  const paths = prepareHome(home, settings);
  await deputised(paths, waiting, async () => {
    await ensureRunning(paths, waiting);
    writeOwned(paths.keep, "The server outlives its users until `db stop`.\n", paths.account);
  });
  return serverStatus(home);
}

/** Keep the server no longer: it stops now, or when the last of its present users leaves. */
export async function stopServer(home: string, waiting = silently): Promise<ServerStatus> {
  requireReadable(home);
  if (existsSync(serverPaths(home).folder)) {
    const paths = prepareHome(home);
    await deputised(paths, waiting, async () => {
      rmSync(paths.keep, { force: true });
      await stopIfUnused(paths, waiting);
    });
  }
  return serverStatus(home);
}

/** Leave in the place of a user that died: a server that nobody uses or keeps stops. */
export async function leaveServer(home: string): Promise<void> {
  if (existsSync(serverPaths(home).folder)) await leave(prepareHome(home), silently);
}

async function leave(paths: ServerHome, waiting: Waiting): Promise<void> {
  await inTurn(paths, waiting, () => stopIfUnused(paths, waiting), short);
}

async function stopIfUnused(paths: ServerHome, waiting: Waiting): Promise<void> {
  if (existsSync(paths.keep)) return;
  using alone = lockFile(paths.users, "exclusive", paths.account);
  if (alone === null) return;
  // Somebody may have died over making it, and over starting it.
  await waitFor(() => removeUnfinished(paths), aMoment, waiting);
  const present = await oncePlain(paths, waiting);
  const place = placeOf(paths.data);
  if (present.state === "here") await stopPostmaster(present.postmaster, paths, waiting);
  // In another process space, or without its pid file: it cannot be reached, but signalled all the same.
  else if (present.state === "elsewhere" && present.process !== null && place !== null) {
    await stopPostmaster({ pid: present.process, place, socketDirectory: paths.socket }, paths, waiting);
  } else if (present.state === "unsettled" && place !== null) await endOrphans(place, waiting);
  if (whoLivesOn(paths).state === "none") socketDirectories(paths).forEach(removeSocketDirectory);
}

/** Who lives there: one that was only just started has yet to say who it is. */
async function oncePlain(paths: ServerPaths, waiting: Waiting): Promise<Present> {
  const plain = () => {
    const present = whoLivesOn(paths);
    return (present.state === "here" || present.state === "none") && present;
  };
  return (await waitFor(plain, aMoment, waiting)) ?? whoLivesOn(paths);
}

/** How the server of this home stands; changes nothing. Throws where that is not to be seen. */
export async function serverStatus(home: string): Promise<ServerStatus> {
  requireReadable(home);
  const paths = serverPaths(home);
  const present = whoLivesOn(paths);
  const postmaster = present.state === "here" ? present.postmaster : null;
  const socketDirectory = postmaster?.status === "ready" ? socketSeen(postmaster.socketDirectory, paths) : null;
  const url = postmaster !== null && socketDirectory !== null ? urlOf({ ...postmaster, socketDirectory }) : null;
  return {
    running: present.state !== "none",
    reachable: url !== null,
    kept: existsSync(paths.keep),
    version: url && (await versionAt(url).catch(() => null)),
    pid: postmaster?.pid ?? null,
    url,
    home,
  };
}

function urlOf({ socketDirectory, port }: Postmaster): string {
  const directory = encodeURIComponent(socketDirectory).replaceAll("%2F", "/");
  return `postgresql://${owner}@/${database}?host=${directory}&port=${port}`;
}

async function versionAt(url: string): Promise<string> {
  const sql = await openDatabase(url);
  try {
    return versionOf(sql);
  } finally {
    await sql.end();
  }
}
