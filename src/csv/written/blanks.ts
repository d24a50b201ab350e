import type { Signs } from "./signs.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Kinds of bytes; 0 for most. */
const blank = 1;
const lead = 2;

/**
 * What leaves the blanks around values out of a block without quotes: bytes that are good until the next block, or null
 * where there may be blanks beyond ASCII.
 */
export function blanksLeftOut({ delimiter }: Signs): (block: Buffer) => Buffer | null {
  const kinds = new Uint8Array(256);
  for (const byte of [0x20, 0x09, 0x0b, 0x0c]) kinds[byte] = blank;
  kinds[delimiter] = 0;
  // Blanks of other scripts begin with these, as other characters do.
  for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) kinds[byte] = lead;
  let room: Buffer = Buffer.alloc(0);
  return (block) => {
    if (room.length < block.length) room = Buffer.allocUnsafe(block.length);
    const made = room;
    const { length } = block;
    let to = 0;
    for (let at = 0; at < length; at++) {
      const start = to;
      while (at < length && kinds[block[at] as number] === blank) at++;
      if (at < length && kinds[block[at] as number] === lead) return null;
      for (; at < length; at++) {
        const byte = block[at] as number;
        if (byte === delimiter || byte === lineFeed || byte === carriageReturn) break;
        made[to++] = byte;
      }
      while (to > start && kinds[made[to - 1] as number] === blank) to--;
      if (to > start && mayBeBlank(made, to, kinds)) return null;
      if (at < length) made[to++] = block[at] as number;
    }
    return made.subarray(0, to);
  };
}

/** Whether a character of other scripts that ends here may be a blank. */
function mayBeBlank(made: Buffer, end: number, kinds: Uint8Array): boolean {
  if ((made[end - 1] as number) < 0x80) return false;
  return kinds[made[end - 2] as number] === lead || kinds[made[end - 3] as number] === lead;
}
