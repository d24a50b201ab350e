import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { Launcher } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { configuration, give, isOurs, type ServerPaths, type Setting, writeOwned } from "./home.ts";
import { runProgram } from "./launch.ts";
import type { Waiting } from "./waiting.ts";

/** Role and database that the console works as and in. */
export const owner = "streamflow";
export const database = "streamflow";

/** Names of data directories that were begun, here or by a console that died over it. */
const unfinishedPrefix = "data.new-";

/** The major version of the data directory; null where there is none yet. */
export function dataVersion(paths: ServerPaths): string | null {
  const file = join(paths.data, "PG_VERSION");
  return (existsSync(file) && readFileSync(file, "utf8").trim()) || null;
}

/** What a data directory is made with. */
interface ClusterMeans {
  binaries: Binaries;
  launcher: Launcher;
  paths: ServerPaths;
  settings: readonly Setting[];
  waiting: Waiting;
}

/** Make the data directory unless it is there; one that another major version made, or that is not ours, is refused. */
export async function prepareCluster(means: ClusterMeans): Promise<void> {
  const { binaries, paths } = means;
  removeUnfinished(paths);
  const version = dataVersion(paths);
  if (version === null) {
    requireNothing(paths, binaries.major);
    return initialise(means);
  }
  requireOurs(paths);
  if (version === binaries.major) return;
  throw new ConsoleError(
    "database_version",
    `${paths.data} was made by PostgreSQL ${version}; the embedded server is ${binaries.major}`,
    { hint: `Upgrade it with pg_upgrade, or move it away to begin anew, or name another --home.` },
  );
}

/** What is there without a version is what is left of a database, and not for a new one to take the place of. */
function requireNothing({ data }: ServerPaths, major: string): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return;
  throw new ConsoleError("embedded_unavailable", `${data} holds files, but no PG_VERSION: it is not a whole database`, {
    hint:
      `Restore the home from a backup. If that file alone is missing: \`echo ${major} > PG_VERSION\` in that folder makes it anew. ` +
      `If nothing in there matters, move ${data} away.`,
  });
}

/** Without a configuration no server can run on it: among our files such a one was ours, and is so again at its start. */
function requireOurs({ data }: ServerPaths): void {
  const file = join(data, "postgresql.conf");
  if (isOurs(data) || !existsSync(file) || readFileSync(file, "utf8").trim() === "") return;
  throw new ConsoleError(
    "embedded_unavailable",
    `${data} holds a PostgreSQL database that the console did not make; it was left as it is`,
    {
      hint: "Start it by its own means and name it with --database, or keep the embedded server elsewhere, with --home.",
    },
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
async function initialise({ binaries, launcher, paths, settings, waiting }: ClusterMeans): Promise<void> {
  const unfinished = mkdtempSync(join(paths.folder, unfinishedPrefix));
  give(unfinished, launcher.account);
  try {
    const initdb = [
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
      ...(isSynced(settings) ? [] : ["--no-sync"]),
    ];
    await runProgram(launcher, paths, { words: initdb }, waiting);
    const single = [binaries.postgres, "--single", "-D", unfinished, "-c", "exit_on_error=on", "postgres"];
    await runProgram(launcher, paths, { words: single, input: `create database ${database}\n` }, waiting);
    configure(launcher, unfinished, settings);
    renameSync(unfinished, paths.data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Write the configuration of the server on `data`: who may log in through the socket, and the settings. */
export function configure(launcher: Launcher, data: string, settings: readonly Setting[]): void {
  const method = launcher.onlyUser === null ? "trust" : "peer map=console";
  const files = {
    "postgresql.conf": configuration(settings),
    "pg_hba.conf": `local all all ${method}\n`,
    "pg_ident.conf": launcher.onlyUser === null ? "" : `console "${launcher.onlyUser}" all\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeOwned(join(data, name), text, launcher.account);
  }
}
