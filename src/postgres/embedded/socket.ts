import { chmodSync, existsSync, lstatSync, mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";
import type { Account } from "../target/accounts.ts";
import { give, type ServerHome, type ServerPaths, secret } from "./home.ts";

export const socketPort = 5432;

/** The longest socket path that PostgreSQL takes, in bytes. */
const socketPathLimit = 107;

/** What PostgreSQL appends to the directory. */
function socketPath(directory: string): string {
  return join(directory, `.s.PGSQL.${socketPort}`);
}

/**
 * Where the server's socket can be, best first: in the home, which goes with it and which everyone who uses the home can
 * see, whatever /tmp is to them; where its path is too long, or no socket can be in it, in a short directory.
 */
export function socketDirectories(home: ServerHome): string[] {
  return [...(fits(home.socket) ? [home.socket] : []), shortDirectory(home)];
}

/**
 * The directory that holds the socket of the server of this home, which wrote down that one; null when it is not to be seen.
 * A home that was moved took its socket along, and another server's may be by now where it was.
 */
export function socketSeen(recorded: string, paths: ServerPaths): string | null {
  const directory = basename(recorded) === basename(paths.socket) ? paths.socket : recorded;
  return directory !== "" && existsSync(socketPath(directory)) ? directory : null;
}

/** Make it, for its owner alone: whoever can enter it can log in. Only while no server lives. */
export function prepareSocketDirectory(directory: string, account: Account | null): void {
  try {
    mkdirSync(directory, { mode: secret });
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") {
      throw new ConsoleError("io_error", `Cannot make the socket directory ${directory}: ${messageOf(cause)}`, {
        hint: "Name a --home whose path is shorter than 80 characters: the socket is kept in it then.",
        cause,
      });
    }
  }
  const stats = lstatSync(directory);
  if (!stats.isDirectory() || (stats.uid !== ownerOf(account) && stats.uid !== process.getuid?.())) {
    throw new ConsoleError("io_error", `The socket directory ${directory} belongs to somebody else`, {
      hint: "Find out who made it and remove it, then try again.",
    });
  }
  give(directory, account);
  chmodSync(directory, secret);
  // What a crash left: a lock file whose process number was given to another process would keep the server away.
  removeSocket(directory);
}

function removeSocket(directory: string): void {
  for (const left of [socketPath(directory), `${socketPath(directory)}.lock`]) rmSync(left, { force: true });
}

/** Remove what a server that was killed has left of its socket. Only while no server lives. */
export function removeSocketDirectory(directory: string): void {
  try {
    removeSocket(directory);
    rmdirSync(directory);
  } catch {
    // Somebody else's files are in it, or it is gone: either way it is not ours to force.
  }
}

function ownerOf(account: Account | null): number {
  return account?.uid ?? process.getuid?.() ?? 0;
}

/** The same one for every start of the same folder, and another for one that took its place. */
function shortDirectory({ folder, account }: ServerHome): string {
  const { dev, ino } = statSync(folder);
  const digest = new Bun.CryptoHasher("sha256").update(`${folder}\0${dev}\0${ino}`).digest("hex").slice(0, 10);
  const name = `streamflow-${ownerOf(account)}-${digest}`;
  const roomy = (root: string) =>
    fits(join(root, name)) && statSync(root, { throwIfNoEntry: false })?.isDirectory() === true;
  return join(["/tmp", tmpdir()].find(roomy) ?? "/tmp", name);
}

/** A comma would split the path in two for PostgreSQL. */
function fits(directory: string): boolean {
  return Buffer.byteLength(socketPath(directory)) <= socketPathLimit && !directory.includes(",");
}
