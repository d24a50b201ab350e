import { extname } from "node:path";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { reasonOf, SourceFault } from "./source-fault.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Small enough for a socket's buffer: PostgreSQL works on one chunk while the next is checked. */
export const chunkBytes = 64 * 1024;
const inChunks = { chunkSize: chunkBytes };

/** A file's content, decompressed as its name's ending says. */
export function decompressed(path: string, onDisk: AsyncGenerator<Buffer>, signal?: AbortSignal) {
  const ending = extname(path);
  if (ending === ".gz") return through(onDisk, createGunzip(inChunks), signal);
  if (ending === ".zst") return through(wholeFrames(onDisk), createZstdDecompress(inChunks), signal);
  return onDisk;
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
