import { dlopen, FFIType, ptr } from "bun:ffi";
import { ConsoleError } from "../../../core/errors.ts";

/** What Bun has no call for. */
const wanted = {
  flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  pipe: { args: [FFIType.ptr], returns: FFIType.i32 },
} as const;

const libraries = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"];

type Library = ReturnType<typeof dlopen<typeof wanted>>["symbols"];
let loaded: Library | null = null;

function library(): Library {
  loaded ??= load();
  return loaded;
}

function load(): Library {
  let reason: unknown;
  for (const name of libraries) {
    try {
      return dlopen(name, wanted).symbols;
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

/** Operations of flock(2). */
const operations = { shared: 1, exclusive: 2 };
const withoutWaiting = 4;
const unlocking = 8;

export type LockMode = keyof typeof operations;

/** Lock the open file; false while others hold a lock that excludes it. */
export function flock(handle: number, mode: LockMode): boolean {
  return library().flock(handle, operations[mode] | withoutWaiting) === 0;
}

/** End the lock of the open file, for all who have it open by the same handle. */
export function unlock(handle: number): void {
  library().flock(handle, unlocking);
}

/** Whoever reads there learns that all who could write are gone; null where the system has no more to give. */
export function openPipe(): { reader: number; writer: number } | null {
  const ends = new Int32Array(2);
  if (library().pipe(ptr(ends)) !== 0) return null;
  const [reader = -1, writer = -1] = ends;
  return { reader, writer };
}
