import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConsoleError, codeOf, messageOf } from "../../core/errors.ts";
import { type Account, systemAccounts } from "../target/accounts.ts";
import { isOurs, type Setting, serverSettings } from "./settings.ts";

/** For its owner alone. */
export const secret = 0o700;

/** Where the embedded server of a home keeps what; without symbolic links, so that a home has one name. */
export function serverPaths(home: string) {
  const folder = join(existsSync(home) ? realpathSync(home) : resolve(home), "postgres");
  return {
    /** Owned by the server's account, 0700; all the rest lies in it. */
    folder,
    data: join(folder, "data"),
    pid: join(folder, "data", "postmaster.pid"),
    log: join(folder, "server.log"),
    /** There while `db start` wants the server to outlive its users. */
    keep: join(folder, "keep"),
    /** Where its socket is, if the path is short enough. */
    socket: join(folder, "socket"),
    /** Held by every process of the server: see locks.ts. */
    server: join(folder, "server.lock"),
    /** Held exclusively by whoever starts or stops the server. */
    turn: join(folder, "turn.lock"),
    /** Who that is, in words. */
    holder: join(folder, "turn.holder"),
    /** Held shared by everyone who uses the server. */
    users: join(folder, "users.lock"),
  };
}

export type ServerPaths = ReturnType<typeof serverPaths>;

/** A home that was made. */
export interface ServerHome extends ServerPaths {
  /** Whose its server's files and processes are; null for our own. */
  account: Account | null;
  /** What its server is told when it is started. */
  settings: readonly Setting[];
}

/** Make the home, and in it the server's folder, unless they are there. Nothing is touched in a folder that is not ours. */
export function prepareHome(home: string, settings = serverSettings): ServerHome {
  try {
    const { folder, data } = serverPaths(home);
    for (const path of [home, folder, data]) requireTarget(path);
    mkdirSync(dirname(resolve(home)), { recursive: true });
    const isNew = mkdirSync(home, { recursive: true, mode: secret }) !== undefined;
    const paths = serverPaths(home);
    const account = serverAccount(paths.folder, home);
    // A home that somebody else made keeps its owner and its mode.
    if (isNew) give(home, account);
    mkdirSync(paths.folder, { recursive: true, mode: secret });
    requireOwner(paths.folder);
    requireOurFolder(paths);
    give(paths.folder, account);
    chmodSync(paths.folder, secret);
    return { ...paths, account, settings };
  } catch (cause) {
    throw cannotUse(home, cause);
  }
}

/** Users without rights that systems come with, best first. */
const systemUsers = ["postgres", "_postgres", "nobody"];

/** The account that owns the server's files: the present owner first, so that one home keeps one owner. */
function serverAccount(folder: string, home: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  return ownerOf(folder) ?? sudoCaller() ?? ownerOf(home) ?? systemAccount();
}

function ownerOf(path: string): Account | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : null;
}

function sudoCaller(): Account | null {
  const uid = Number(process.env.SUDO_UID);
  return uid > 0 ? { uid, gid: Number(process.env.SUDO_GID) || uid } : null;
}

function systemAccount(): Account {
  const accounts = systemAccounts().filter(({ uid }) => uid !== 0);
  for (const name of systemUsers) {
    const account = accounts.find((listed) => listed.name === name);
    if (account) return { uid: account.uid, gid: account.gid };
  }
  throw new ConsoleError("embedded_unavailable", "PostgreSQL refuses to run as root, and no other user was found", {
    hint: "Run the console as an ordinary user, or set DATABASE_URL.",
  });
}

/** A link that leads nowhere would be taken for something that is yet to be made. */
function requireTarget(path: string): void {
  if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  const target = readlinkSync(path);
  throw new ConsoleError("io_error", `${path} is a link to ${target}, which is not there`, {
    hint: `Make ${target} (a disk that is to be mounted there?), or remove the link.`,
  });
}

/** A folder of this name that holds things, but none of the files by which ours are locked and set, is another's. */
function requireOurFolder({ folder, turn, users, server, data }: ServerPaths): void {
  if ([turn, users, server].some((path) => existsSync(path)) || isOurs(data)) return;
  if (readdirSync(folder).length === 0) return;
  throw new ConsoleError("io_error", `${folder} holds files that the console did not make; it was left as it is`, {
    hint: "Move them elsewhere, or keep the embedded server in another folder, with --home.",
  });
}

/** PostgreSQL takes a data directory from nobody but its owner; root becomes the owner. */
function requireOwner(folder: string): void {
  const { uid } = statSync(folder);
  if (process.getuid?.() !== 0 && uid !== process.getuid?.()) {
    throw new ConsoleError("io_error", `The embedded server in ${folder} belongs to another user, of uid ${uid}`, {
      hint: "Run the console as that user, or name another folder with --home.",
    });
  }
}

/** Throws when the home's files are not for us to look at: what lives there is unknown then. */
export function requireReadable(home: string): void {
  for (const folder of [home, join(home, "postgres")]) {
    try {
      accessSync(folder, constants.R_OK | constants.X_OK);
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return;
      throw cannotUse(folder, cause);
    }
  }
}

/** What the system said about the home's files, as an error with a remedy. */
export function cannotUse(home: string, cause: unknown): ConsoleError {
  if (cause instanceof ConsoleError) return cause;
  return new ConsoleError("io_error", `Cannot use ${home} for the embedded server: ${messageOf(cause)}`, {
    hint: remedies[codeOf(cause)] ?? "Keep the embedded server in another folder, with --home or STREAMFLOW_HOME.",
    cause,
  });
}

/** What helps, by the system's code. */
const remedies: Record<string, string> = {
  EACCES: "Run the console as the user whose folder it is, or name another folder with --home.",
  EPERM: "Run the console as the user whose folder it is, or name another folder with --home.",
  EROFS: "That disk is mounted read-only: mount it for writing, or name another folder with --home.",
  ENOSPC: "That disk is full: make room on it, or name a folder on another with --home.",
  EDQUOT: "Your share of that disk is used up: make room on it, or name a folder on another with --home.",
  EMFILE: "The limit of open files is too low: raise it with `ulimit -n 1024`.",
  ENOTDIR: "A part of that path is a file: name another folder with --home.",
};

/** Hand a path over to the server's account, when that is not ours. Never follows a link that the account may have put there. */
export function give(path: string, account: Account | null): void {
  if (account) lchownSync(path, account.uid, account.gid);
}

/** Write a whole file of the server's, in place of the old one, readable by its account alone. */
export function writeOwned(path: string, text: string, account: Account | null): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
  give(fresh, account);
  renameSync(fresh, path);
}
