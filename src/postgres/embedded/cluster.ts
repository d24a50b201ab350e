import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { give, type ServerHome, type ServerPaths, writeOwned } from "./home.ts";
import { runProgram } from "./launch.ts";
import type { Programs } from "./programs.ts";
import { configuration, isOurs } from "./settings.ts";
import type { Waiting } from "./waiting.ts";

/** Role and database that the console works as and in. */
export const owner = "streamflow";
export const database = "streamflow";

/** Names of data directories that were begun, here or by a console that died over it. */
const unfinishedPrefix = "data.new-";

/** Make the data directory unless it is there; one that another major version made, or that is not ours, is refused. */
export async function prepareCluster(home: ServerHome, programs: Programs, waiting: Waiting): Promise<void> {
  const { data } = home;
  removeUnfinished(home);
  const file = join(data, "PG_VERSION");
  const version = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (version === "") {
    requireNothing(data, programs.major);
    return initialise(home, programs, waiting);
  }
  requireOurCluster(data);
  if (version === programs.major) return;
  throw new ConsoleError(
    "database_version",
    `${data} was made by PostgreSQL ${version}; the embedded server is ${programs.major}`,
    { hint: `Upgrade it with pg_upgrade, or move it away to begin anew, or name another --home.` },
  );
}

/** What is there without a version is what is left of a database, and not for a new one to take the place of. */
function requireNothing(data: string, major: string): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return;
  throw new ConsoleError("embedded_unavailable", `${data} holds files, but no PG_VERSION: it is not a whole database`, {
    hint:
      `Restore the home from a backup. If that file alone is missing: \`echo ${major} > PG_VERSION\` in that folder makes it anew. ` +
      `If nothing in there matters, move ${data} away.`,
  });
}

/** Without a configuration no server can run on it: among our files such a one was ours, and is so again at its start. */
function requireOurCluster(data: string): void {
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

/** Remove what was begun by a console that died over it; false while some is left. Only for whoever holds the turn. */
export function removeUnfinished({ folder }: ServerPaths): boolean {
  const found = readdirSync(folder).filter((name) => name.startsWith(unfinishedPrefix));
  return found.map((name) => isRemoved(join(folder, name))).every(Boolean);
}

function isRemoved(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The initdb of that console still writes there.
  }
  return !existsSync(path);
}

/** What was interrupted is never taken for whole: the directory gets its name when it is complete. */
async function initialise(home: ServerHome, programs: Programs, waiting: Waiting): Promise<void> {
  const unfinished = mkdtempSync(join(home.folder, unfinishedPrefix));
  // Settings that give up durability, as tests' do, need no flushed files either.
  const isSynced = home.settings.findLast(([name]) => name === "fsync")?.[1] !== "off";
  give(unfinished, home.account);
  try {
    const initdb = [
      programs.initdb,
      `--pgdata=${unfinished}`,
      `--username=${owner}`,
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--auth-local=trust",
      "--auth-host=reject",
      "--no-instructions",
      ...(isSynced ? [] : ["--no-sync"]),
    ];
    await runProgram(home, programs, initdb, waiting);
    const single = [programs.postgres, "--single", "-D", unfinished, "-c", "exit_on_error=on", "postgres"];
    await runProgram(home, programs, single, waiting, `create database ${database}\n`);
    configure(home, programs, unfinished);
    renameSync(unfinished, home.data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Write the configuration of the server on `data`: who may log in through the socket, and the settings. */
export function configure({ account, settings }: ServerHome, { onlyUser }: Programs, data: string): void {
  const files = {
    "postgresql.conf": configuration(settings),
    "pg_hba.conf": `local all all ${onlyUser === null ? "trust" : "peer map=console"}\n`,
    "pg_ident.conf": onlyUser === null ? "" : `console "${onlyUser}" all\n`,
  };
  for (const [name, text] of Object.entries(files)) writeOwned(join(data, name), text, account);
}
