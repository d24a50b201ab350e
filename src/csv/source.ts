import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { extname } from "node:path";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { version } from "../../package.json" with { type: "json" };
import type { TableShape } from "../core/columns.ts";
import { codeOf } from "../core/errors.ts";
import type { FaultCode } from "../core/faults.ts";
import type { DateRange } from "./cells/cell-type.ts";
import { type FileFacts, reasonOf } from "./drop.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Small enough for a socket's buffer: PostgreSQL works on one chunk while the next is checked. */
const chunkBytes = 64 * 1024;
const inChunks = { chunkSize: chunkBytes };

/** The file as a whole cannot be read to its end. */
export class SourceFault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly reason: string,
  ) {
    super(reason);
  }
}

export interface ChunkOptions {
  /** Called with the bytes on disk that were read so far. */
  onProgress?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A file and the table that it is for. */
export interface TableSource {
  path: string;
  shape: TableShape;
  /** Columns that a file need not carry. */
  optional: ReadonlySet<string>;
  dates: DateRange;
  /** Columns that the table has since the last drop, which carried none of them: not missed by the sender's fault. */
  added?: ReadonlySet<string>;
  /** How it was listed, where that is to be held against it. */
  listed?: FileFacts;
}

/** A file that is being read: its bytes on disk are hashed, what they stand for is handed out. */
export class SourceFile {
  #bytes = 0;
  readonly #hash = createHash("sha256");

  private constructor(
    readonly path: string,
    readonly handle: FileHandle,
    readonly stats: Stats,
  ) {}

  /** Throws a SourceFault when there is no such file or it cannot be opened. */
  static async open(path: string): Promise<SourceFile> {
    try {
      // Opening a pipe would wait for a writer for ever.
      if (!(await stat(path)).isFile()) throw new SourceFault("file_unreadable", "not a file");
      const handle = await open(path);
      return new SourceFile(path, handle, await handle.stat());
    } catch (error) {
      return throwFault(error);
    }
  }

  /** The file's content, decompressed as its name's ending says. May be left early; closes the file in any case. */
  async *chunks(options: ChunkOptions = {}): AsyncGenerator<Buffer> {
    const onDisk = this.#onDisk(options);
    // Nothing at all is an empty file, not a damaged archive.
    const ending = this.stats.size === 0 ? "" : extname(this.path);
    try {
      if (ending === ".gz") yield* decompress(onDisk, createGunzip(inChunks), options.signal);
      else if (ending === ".zst")
        yield* decompress(wholeFrames(onDisk), createZstdDecompress(inChunks), options.signal);
      else yield* onDisk;
    } finally {
      await onDisk.return(undefined);
      await this.handle.close();
    }
  }

  /** Of the bytes on disk; once, after the last chunk. */
  sha256(): string {
    return this.#hash.digest("hex");
  }

  async *#onDisk({ onProgress, signal }: ChunkOptions): AsyncGenerator<Buffer> {
    // Reading goes on while a chunk is worked on. A fresh buffer each time: a socket may still hold the last one.
    const read = () =>
      this.handle.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes, this.#bytes).catch(throwFault);
    let next = read();
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead, buffer } = await next;
        if (bytesRead === 0) return;
        this.#bytes += bytesRead;
        next = read();
        const chunk = buffer.subarray(0, bytesRead);
        this.#hash.update(chunk);
        yield chunk;
        onProgress?.(this.#bytes);
      }
    } finally {
      // A reader that stops early leaves one read under way; what became of it is nobody's concern by then.
      await next.catch(() => {});
    }
  }
}

/** Errors of the decoder are faults of the file; those of the input stay as they are. */
async function* decompress(input: AsyncIterable<Buffer>, decoder: Transform, signal?: AbortSignal) {
  pipeline(Readable.from(input, { objectMode: true }), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SourceFault) throw error;
    throw new SourceFault("file_corrupt", `the compressed data is damaged or cut short: ${reasonOf(error)}`);
  }
}

/** The chunks of a zstd file as they are. Throws at the end of a file that stops within a frame. */
async function* wholeFrames(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames = new ZstdFrames();
  for await (const chunk of input) {
    if (!frames.push(chunk)) throw new SourceFault("file_corrupt", "the compressed data is damaged: not a zstd frame");
    yield chunk;
  }
  if (!frames.isWhole) throw new SourceFault("file_corrupt", "the compressed data is cut short");
}

/** True when a file is no longer what it was. What was read in between cannot be trusted: a file that shrinks reads short. */
export async function hasChanged(path: string, since: Stats): Promise<boolean> {
  const now = await stat(path).catch(() => null);
  return now?.ino !== since.ino || now.size !== since.size || now.mtimeMs !== since.mtimeMs;
}

function throwFault(error: unknown): never {
  if (error instanceof SourceFault) throw error;
  const code = codeOf(error);
  throw new SourceFault(code === "ENOENT" ? "file_missing" : "file_unreadable", reasonOf(error));
}

/**
 * A digest of all that a verdict on a file's rows depends on, besides its bytes: the table's columns and key, the dates
 * that are allowed, and the reader itself. Equal bytes read under the same digest are equally sound, and stage equal rows.
 * Null where a column's type is of somebody's own making, which may change under its name.
 */
export function readAs({ shape, dates, optional }: TableSource): string | null {
  if (shape.columns.some(({ own }) => own)) return null;
  const { columns, key } = shape;
  const said = JSON.stringify([version, columns, key, dates, [...optional].sort()]);
  return new Bun.CryptoHasher("sha256").update(said).digest("hex");
}
