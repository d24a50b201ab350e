type State = "magic" | "skippable" | "descriptor" | "block";

/**
 * Follows the frames of a zstd file, for the runtime's decompressor takes the end of a truncated file, or anything after
 * a frame, for the end of the data without a word. Layout: RFC 8878, section 3.1.
 */
export class ZstdFrames {
  /** Bytes of the piece now being read that are not there yet. */
  #wanted = 4;
  #piece: number[] = [];
  #skip = 0;
  #state: State = "magic";
  #hasChecksum = false;

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
      if (this.#piece.length === this.#wanted && !this.#next()) return false;
    }
    return true;
  }

  /** True where a file may end: after a whole frame. */
  get isWhole(): boolean {
    return this.#state === "magic" && this.#piece.length === 0 && this.#skip === 0;
  }

  #next(): boolean {
    const value = this.#piece.reduceRight((sum, byte) => sum * 256 + byte, 0);
    this.#piece = [];
    if (this.#state === "magic") return this.#magic(value);
    if (this.#state === "skippable") this.#expect("magic", 4, value);
    else if (this.#state === "block") this.#block(value);
    else {
      this.#hasChecksum = (value & 4) !== 0;
      this.#expect("block", 3, restOfHeader(value));
    }
    return true;
  }

  #magic(value: number): boolean {
    if (value === 0xfd2fb528) this.#expect("descriptor", 1, 0);
    else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#expect("skippable", 4, 0);
    else return false;
    return true;
  }

  /** A block's header: whether it is the last, its kind, its size. A run-length block holds one byte, whatever its size. */
  #block(header: number): void {
    const isRun = ((header >> 1) & 3) === 1;
    const isLast = (header & 1) === 1;
    const content = isRun ? 1 : header >> 3;
    if (isLast) this.#expect("magic", 4, content + (this.#hasChecksum ? 4 : 0));
    else this.#expect("block", 3, content);
  }

  /** What comes next, how many bytes it has, and how many of no interest stand before it. */
  #expect(state: State, bytes: number, skip: number): void {
    this.#state = state;
    this.#wanted = bytes;
    this.#skip = skip;
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
