import { type FileHandle, open, rename } from "node:fs/promises";
import type { Cell } from "../core/messages/training.ts";
import { beginDraft, endDraft, unwritable } from "../files/draft.ts";

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
    readonly draft: string,
    readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<OutputFile> {
    const draft = beginDraft(path);
    try {
      return new OutputFile(path, draft, await attempt(path, () => open(draft, "w")));
    } catch (error) {
      endDraft(draft);
      throw error;
    }
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
    await attempt(this.path, () => rename(this.draft, this.path));
    this.#isPublished = true;
  }

  /** Removes what was written, unless it was published. */
  async discard(): Promise<void> {
    if (this.#isPublished) return;
    await this.file.close().catch(() => undefined);
    endDraft(this.draft);
  }
}

async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw unwritable(
      path,
      cause,
      "Check that its folder exists, may be written and has room, or name another file with --out.",
    );
  }
}
