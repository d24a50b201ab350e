import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { Launcher } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { give, type ServerPaths, writeOwned } from "./home.ts";
import { runProgram } from "./launch.ts";
import { configuration, type Setting } from "./settings.ts";

/** Role and database that the console works as and in. */
export const owner = "streamflow";
export const database = "streamflow";

/** Names of data directories that were begun, here or by a console that died over it. */
const unfinishedPrefix = "data.new-";

/** The major version of the data directory; null where there is none yet. */
export function dataVersion(paths: ServerPaths): string | null {
  const file = join(paths.data, "PG_VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

/** Make the data directory unless it is there; one that another major version made is refused. */
export async function prepareCluster(
  binaries: Binaries,
  launcher: Launcher,
  paths: ServerPaths,
  settings: readonly Setting[],
): Promise<void> {
  removeUnfinished(paths);
  const version = dataVersion(paths);
  if (version === null) return initialise(binaries, launcher, paths, isSynced(settings));
  if (version === binaries.major) return;
  throw new ConsoleError(
    "database_version",
    `${paths.data} was made by PostgreSQL ${version}; the embedded server is ${binaries.major}`,
    { hint: `Upgrade it with pg_upgrade, or move it away to begin anew, or name another --home.` },
  );
}

function removeUnfinished(paths: ServerPaths): void {
  for (const entry of readdirSync(paths.folder).filter((name) => name.startsWith(unfinishedPrefix))) {
    try {
      rmSync(join(paths.folder, entry), { recursive: true, force: true });
    } catch {
      // The initdb of a console that was killed still writes there: the next start removes the rest.
    }
  }
}

/** False for a server whose settings give up durability, as tests do: its files need not be flushed either. */
function isSynced(settings: readonly Setting[]): boolean {
  return settings.findLast(([name]) => name === "fsync")?.[1] !== "off";
}

/** What was interrupted is never taken for whole: the directory gets its name when it is complete. */
async function initialise(binaries: Binaries, launcher: Launcher, paths: ServerPaths, synced: boolean): Promise<void> {
  const unfinished = mkdtempSync(join(paths.folder, unfinishedPrefix));
  give(unfinished, launcher.account);
  try {
    await runProgram(launcher, paths, [
      binaries.initdb,
      `--pgdata=${unfinished}`,
      `--username=${owner}`,
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--auth-local=trust",
      "--auth-host=reject",
      "--no-instructions",
      ...(synced ? [] : ["--no-sync"]),
    ]);
    const single = [binaries.postgres, "--single", "-D", unfinished, "-c", "exit_on_error=on", "postgres"];
    await runProgram(launcher, paths, single, `create database ${database}\n`);
    renameSync(unfinished, paths.data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Write the server's configuration: who may log in through the socket, and the settings. */
export function configure(launcher: Launcher, paths: ServerPaths, settings: readonly Setting[]): void {
  const method = launcher.onlyUser === null ? "trust" : "peer map=console";
  const files = {
    "postgresql.conf": configuration(settings),
    "pg_hba.conf": `local all all ${method}\n`,
    "pg_ident.conf": launcher.onlyUser === null ? "" : `console "${launcher.onlyUser}" all\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeOwned(join(paths.data, name), text, launcher.account);
  }
}
