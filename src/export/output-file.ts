import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname } from "node:path";
import { ConsoleError, codeOf } from "../core/errors.ts";
import type { Cell } from "../core/messages/training.ts";

/** A file format at work: takes rows in the order of the columns it was made for. */
export interface RowWriter {
  /** Resolves when there is room for more. */
  write(rows: readonly Cell[][]): Promise<void>;
  /** Writes what is still held back, and the file's end. */
  finish(): Promise<void>;
}

/** A file that appears under its name when it is whole, or not at all. */
export class OutputFile {
  readonly #hash = new Bun.CryptoHasher("sha256");
  #bytes = 0;
  #isPublished = false;

  private constructor(
    readonly path: string,
    readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<OutputFile> {
    await removeOrphans(path);
    return new OutputFile(path, await attempt(path, () => open(partialName(path), "w")));
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
    await attempt(this.path, () => this.file.appendFile(chunk));
  }

  /** Puts all on disk; it may then be published. */
  async close(): Promise<{ bytes: number; sha256: string }> {
    await attempt(this.path, () => this.file.sync());
    await this.file.close();
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Gives it its name, in place of a file that had it. */
  async publish(): Promise<void> {
    await attempt(this.path, () => rename(partialName(this.path), this.path));
    this.#isPublished = true;
  }

  /** Removes what was written, unless it was published. */
  async discard(): Promise<void> {
    if (this.#isPublished) return;
    await this.file.close().catch(() => undefined);
    await rm(partialName(this.path), { force: true });
  }
}

/** Told apart by process and machine, so that two may write the same file at once: the last one to finish wins. */
function partialName(path: string, pid = process.pid): string {
  return `${path}.${hostname()}-${pid}.partial`;
}

/** Remove what processes of this machine left behind that were killed while they wrote this file. */
async function removeOrphans(path: string): Promise<void> {
  for (const name of await readdir(dirname(path)).catch((): string[] => [])) {
    const pid = Number(/-(\d+)\.partial$/.exec(name)?.[1]);
    const orphan = partialName(path, pid);
    if (name === basename(orphan) && !isAlive(pid)) await rm(orphan, { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, and lives.
    return codeOf(error) !== "ESRCH";
  }
}

async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new ConsoleError("io_error", `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
      hint: "Check that its folder exists, may be written and has room, or name another file with --out.",
      cause,
    });
  }
}
