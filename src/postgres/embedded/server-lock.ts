import { dlopen, FFIType } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";
import { ConsoleError } from "../../core/errors.ts";
import type { Account } from "./account.ts";
import { give, type ServerPaths } from "./home.ts";

/**
 * The kernel's own word on whether a server lives on a home: a lock (flock) on a file beside the data, which every process
 * of the server inherits, and which ends with the last of them. Whoever can see the file can ask, from another container or
 * process space as well, where process numbers and /tmp are others'.
 */
export interface ServerLock {
  /** For the server to inherit. */
  handle: number;
  /** Ours alone: what inherited it keeps it. */
  close(): void;
}

/** Operations of flock(2). */
const [shared, exclusive, withoutWaiting] = [1, 2, 4];

const libraries = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"];

let loaded: ((handle: number, operation: number) => number) | null = null;

function flock(handle: number, operation: number): boolean {
  loaded ??= loadFlock();
  return loaded(handle, operation | withoutWaiting) === 0;
}

function loadFlock(): (handle: number, operation: number) => number {
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } });
      return symbols.flock;
    } catch {
      // Another C library has another name.
    }
  }
  throw new ConsoleError("embedded_unavailable", "The C library of this system has no flock that could be found", {
    hint: "Set DATABASE_URL to a PostgreSQL of your own.",
  });
}

/** The lock, for a server that is to be started; null while one lives, or what is left of it. */
export function tryServerLock(paths: ServerPaths, account: Account | null): ServerLock | null {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const handle = openSync(paths.server, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  give(paths.server, account);
  if (flock(handle, exclusive)) return { handle, close: () => closeSync(handle) };
  closeSync(handle);
  return null;
}

/** Whether a process of a server lives on this home, wherever it runs; changes nothing. */
export function isServerLocked(paths: ServerPaths): boolean {
  let handle: number;
  try {
    handle = openSync(paths.server, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    // There never was one, or it was started by a console that knew no such lock.
    return false;
  }
  try {
    return !flock(handle, shared);
  } finally {
    closeSync(handle);
  }
}
