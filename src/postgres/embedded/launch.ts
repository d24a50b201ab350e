import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statfsSync,
} from "node:fs";
import { basename, join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { give, type ServerHome, type ServerPaths } from "./home.ts";
import type { Programs } from "./programs.ts";
import { type Waiting, waitFor } from "./waiting.ts";

/** What a server that does not start complains of, and what helps. */
function causes({ data, folder, log }: ServerPaths): readonly [complaint: RegExp, hint: string][] {
  return [
    [
      /peer authentication failed/i,
      "The server was started by root from a project that only root can read, and lets root alone in: " +
        "stop it as root by `db stop`, or run the console as root.",
    ],
    [
      /permission denied/i,
      `Either the disk of the project lets nothing run (noexec), or files in ${data} belong to somebody else: ` +
        "`sudo chown -R` gives them back to the one who made the home.",
    ],
    [
      /insufficient file descriptors|too many open files/i,
      "The limit of open files is too low for a server: raise it with `ulimit -n 1024`, then try again.",
    ],
    [
      /could not fork|resource temporarily unavailable/i,
      "The limit of processes is reached: raise it with `ulimit -u`, or end some of yours, then try again.",
    ],
    [
      /cannot allocate memory|could not map anonymous shared memory/i,
      "There is not memory enough, or its limit is too low: `ulimit -v unlimited` raises that, then try again.",
    ],
    [/file too large/i, "The limit of a file's size is too low: `ulimit -f unlimited` raises it, then try again."],
    [/no space left|disk quota/i, `The disk of ${folder} is full: make room on it, then try again.`],
    [/read-only file system/i, `The disk of ${folder} is mounted read-only: mount it for writing.`],
    [/wrong ownership/i, `All of ${data} has to belong to the one who made the home: \`sudo chown -R\` gives it back.`],
    [
      /checkpoint record|pg_control|pg_filenode|not a database cluster|could not (open|access|read)|invalid page|WAL directory|database "streamflow" does not exist/i,
      `The files in ${data} are damaged, or not all there: restore the home from a backup that was taken while no server ran. ` +
        `Without one, move ${data} away and publish the months from their drops anew. ${log} tells more.`,
    ],
  ];
}

/** What helps with this complaint, if that is known. */
export function helpWith(complaint: string, paths: ServerPaths): string | undefined {
  return causes(paths).find(([pattern]) => pattern.test(complaint))?.[1];
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

/** Beyond this many bytes server.log starts anew. */
const logLimit = 4 * 1024 * 1024;

/** What the programs see of our environment: PG* variables and a foreign locale would change what they do. */
const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

const programPatienceMs = 10 * 60_000;

/** Run a program to its end, or to that of the wait, its output going to server.log; a failure quotes its complaint. */
export async function runProgram(
  home: ServerHome,
  { prefix, spawn }: Programs,
  words: string[],
  waiting: Waiting,
  input = "",
): Promise<void> {
  using log = openLog(home);
  const program = Bun.spawn([...prefix, ...words], {
    ...spawn,
    cwd: home.folder,
    env: environment,
    // A session of its own, so that Ctrl-C at our terminal does not reach it.
    detached: true,
    stdio: [new TextEncoder().encode(input), log.handle, log.handle],
  });
  const exit = () => program.exitCode ?? program.signalCode;
  const what = () => `${basename(words[0] ?? "")} is at work in ${home.folder}.`;
  try {
    await waitFor(exit, { patienceMs: programPatienceMs, what }, waiting);
  } finally {
    if (exit() === null) program.kill("SIGKILL");
    await program.exited;
  }
  if (exit() !== 0) throw startFailed(home, log.complaint());
}

/**
 * Start the server as nobody's child: the shell in between leaves at once, so that the server outlives a process which
 * takes all its descendants along, as `bun --no-orphans` does. It inherits a pipe, whose end tells of its own, and `lock`.
 */
export function launchServer(home: ServerHome, { prefix, spawn }: Programs, words: string[], lock: number) {
  using log = openLog(home);
  const shell = Bun.spawn(["/bin/sh", "-c", '"$@" 4>&1 >&2 &', "sh", ...prefix, ...words], {
    ...spawn,
    cwd: home.folder,
    // The server takes a pid file that names its grandparent for a stale one: see disownPidFile.
    env: { ...environment, PG_GRANDPARENT_PID: String(process.pid) },
    detached: true,
    stdio: ["ignore", "pipe", log.handle, lock],
  });
  const pipe = shell.stdout.getReader();
  let ended = false;
  pipe.read().finally(() => {
    ended = true;
  });
  return {
    /** False once its process has ended. */
    alive: () => !ended,
    /** Look at it no longer. */
    leave: () => pipe.cancel(),
    complaint: log.complaint,
  };
}

/** Open server.log to append to it; `complaint` is the line since then that says best why a program failed. */
function openLog({ log, account }: ServerHome) {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const handle = openSync(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  if (fstatSync(handle).size > logLimit) ftruncateSync(handle);
  give(log, account);
  const start = fstatSync(handle).size;
  return {
    handle,
    // Where there is no room for a word of it, that is what it was.
    complaint: () => worstOf(linesIn(log, start), statfsSync(log).bavail === 0 ? noSpace : undefined),
    [Symbol.dispose]: () => closeSync(handle),
  };
}

/** What the server's log has complained of since some moments before that one; null where it has said nothing. */
export function lastComplaint({ log }: ServerPaths, moment: number): string | null {
  const since = moment - 10_000;
  const said = (line: string) => Date.parse(line.slice(0, 23).replace(" ", "T").concat("Z"));
  const lines = linesIn(log, -65_536).filter((line) => said(line) >= since);
  return lines.length === 0 ? null : worstOf(lines);
}

/** Whoever knocks while it recovers or stops is told that it does, not why: one that fails again and again says little else. */
const turnsAway = /FATAL: +the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting)/;

/** What it says of itself. */
function linesIn(log: string, start: number): string[] {
  const lines = readFileSync(log).subarray(start).toString().split("\n");
  return lines.filter((line) => line !== "" && !turnsAway.test(line));
}

const noSpace = "no space left on device";

function worstOf(lines: readonly string[], silent = "it said nothing"): string {
  const worst = lines.findLast((line) => /(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? silent;
  return worst.replace(/^.*?(FATAL|PANIC|error|LOG): +/, "");
}
