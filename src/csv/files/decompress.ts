import { extname } from "node:path";
import { pipeline, Readable, type Transform } from "node:stream";
import { crc32, createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib";
import { codeOf } from "../../core/errors.ts";
import { isCompressedBy } from "./file-kind.ts";
import { reasonOf, SourceFault } from "./source-fault.ts";
import type { ZipMember } from "./zip.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Small enough for a socket's buffer: PostgreSQL works on one chunk while the next is checked. */
export const chunkBytes = 64 * 1024;
const inChunks = { chunkSize: chunkBytes };

/** A file's content, decompressed as its name's ending says. */
export function decompressed(path: string, onDisk: AsyncGenerator<Buffer>, signal?: AbortSignal) {
  const ending = extname(path);
  if (ending === ".gz") return through(compressedBy("gzip", onDisk), createGunzip(inChunks), signal);
  if (ending === ".zst") return through(wholeFrames(onDisk), createZstdDecompress(inChunks), signal);
  return onDisk;
}

/** The content of a file in an archive. Throws at its end where it is not what the archive says of it. */
export async function* unzipped(
  { isDeflated, bytes, crc }: ZipMember,
  stored: AsyncGenerator<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  let [read, sum] = [0, 0];
  for await (const chunk of isDeflated ? through(stored, createInflateRaw(inChunks), signal) : stored) {
    read += chunk.length;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (read === bytes && sum === crc) return;
  throw new SourceFault("file_corrupt", "the compressed data is damaged: its CRC-32 is not the archive's");
}

/** Errors of the decoder are faults of the file; those of the input stay as they are. */
async function* through(
  input: AsyncIterable<Buffer>,
  decoder: Transform,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  pipeline(Readable.from(input, { objectMode: true }), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SourceFault) throw error;
    const isCut = codeOf(error) === "Z_BUF_ERROR";
    if (isCut) throw new SourceFault("file_cut", cutShort);
    throw new SourceFault("file_corrupt", `the compressed data is damaged: ${reasonOf(error)}`);
  }
}

const cutShort = "the compressed data is cut short";

/** The chunks as they are. Throws when the first of them is not of what is compressed in this way. */
async function* compressedBy(way: "gzip" | "zstd", input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of input) {
    if (isFirst && !isCompressedBy(way, chunk)) {
      throw new SourceFault("file_ending", `it does not hold ${way} data, which its name says`);
    }
    isFirst = false;
    yield chunk;
  }
}

/** The chunks of a zstd file as they are. Throws at the end of a file that stops within a frame. */
async function* wholeFrames(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames = new ZstdFrames();
  for await (const chunk of compressedBy("zstd", input)) {
    if (!frames.push(chunk))
      throw new SourceFault(
        "file_corrupt",
        "something follows the compressed data, or it is damaged: not a zstd frame",
      );
    yield chunk;
  }
  if (!frames.isWhole) throw new SourceFault("file_cut", cutShort);
}
