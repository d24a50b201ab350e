import { dlopen, FFIType } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";
import { ConsoleError, messageOf } from "../../core/errors.ts";
import type { Account } from "../target/accounts.ts";
import { give, type ServerPaths } from "./home.ts";

/**
 * A lock of the kernel's on a file (flock): it ends with `release`, or with the last process that inherited its handle,
 * however that dies. Whoever can see the file can ask for it, from another container or process space as well, where
 * process numbers and /tmp are others'; and it needs no room on the disk.
 */
export interface Hold extends Disposable {
  handle: number;
  release(): void;
}

/** Operations of flock(2). */
const operations = { shared: 1, exclusive: 2 };
const withoutWaiting = 4;

type LockMode = keyof typeof operations;
type Flock = (handle: number, operation: number) => number;
let loaded: Flock | null = null;

const libraries = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"];

function loadFlock(): Flock {
  let reason: unknown;
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } });
      return symbols.flock;
    } catch (error) {
      // Another C library has another name.
      reason ??= error;
    }
  }
  throw new ConsoleError("embedded_unavailable", `The system's C library cannot be loaded: ${reason}`, {
    hint: "If memory is limited, `ulimit -v unlimited` helps; else set DATABASE_URL to a PostgreSQL of your own.",
    cause: reason,
  });
}

/** The lock, or null while others hold one that excludes it. The file is made if need be. */
export function lockFile(path: string, mode: LockMode, account: Account | null): Hold | null {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  let handle: number;
  try {
    handle = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    give(path, account);
  } catch (cause) {
    throw new ConsoleError("io_error", `Cannot lock ${path}: ${messageOf(cause)}`, {
      hint: `It has to be a file of the home's owner: remove ${path} if it is anything else, then try again.`,
      cause,
    });
  }
  return heldOn(handle, mode);
}

function heldOn(handle: number, mode: LockMode): Hold | null {
  loaded ??= loadFlock();
  if (loaded(handle, operations[mode] | withoutWaiting) !== 0) {
    closeSync(handle);
    return null;
  }
  let isHeld = true;
  const release = () => {
    if (isHeld) closeSync(handle);
    isHeld = false;
  };
  return { handle, release, [Symbol.dispose]: release };
}

/** Whether a process that a server started lives on this home, wherever it runs; changes nothing. */
export function isServerLocked({ server }: ServerPaths): boolean {
  let handle: number;
  try {
    handle = openSync(server, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    // There never was one, or it was started by a console that knew no such lock.
    return false;
  }
  using hold = heldOn(handle, "shared");
  return hold === null;
}
