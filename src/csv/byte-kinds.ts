import { crByte, lfByte, quoteByte } from "./bytes.ts";

/** Kinds of bytes that call for a closer look at the cell that has them; those of a cell are added up as bits. */
export const hasQuote = 1;
export const hasReturn = 2;
export const hasLineFeed = 4;
export const hasNul = 8;
export const hasBeyondAscii = 16;

/** The kind of each byte, 0 for most. */
export const kindOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === quoteByte) return hasQuote;
  if (byte === crByte) return hasReturn;
  if (byte === lfByte) return hasLineFeed;
  if (byte === 0) return hasNul;
  return byte < 0x80 ? 0 : hasBeyondAscii;
});

export function kindsOf(data: Buffer, from: number, to: number): number {
  let kinds = 0;
  for (let at = from; at < to; at++) kinds |= kindOf[data[at] ?? 0] ?? 0;
  return kinds;
}
