import type { Signs } from "./signs.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Kinds of bytes; 0 for most. What is no part of a value, or may be none, is odd. */
const blank = 1;
const lead = 2;
const end = 3;

/**
 * What leaves the blanks around values out of a block without quotes: bytes that are good until the next block, or null
 * where there may be blanks beyond ASCII.
 */
export function blanksLeftOut({ delimiter }: Signs): (block: Buffer) => Buffer | null {
  const kinds = new Uint8Array(256);
  for (const byte of [0x20, 0x09, 0x0b, 0x0c]) kinds[byte] = blank;
  // Blanks of other scripts begin with these, as other characters do.
  for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) kinds[byte] = lead;
  for (const byte of [delimiter, lineFeed, carriageReturn]) kinds[byte] = end;
  let room: Buffer = Buffer.alloc(0);
  return (block) => {
    if (room.length < block.length) room = Buffer.allocUnsafe(block.length);
    const size = leaveOut(kinds, block, room);
    return size === -1 ? null : room.subarray(0, size);
  };
}

/** Writes what is left of the block, and returns how much that is; -1 where there may be other blanks. */
function leaveOut(kinds: Uint8Array, block: Buffer, made: Buffer): number {
  const { length } = block;
  let to = 0;
  let at = 0;
  for (;;) {
    while (at < length && kinds[block[at] as number] === blank) at++;
    if (at < length && kinds[block[at] as number] === lead) return -1;
    const start = to;
    for (;;) {
      let kind = 0;
      // One look a byte: most are a value's own.
      for (; at < length; at++) {
        const byte = block[at] as number;
        kind = kinds[byte] as number;
        if ((kind & 1) !== 0) break;
        made[to++] = byte;
      }
      if (at >= length || kind === end) break;
      made[to++] = block[at++] as number;
    }
    while (to > start && kinds[made[to - 1] as number] === blank) to--;
    if (to > start && mayBeBlank(made, to, kinds)) return -1;
    if (at >= length) return to;
    made[to++] = block[at++] as number;
  }
}

/** Whether a character of other scripts that ends here may be a blank. */
function mayBeBlank(made: Buffer, end: number, kinds: Uint8Array): boolean {
  if ((made[end - 1] as number) < 0x80) return false;
  return kinds[made[end - 2] as number] === lead || kinds[made[end - 3] as number] === lead;
}
