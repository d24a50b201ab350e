import { version } from "../../package.json" with { type: "json" };
import type { TableShape } from "../core/columns.ts";
import { type Dialect, plainDialect, setIn } from "../core/written/dialect.ts";
import type { DateRange } from "./cells/cell-type.ts";
import { isMoved } from "./drop/changes.ts";
import { type FileFacts, factsOf } from "./drop/facts.ts";
import type { PartOnDisk } from "./drop/files.ts";
import { chunkBytes, decompressed, unzipped } from "./files/decompress.ts";
import type { FileStats, Handle } from "./files/opened.ts";
import { openRegular, statsNow } from "./files/regular-file.ts";
import { SourceFault, throwFault } from "./files/source-fault.ts";
import type { ZipMember } from "./files/zip.ts";
import { Comments } from "./written/comments.ts";
import { asUtf8 } from "./written/encoding.ts";
import { plainSyntax, type Syntax, syntaxOf } from "./written/syntax.ts";

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
  /** Columns that the table computes or counts by itself, and by what. */
  computed?: ReadonlyMap<string, string>;
  dates: DateRange;
  /** Columns that the table has since the last drop, which carried none of them: not missed by the sender's fault. */
  added?: ReadonlySet<string>;
  /** The other tables of its dataset: a file may be that of another. */
  others?: readonly TableShape[];
  /** How it is written; as the console would where nothing is said. */
  written?: Dialect;
  /** How it was listed, where that is to be held against it. */
  listed?: FileFacts;
  /** The files that its rows are spread over, in this order; the path is their pattern then. */
  parts?: readonly PartOnDisk[] | undefined;
  /** The file within the archive that lies at the path. */
  member?: ZipMember;
  /** What keeps anything of it from being read, where that is known already. */
  broken?: SourceFault;
}

/** A file that is being read: its bytes on disk are hashed, what they stand for is handed out. */
export class SourceFile {
  #bytes = 0;
  readonly #hash = new Bun.CryptoHasher("sha256");
  #comments: Comments | null = null;

  private constructor(
    readonly path: string,
    readonly handle: Handle,
    readonly stats: FileStats,
    readonly syntax: Syntax,
    readonly member: ZipMember | null,
  ) {}

  /**
   * Throws a SourceFault when there is no such file, it cannot be opened, or it is not the one that was listed: then
   * nothing of it is read, for it may be anything.
   */
  static async open({ path, listed, member, broken, written = plainDialect }: SourceOf): Promise<SourceFile> {
    if (broken !== undefined) throw broken;
    const { handle, stats } = await openRegular(path);
    if (listed === undefined || isAsListed(listed, factsOf(stats))) {
      return new SourceFile(path, handle, stats, syntaxOf(written), member ?? null);
    }
    await handle.close();
    throw new SourceFault("file_changed", changedMeanwhile);
  }

  /**
   * The file's content as UTF-8 without comments, decompressed as its name's ending says. May be left early; closes the
   * file in any case.
   */
  chunks(options: ChunkOptions = {}): AsyncGenerator<Buffer> {
    const { encoding, dialect, signs } = this.syntax;
    const content = this.#content(options);
    const text = encoding === plainSyntax.encoding || this.stats.size === 0 ? content : asUtf8(encoding, content);
    if (dialect.comment === null) return text;
    this.#comments = new Comments(dialect.comment, signs);
    return without(this.#comments, text);
  }

  /** The line of the file that a line of its chunks is, as far as they were read. */
  lineOf(line: number): number {
    return this.#comments?.lineOf(line) ?? line;
  }

  async *#content(options: ChunkOptions): AsyncGenerator<Buffer> {
    const { member } = this;
    const onDisk = this.#onDisk(options, member?.start, member?.stored);
    try {
      if (member !== null) yield* unzipped(member, onDisk, options.signal);
      // Nothing at all is an empty file, not a damaged archive.
      else yield* this.stats.size === 0 ? onDisk : decompressed(this.path, onDisk, options.signal);
    } finally {
      await onDisk.return(undefined);
      await this.handle.close();
    }
  }

  /** Of the bytes on disk that were read, which is a part of an archive; once, after the last chunk. */
  sha256(): string {
    return this.#hash.digest("hex");
  }

  async *#onDisk(
    { onProgress, signal }: ChunkOptions,
    start = 0,
    length = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<Buffer> {
    // Reading goes on while a chunk is worked on. A fresh buffer each time: a socket may still hold the last one.
    const read = () => {
      const wanted = Math.min(chunkBytes, length - this.#bytes);
      return this.handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, start + this.#bytes).catch(throwFault);
    };
    const cancel = () => this.handle.cancel?.();
    signal?.addEventListener("abort", cancel);
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
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
      cancel();
      // A reader that stops early leaves one read under way; what became of it is nobody's concern by then.
      await next.catch(() => {});
    }
  }
}

type SourceOf = Pick<TableSource, "path" | "listed" | "written" | "member" | "broken">;

async function* without(comments: Comments, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield comments.push(chunk, false);
  yield comments.push(Buffer.alloc(0), true);
}

export const changedMeanwhile = "it was replaced, written over or touched since the run began";

/** What is read must be what was listed: who has only its contents cannot tell that it took another's place before. */
function isAsListed(listed: FileFacts, now: FileFacts): boolean {
  return !isMoved(listed, now) && listed.identity === now.identity;
}

/** True when a file is no longer what it was. What was read in between cannot be trusted: a file that shrinks reads short. */
export async function hasChanged(path: string, since: FileStats): Promise<boolean> {
  const now = await statsNow(path);
  return now?.ino !== since.ino || now.size !== since.size || now.mtimeMs !== since.mtimeMs;
}

/**
 * A digest of all that a verdict on a file's rows depends on, besides its bytes: the table's columns and key, the dates
 * that are allowed, and the reader itself. Equal bytes read under the same digest are equally sound, and stage equal rows.
 * Null where a column's type is of somebody's own making, which may change under its name.
 */
export function readAs({ shape, dates, optional, computed, written }: TableSource): string | null {
  if (shape.columns.some(({ own }) => own)) return null;
  const { columns, key } = shape;
  const set = written === undefined ? [] : setIn(written).map((name) => [name, written[name]]);
  const by = computed === undefined || computed.size === 0 ? [] : [[...computed]];
  const said = JSON.stringify([version, columns, key, dates, [...optional].sort(), ...by, ...set]);
  return new Bun.CryptoHasher("sha256").update(said).digest("hex");
}
