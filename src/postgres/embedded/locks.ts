import { closeSync, constants, openSync } from "node:fs";
import { ConsoleError, messageOf } from "../../core/errors.ts";
import type { Account } from "../target/accounts.ts";
import { give, type ServerPaths } from "./home.ts";
import { flock, type LockMode, unlock } from "./system/libc.ts";

/**
 * A lock of the kernel's on a file (flock): it ends with `release`, or with the last process that inherited its handle,
 * however that dies. Whoever can see the file can ask for it, from another container or process space as well, where
 * process numbers and /tmp are others'; and it needs no room on the disk.
 */
export interface Hold extends Disposable {
  handle: number;
  /** Whether nobody else holds it: nobody does then until it is released. */
  isOnly(): boolean;
  /** At once, whoever has the handle as well: so has, for a moment, each process that is just being started. */
  release(): void;
  /** Those who inherited the handle hold it on. */
  bequeath(): void;
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
  if (!flock(handle, mode)) {
    closeSync(handle);
    return null;
  }
  let isHeld = true;
  const bequeath = () => {
    if (isHeld) closeSync(handle);
    isHeld = false;
  };
  const release = () => {
    if (isHeld) unlock(handle);
    bequeath();
  };
  const isOnly = () => isHeld && flock(handle, "exclusive");
  return { handle, isOnly, release, bequeath, [Symbol.dispose]: release };
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
