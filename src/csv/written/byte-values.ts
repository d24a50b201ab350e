import type { SureBytes, SureWord } from "../cells/sure-bytes.ts";

const quote = 0x22;
const comma = 0x2c;
export const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;

/** What a byte is to values without quotes; most are a value's own. All from `stop` on call for a look. */
export const own = 0;
export const blank = 1;
const stop = 2;
const carriageReturn = 3;
const lead = 4;
const odd = 5;

/** `isTrimmed` where blanks around values are no part of them. */
export function kindsOfBytes(delimiter: number, isTrimmed: boolean): Uint8Array {
  const kinds = new Uint8Array(256);
  // Controls are told of, and the signs of CSV call for quotes.
  kinds.fill(odd, 0, 0x20);
  for (const byte of [0x7f, quote, comma]) kinds[byte] = odd;
  for (const byte of [0x20, 0x09]) kinds[byte] = isTrimmed ? blank : own;
  for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) kinds[byte] = lead;
  kinds[0x0d] = carriageReturn;
  for (const byte of [delimiter, 0x0a]) kinds[byte] = stop;
  return kinds;
}

/** Whether these may begin a blank of another script or a character that steers a terminal, which begin as others do. */
function mayBeOdd(byte: number, next: number): boolean {
  if (byte === 0xc2) return next <= 0xa0;
  if (byte === 0xe2) return next <= 0x81;
  return next === (byte === 0xe1 ? 0x9a : byte === 0xe3 ? 0x80 : 0xbb);
}

/** Where the delimiter or line feed stands that ends a value, from its end on; -1 where the value goes on. */
export function stopAfter(kinds: Uint8Array, block: Buffer, end: number): number {
  let at = end;
  while (kinds[block[at] as number] === blank) at++;
  if (kinds[block[at] as number] === carriageReturn) at++;
  return kinds[block[at] as number] === stop ? at : -1;
}

/** The same from anywhere in a value. */
export function stopOf(kinds: Uint8Array, block: Buffer, from: number): number {
  let at = from;
  while (kinds[block[at] as number] !== stop) at++;
  return at;
}

/*
 * Each of these writes the value that begins at `from` and returns where it ends: what is written has as many bytes. -1
 * where it is not sound for certain. They are given numbers and no objects, for they run for each value.
 */

export function writeText(kinds: Uint8Array, block: Buffer, from: number, made: Buffer, at: number): number {
  let to = at;
  let end = from;
  for (;;) {
    const byte = block[end] as number;
    const kind = kinds[byte] as number;
    if (kind >= stop) {
      if (kind === odd || (kind === lead && mayBeOdd(byte, block[end + 1] as number))) return -1;
      if (kind !== lead) break;
    }
    made[to++] = byte;
    end++;
  }
  while (end > from && kinds[block[end - 1] as number] === blank) end--;
  return end;
}

/** `decimal` is the sign before its fraction, which becomes a point. */
export function writeNumber(
  { whole, fraction, longest }: SureBytes,
  decimal: number,
  block: Buffer,
  from: number,
  made: Buffer,
  at: number,
): number {
  let to = at;
  let end = from;
  let byte = block[end] as number;
  if (byte === minus) {
    made[to++] = byte;
    byte = block[++end] as number;
  }
  const first = end;
  while (byte >= zero && byte <= nine) {
    made[to++] = byte;
    byte = block[++end] as number;
  }
  if (end === first || end - first > whole) return -1;
  if (byte === decimal) {
    end = writeFraction(fraction, block, end, made, to);
    if (end === -1) return -1;
  }
  return end - from > longest ? -1 : end;
}

/** From the decimal sign on. */
export function writeFraction(most: number, block: Buffer, from: number, made: Buffer, at: number): number {
  let to = at;
  let end = from;
  made[to++] = point;
  let byte = block[++end] as number;
  while (byte >= zero && byte <= nine) {
    made[to++] = byte;
    byte = block[++end] as number;
  }
  return end - from === 1 || end - from - 1 > most ? -1 : end;
}

/** Where the groups of thousands end of a number that begins at `from`, its sign passed over; -1 where they are none. */
export function groupsEnd(sign: Buffer, block: Buffer, from: number): number {
  let end = from;
  while (isDigit(block[end] as number)) end++;
  if (end === from || end - from > 3 || block[from] === zero) return -1;
  while (isAt(sign, block, end)) {
    for (let digit = 0; digit < 3; digit++) if (!isDigit(block[end + sign.length + digit] as number)) return -1;
    end += sign.length + 3;
  }
  return isDigit(block[end] as number) ? -1 : end;
}

/** Writes the digits between `from` and `end`; returns where they end. */
export function writeDigits(block: Buffer, from: number, end: number, made: Buffer, at: number): number {
  let to = at;
  for (let next = from; next < end; next++) if (isDigit(block[next] as number)) made[to++] = block[next] as number;
  return to;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

/** The word, in either case, that these bytes are; null for none. */
export function wordAt(words: readonly SureWord[], block: Buffer, from: number, end: number): SureWord | null {
  for (const one of words) if (one.word.length === end - from && isWord(one.word, block, from)) return one;
  return null;
}

function isWord(word: Buffer, block: Buffer, from: number): boolean {
  for (let at = 0; at < word.length; at++) {
    const byte = block[from + at] as number;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word[at]) return false;
  }
  return true;
}

/** Whether the bytes of a word stand there. */
export function isAt(word: Buffer, block: Buffer, from: number): boolean {
  for (let at = 0; at < word.length; at++) if (block[from + at] !== word[at]) return false;
  return true;
}
