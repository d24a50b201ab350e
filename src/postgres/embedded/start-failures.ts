import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { ServerPaths } from "./home.ts";

/** What a server that does not start complains of, and what helps. */
const causes: readonly [complaint: RegExp, hint: (paths: ServerPaths) => string][] = [
  [
    /peer authentication failed/i,
    () =>
      "The server was started by root from a project that only root can read, and lets root alone in: " +
      "stop it as root by `db stop`, or run the console as root.",
  ],
  [
    /permission denied/i,
    ({ data }) =>
      `Either the disk of the project lets nothing run (noexec), or files in ${data} belong to somebody else: ` +
      "`sudo chown -R` gives them back to the one who made the home.",
  ],
  [
    /insufficient file descriptors|too many open files/i,
    () => "The limit of open files is too low for a server: raise it with `ulimit -n 1024`, then try again.",
  ],
  [
    /could not fork|resource temporarily unavailable/i,
    () => "The limit of processes is reached: raise it with `ulimit -u`, or end some of yours, then try again.",
  ],
  [
    /cannot allocate memory|could not map anonymous shared memory/i,
    () => "There is not memory enough, or its limit is too low: `ulimit -v unlimited` raises that, then try again.",
  ],
  [/file too large/i, () => "The limit of a file's size is too low: `ulimit -f unlimited` raises it, then try again."],
  [/no space left|disk quota/i, ({ folder }) => `The disk of ${folder} is full: make room on it, then try again.`],
  [/read-only file system/i, ({ folder }) => `The disk of ${folder} is mounted read-only: mount it for writing.`],
  [
    /wrong ownership/i,
    ({ data }) => `All of ${data} has to belong to the one who made the home: \`sudo chown -R\` gives it back.`,
  ],
  [
    /checkpoint record|pg_control|pg_filenode|not a database cluster|could not (open|access|read)|invalid page|WAL directory|database "streamflow" does not exist/i,
    ({ data, log }) =>
      `The files in ${data} are damaged, or not all there: restore the home from a backup that was taken while no server ran. ` +
      `Without one, move ${data} away and publish the months from their drops anew. ${log} tells more.`,
  ],
];

/** What helps with this complaint, if that is known. */
export function helpWith(complaint: string, paths: ServerPaths): string | null {
  return causes.find(([pattern]) => pattern.test(complaint))?.[1](paths) ?? null;
}

/** What somebody set by ALTER SYSTEM may be what keeps the server from starting. */
function ownSettings({ data }: ServerPaths): string {
  const file = join(data, "postgresql.auto.conf");
  const hasAny = existsSync(file) && /^\s*[^#\s]/m.test(readFileSync(file, "utf8"));
  return hasAny ? ` Settings of ALTER SYSTEM are in ${file}: a line that is wrong there can be removed.` : "";
}

/** The server's own complaint, with what is known to help. */
export function startFailed(paths: ServerPaths, complaint: string): ConsoleError {
  return new ConsoleError("embedded_unavailable", `The embedded PostgreSQL did not start: ${complaint}`, {
    hint: `${helpWith(complaint, paths) ?? `${paths.log} tells more.`}${ownSettings(paths)}`,
  });
}
