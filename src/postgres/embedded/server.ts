import { existsSync, rmSync } from "node:fs";
import type { ServerStatus } from "../../core/listings.ts";
import { openDatabase, versionOf } from "../connect.ts";
import type { Account } from "./account.ts";
import { database, owner } from "./cluster.ts";
import { cannotUse, give, prepareHome, type ServerPaths, serverPaths, writeOwned } from "./home.ts";
import { type Hold, tryLock, waitForLock } from "./locks.ts";
import { findPostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { serverSettings } from "./settings.ts";
import { ensureRunning } from "./start.ts";

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
export async function acquireServer(home: string, settings = serverSettings): Promise<ServerUse> {
  const { paths, account } = prepareHome(home);
  return inTurn(paths, account, async () => {
    const share = await waitForLock(paths.users, "shared");
    give(paths.users, account);
    try {
      const postmaster = await ensureRunning(paths, account, settings);
      return { url: urlOf(postmaster), release: () => leave(paths, account, share, postmaster) };
    } catch (error) {
      share.release();
      throw error;
    }
  });
}

/** Start the server, and keep it running when its users leave. */
export async function startServer(home: string, settings = serverSettings): Promise<ServerStatus> {
  const { paths, account } = prepareHome(home);
  await inTurn(paths, account, async () => {
    await ensureRunning(paths, account, settings);
    writeOwned(paths.keep, "The server outlives its users until `db stop`.\n", account);
  });
  return serverStatus(home);
}

/** Keep the server no longer: it stops now, or when the last of its present users leaves. */
export async function stopServer(home: string): Promise<ServerStatus> {
  if (existsSync(serverPaths(home).folder)) {
    const { paths, account } = prepareHome(home);
    await inTurn(paths, account, async () => {
      rmSync(paths.keep, { force: true });
      await stopIfUnused(paths);
    });
  }
  return serverStatus(home);
}

/** How the server of this home stands; changes nothing. */
export async function serverStatus(home: string): Promise<ServerStatus> {
  const paths = serverPaths(home);
  const postmaster = await findPostmaster(paths.data);
  const url = postmaster?.ready ? urlOf(postmaster) : null;
  return {
    running: url !== null,
    kept: existsSync(paths.keep),
    version: url && (await versionAt(url)),
    pid: postmaster?.pid ?? null,
    url,
    home,
  };
}

async function leave(paths: ServerPaths, account: Account | null, share: Hold, postmaster: Postmaster): Promise<void> {
  if (!existsSync(paths.folder)) {
    // Somebody deleted the home under the server: there is nothing left to take turns over.
    share.release();
    return stopPostmaster(paths.data, postmaster);
  }
  await inTurn(paths, account, async () => {
    share.release();
    await stopIfUnused(paths);
  });
}

async function inTurn<Result>(
  paths: ServerPaths,
  account: Account | null,
  work: () => Promise<Result>,
): Promise<Result> {
  const turn = await waitForLock(paths.turn, "exclusive");
  try {
    give(paths.turn, account);
    return await work();
  } catch (cause) {
    throw cannotUse(paths.folder, cause);
  } finally {
    turn.release();
  }
}

async function stopIfUnused(paths: ServerPaths): Promise<void> {
  if (existsSync(paths.keep)) return;
  const alone = tryLock(paths.users, "exclusive");
  if (!alone) return;
  try {
    const postmaster = await findPostmaster(paths.data);
    if (postmaster) await stopPostmaster(paths.data, postmaster);
  } finally {
    alone.release();
  }
}

function urlOf({ socketDirectory, port }: Postmaster): string {
  const directory = encodeURI(socketDirectory).replaceAll("&", "%26");
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
