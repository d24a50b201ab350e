import { existsSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import { type Account, launcherFor } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { configure, prepareCluster } from "./cluster.ts";
import { prepareSocketDirectory, type ServerPaths, socketPath, socketPort } from "./home.ts";
import { launchServer, startFailed } from "./launch.ts";
import { disownPidFile, findPostmaster, type Postmaster, waitUntilReady } from "./postmaster.ts";
import type { Setting } from "./settings.ts";

/** Backends that outlived a killed server end by themselves, and until then keep a new one from starting. */
const orphanPatienceMs = 10_000;
const orphanPollMs = 50;
const orphansRemain = /pre-existing shared memory block/;
/**
 * A session that outlives a killed server rolls back an emptied unlogged table, as the stage's are, and leaves a file
 * that recovery trips over at its end. The next start removes it at its beginning.
 */
const leftoverFound = /could not create file ".*": File exists/;

/** The server on these paths, started if need be. Only for whoever holds the turn. */
export async function ensureRunning(
  paths: ServerPaths,
  account: Account | null,
  settings: readonly Setting[],
): Promise<Postmaster> {
  // One that is found starting or stopping lost its console on the way: it comes, or it goes.
  const present = (await findPostmaster(paths.data)) && (await waitUntilReady(paths.data, () => false));
  if (!present) return start(paths, account, settings);
  if (existsSync(socketPath(present.socketDirectory))) return present;
  throw new ConsoleError("embedded_unavailable", `The server's socket in ${present.socketDirectory} was deleted`, {
    hint: `Run kill -INT ${present.pid}, then try again: the server will be started anew.`,
  });
}

async function start(paths: ServerPaths, account: Account | null, settings: readonly Setting[]): Promise<Postmaster> {
  const binaries = await findBinaries();
  const launcher = launcherFor(account, binaries, paths.folder);
  await prepareCluster(binaries, launcher, paths, settings);
  configure(launcher, paths, settings);
  disownPidFile(paths.data);
  const socketDirectory = prepareSocketDirectory(paths, account);
  const words = [binaries.postgres, "-D", paths.data, "-k", socketDirectory, "-p", String(socketPort)];
  const deadline = Date.now() + orphanPatienceMs;
  for (;;) {
    const server = launchServer(launcher, paths, [...words, "-c", "listen_addresses="]);
    const postmaster = await waitUntilReady(paths.data, server.alive);
    await server.leave();
    if (postmaster) return postmaster;
    const complaint = server.complaint();
    const passes = orphansRemain.test(complaint) || leftoverFound.test(complaint);
    if (!passes || Date.now() > deadline) throw startFailed(paths, complaint);
    await Bun.sleep(orphanPollMs);
  }
}
