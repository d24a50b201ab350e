/**
 * Follows the frames of a zstd file, for the runtime's decompressor takes the end of a truncated file, or anything after
 * a frame, for the end of the data without a word. Layout: RFC 8878, section 3.1.
 */
export class ZstdFrames {
  /** Bytes to pass over before the next piece, how many it has, and those of it that are there. */
  #skip = 0;
  #wanted = 4;
  #piece: number[] = [];
  #isBetween = true;
  readonly #pieces = this.#read();

  constructor() {
    this.#pieces.next(0);
  }

  /** Takes the file's next bytes; false when they are not zstd. */
  push(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#piece.push(chunk[at++] ?? 0);
      if (this.#piece.length < this.#wanted) continue;
      const next = this.#pieces.next(this.#piece.reduceRight((sum, byte) => sum * 256 + byte, 0));
      if (next.done) return false;
      [this.#skip, this.#wanted] = next.value;
      this.#piece = [];
    }
    return true;
  }

  /** True where a file may end: after a whole frame. */
  get isWhole(): boolean {
    return this.#isBetween && this.#piece.length === 0 && this.#skip === 0;
  }

  /** Asks for piece after piece, which come as little-endian numbers; ends at one that no zstd file has. */
  *#read(): Generator<[skip: number, wanted: number], void, number> {
    for (let skip = 0; ; ) {
      this.#isBetween = true;
      const magic = yield [skip, 4];
      this.#isBetween = false;
      if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
        // A frame to be skipped, of this size.
        skip = yield [0, 4];
        continue;
      }
      if (magic !== 0xfd2fb528) return;
      const descriptor = yield [0, 1];
      skip = restOfHeader(descriptor);
      for (let isLast = false; !isLast; ) {
        const block = yield [skip, 3];
        isLast = (block & 1) === 1;
        // A run-length block holds one byte, whatever its size.
        skip = ((block >> 1) & 3) === 1 ? 1 : block >> 3;
      }
      // The checksum.
      if ((descriptor & 4) !== 0) skip += 4;
    }
  }
}

/** Bytes of a frame header after its descriptor: window, dictionary and content size, each there or not. */
function restOfHeader(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = isSingleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return window + dictionary + contentSize;
}
