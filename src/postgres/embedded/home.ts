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
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { type Account, serverAccount } from "./account.ts";

/** Where the embedded server of a home keeps what. */
export interface ServerPaths {
  /** Owned by the server's account, 0700; all the rest lies in it. */
  folder: string;
  data: string;
  log: string;
  /** There while `db start` wants the server to outlive its users. */
  keep: string;
  /** Where its socket is, if the path is short enough. */
  socket: string;
  /** Held by every process of the server: see server-lock.ts. */
  server: string;
  /** Held exclusively by whoever starts or stops the server. */
  turn: string;
  /** Who that is, in words. */
  holder: string;
  /** Held shared by everyone who uses the server. */
  users: string;
}

/** For its owner alone. */
export const secret = 0o700;

/** Without symbolic links, so that a home has one name. */
export function serverPaths(home: string): ServerPaths {
  const folder = join(existsSync(home) ? realpathSync(home) : resolve(home), "postgres");
  return {
    folder,
    data: join(folder, "data"),
    log: join(folder, "server.log"),
    keep: join(folder, "keep"),
    socket: join(folder, "socket"),
    server: join(folder, "server.lock"),
    turn: join(folder, "turn.lock"),
    holder: join(folder, "turn.holder"),
    users: join(folder, "users.lock"),
  };
}

/** Make the home, and in it the server's folder, unless they are there. Nothing is touched in a folder that is not ours. */
export function prepareHome(home: string): { paths: ServerPaths; account: Account | null } {
  try {
    requireTarget(home);
    mkdirSync(dirname(resolve(home)), { recursive: true });
    const isNew = mkdirSync(home, { recursive: true, mode: secret }) !== undefined;
    const paths = serverPaths(home);
    const account = serverAccount(paths.folder, home);
    // A home that somebody else made keeps its owner and its mode.
    if (isNew) give(home, account);
    mkdirSync(paths.folder, { recursive: true, mode: secret });
    requireOwner(paths.folder);
    requireOurs(paths);
    give(paths.folder, account);
    chmodSync(paths.folder, secret);
    return { paths, account };
  } catch (cause) {
    throw cannotUse(home, cause);
  }
}

/** A link that leads nowhere would be taken for a home that is yet to be made. */
function requireTarget(home: string): void {
  if (existsSync(home) || lstatSync(home, { throwIfNoEntry: false }) === undefined) return;
  const target = readlinkSync(home);
  throw new ConsoleError("io_error", `The home ${home} is a link to ${target}, which is not there`, {
    hint: `Make ${target} (a disk that is to be mounted there?), or remove the link.`,
  });
}

/** Each start of ours begins by taking a turn: a folder of this name that holds things but no such file is another's. */
function requireOurs({ folder, turn }: ServerPaths): void {
  if (existsSync(turn) || readdirSync(folder).length === 0) return;
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
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
      throw cannotUse(folder, cause);
    }
  }
}

/** What the system said about the home's files, as an error with a remedy. */
export function cannotUse(home: string, cause: unknown): ConsoleError {
  if (cause instanceof ConsoleError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new ConsoleError("io_error", `Cannot use ${home} for the embedded server: ${reasonOf(cause)}`, {
    hint: remedies[code] ?? "Keep the embedded server in another folder, with --home or STREAMFLOW_HOME.",
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

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Hand a path over to the server's account, when that is not ours. Never follows a link that the account may have put there. */
export function give(path: string, account: Account | null): void {
  if (account) lchownSync(path, account.uid, account.gid);
}

/** Write a whole file of the server's, in place of the old one, readable by its account alone. */
export function writeOwned(path: string, text: string, account: Account | null): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  give(path, account);
}
