import { hasEscape, plainSigns, type Signs } from "./written/signs.ts";

/** The bytes that CSV is made of, and what strict reading knows of bytes alone. */
export const lfByte = 0x0a;
export const crByte = 0x0d;

/** A value longer than this, in bytes without its quotes, is taken for a quote that was never closed. */
export const maxValueBytes = 1_000_000;

export type LineEnd = "\n" | "\r\n";

/**
 * Bytes that were read and not taken yet, to which more are added. A long record comes in many pieces: to copy it, or to
 * look through it, from its start with each of them would cost the square of its length.
 */
export class Unread {
  data: Buffer = Buffer.alloc(0);
  /** Has the data as its last `#used` bytes but for room for more. What was handed out of it is never written over. */
  #room: Buffer = this.data;
  #used = 0;
  /** How far whole records were looked for, whether that is within quotes, and where the last one ends. */
  #seen = 0;
  #inside = false;
  #whole = 0;

  constructor(readonly signs: Signs = plainSigns) {}

  /** Returns all that is not taken. */
  add(chunk: Buffer): Buffer {
    const { length } = this.data;
    if (length === 0) {
      this.#room = chunk;
      this.#used = chunk.length;
      this.data = chunk;
      return chunk;
    }
    const size = length + chunk.length;
    if (this.#used + chunk.length > this.#room.length) {
      // A row that a piece breaks off is short. What is longer than a piece is likely to go on for more of them.
      this.#room = Buffer.allocUnsafe(length < chunk.length ? size : 2 * size);
      this.#room.set(this.data);
      this.#used = length;
    }
    this.#room.set(chunk, this.#used);
    this.#used += chunk.length;
    this.data = this.#room.subarray(this.#used - size, this.#used);
    return this.data;
  }

  take(bytes: number): void {
    this.data = this.data.subarray(bytes);
    const goesOn = bytes === this.#whole;
    this.#seen = goesOn ? this.#seen - bytes : 0;
    this.#inside = goesOn && this.#inside;
    this.#whole = 0;
  }

  /**
   * Where the last whole record ends, 0 without one; `final` data ends with one. As for PostgreSQL, a line end counts when
   * an even number of quotes stands before it. Where quotes are astray that is of no use, and the block is found unsound.
   */
  wholeRecords(final: boolean): number {
    const { data } = this;
    const { quote, escaping } = this.signs;
    const isEscaped = hasEscape(this.signs);
    let inside = this.#inside;
    let whole = this.#whole;
    let at = this.#seen;
    if (!inside && !data.includes(quote, at)) {
      const lineFeed = data.subarray(at).lastIndexOf(lfByte);
      if (lineFeed !== -1) whole = at + lineFeed + 1;
      at = data.length;
    } else {
      for (; at < data.length; at++) {
        const byte = data[at];
        if (byte === quote) inside = !inside;
        else if (byte === lfByte && !inside) whole = at + 1;
        // What it escapes may not be there yet.
        else if (isEscaped && inside && byte === escaping) at++;
      }
    }
    this.#seen = at;
    this.#inside = inside;
    this.#whole = whole;
    return final && !inside ? data.length : whole;
  }
}

/**
 * True when every line end outside quotes is `lineEnd`, or any where they may be mixed, and no carriage return stands
 * anywhere else outside them.
 */
export function lineEndsAgree(block: Buffer, lineEnd: LineEnd, signs: Signs = plainSigns): boolean {
  const { quote, escaping, isMixed } = signs;
  if ((lineEnd === "\n" || isMixed) && !block.includes(crByte)) return true;
  const isEscaped = hasEscape(signs);
  let inside = false;
  let previous = 0;
  for (let at = 0; at < block.length; at++) {
    const byte = block[at] ?? 0;
    if (byte === quote) inside = !inside;
    else if (inside && isEscaped && byte === escaping) at++;
    else if (!inside) {
      if (byte === lfByte && !isMixed && (previous === crByte) !== (lineEnd === "\r\n")) return false;
      if (previous === crByte && byte !== lfByte) return false;
    }
    previous = byte;
  }
  return previous !== crByte;
}

export function countLines(data: Buffer, from = 0, to = data.length): number {
  let lines = 0;
  for (let at = data.indexOf(lfByte, from); at !== -1 && at < to; at = data.indexOf(lfByte, at + 1)) lines++;
  return lines;
}

/** Kinds of bytes that call for a closer look, of all these together. */
export function kindsOf(data: Buffer, from: number, to: number, { kindOf }: Signs = plainSigns): number {
  let kinds = 0;
  for (let at = from; at < to; at++) kinds |= kindOf[data[at] ?? 0] ?? 0;
  return kinds;
}
