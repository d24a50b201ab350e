import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
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
  /** Held exclusively by whoever starts or stops the server. */
  turn: string;
  /** Held shared by everyone who uses the server. */
  users: string;
}

const secret = 0o700;

/** Without symbolic links, so that a home has one name. */
export function serverPaths(home: string): ServerPaths {
  const folder = join(existsSync(home) ? realpathSync(home) : resolve(home), "postgres");
  return {
    folder,
    data: join(folder, "data"),
    log: join(folder, "server.log"),
    keep: join(folder, "keep"),
    turn: join(folder, "turn.lock"),
    users: join(folder, "users.lock"),
  };
}

/** Make the home, and in it the server's folder, unless they are there. */
export function prepareHome(home: string): { paths: ServerPaths; account: Account | null } {
  try {
    mkdirSync(dirname(resolve(home)), { recursive: true });
    const isNew = mkdirSync(home, { recursive: true, mode: secret }) !== undefined;
    const paths = serverPaths(home);
    const account = serverAccount(paths.folder, home);
    // A home that somebody else made keeps its owner and its mode.
    if (isNew) give(home, account);
    mkdirSync(paths.folder, { recursive: true, mode: secret });
    requireOwner(paths.folder);
    give(paths.folder, account);
    chmodSync(paths.folder, secret);
    return { paths, account };
  } catch (cause) {
    throw cannotUse(home, cause);
  }
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

/** What the system said about the home's files, as an error with a remedy. */
export function cannotUse(home: string, cause: unknown): ConsoleError {
  if (cause instanceof ConsoleError) return cause;
  return new ConsoleError("io_error", `Cannot use ${home} for the embedded server: ${reasonOf(cause)}`, {
    hint: "Name a folder of your own with --home or STREAMFLOW_HOME, or set DATABASE_URL.",
    cause,
  });
}

function reasonOf(cause: unknown): string {
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

/** The longest socket path that PostgreSQL takes, in bytes, and what it appends to the directory. */
const socketPathLimit = 107;
export const socketPort = 5432;
const socketName = `.s.PGSQL.${socketPort}`;

export function socketPath(directory: string): string {
  return join(directory, socketName);
}

/**
 * A short directory for the server's socket: the same one for every start of the same home.
 * It must be ours alone, for whoever can enter it can log in.
 */
export function prepareSocketDirectory(paths: ServerPaths, account: Account | null): string {
  const owner = account?.uid ?? process.getuid?.() ?? 0;
  const digest = createHash("sha256").update(paths.folder).digest("hex").slice(0, 10);
  const directory = join(shortRoot(), `streamflow-${owner}-${digest}`);
  try {
    mkdirSync(directory, { mode: secret });
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) {
      throw new ConsoleError("io_error", `Cannot make the socket directory ${directory}: ${reasonOf(cause)}`, {
        hint: "Make /tmp writable, or set TMPDIR to a short path that is.",
        cause,
      });
    }
  }
  const stats = lstatSync(directory);
  if (!stats.isDirectory() || (stats.uid !== owner && stats.uid !== process.getuid?.())) {
    throw new ConsoleError("io_error", `The socket directory ${directory} belongs to somebody else`, {
      hint: "Find out who made it and remove it, then try again.",
    });
  }
  give(directory, account);
  chmodSync(directory, secret);
  // What a crash left: a lock file whose process number was given to another process would keep the server away.
  for (const left of [socketPath(directory), `${socketPath(directory)}.lock`]) rmSync(left, { force: true });
  return directory;
}

/** A temporary directory that leaves room for the rest; a comma would split the path in two for PostgreSQL. */
function shortRoot(): string {
  const fits = (path: string) => {
    const bytes = Buffer.byteLength(`${path}/streamflow-4294967295-0123456789/${socketName}`);
    return bytes <= socketPathLimit && !path.includes(",") && statSync(path, { throwIfNoEntry: false })?.isDirectory();
  };
  return ["/tmp", tmpdir()].find(fits) ?? "/tmp";
}
