import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { ConsoleError } from "../core/errors.ts";
import type { Cell } from "../core/messages/training.ts";

/** A file format at work: takes rows in the order of the columns it was made for. */
export interface RowWriter {
  /** Resolves when there is room for more. */
  write(rows: readonly Cell[][]): Promise<void>;
  /** Writes what is still held back, and the file's end. */
  finish(): Promise<void>;
}

/** A file that appears under its name when it is whole, or not at all. */
export interface OutputFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts all on disk; it may then be renamed. */
  close(): Promise<{ bytes: number; sha256: string }>;
  /** Gives it its name, in place of a file that had it. */
  publish(): Promise<void>;
  /** Removes what was written, unless it was published. */
  discard(): Promise<void>;
}

export async function createOutput(path: string): Promise<OutputFile> {
  const partial = partialName(path, process.pid);
  await removeOrphans(path);
  const file = await attempt(path, () => open(partial, "w"));
  const hash = new Bun.CryptoHasher("sha256");
  let bytes = 0;
  let published = false;
  return {
    async write(chunk) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await attempt(path, () => writeAll(file, chunk));
    },
    async close() {
      await attempt(path, () => file.sync());
      await file.close();
      return { bytes, sha256: hash.digest("hex") };
    },
    async publish() {
      await attempt(path, () => rename(partial, path));
      published = true;
    },
    async discard() {
      if (published) return;
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

/** Told apart by process and machine, so that two may write the same file at once: the last one to finish wins. */
function partialName(path: string, pid: number): string {
  return `${path}.${hostname()}-${pid}.partial`;
}

/** Remove what processes of this machine left behind that were killed while they wrote this file. */
async function removeOrphans(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const pid = Number(/-(\d+)\.partial$/.exec(name)?.[1] ?? Number.NaN);
    if (name !== basename(partialName(path, pid)) || isAlive(pid)) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and lives.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, from);
    from += bytesWritten;
  }
}

async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConsoleError("io_error", `${path} cannot be written: ${reason}`, {
      hint: "Check that its folder exists, may be written and has room, or name another file with --out.",
      cause,
    });
  }
}
