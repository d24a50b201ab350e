/** The bytes that CSV is made of, and what strict reading knows of bytes alone. */
export const quoteByte = 0x22;
export const commaByte = 0x2c;
export const lfByte = 0x0a;
export const crByte = 0x0d;

/** A value longer than this, in bytes without its quotes, is taken for a quote that was never closed. */
export const maxValueBytes = 1_000_000;

export type LineEnd = "\n" | "\r\n";

/**
 * Where the last whole record ends, 0 without one; `final` data ends with one. As for PostgreSQL, a line end counts when
 * an even number of quotes stands before it. Where quotes are astray that is of no use, and the block is found unsound.
 */
export function wholeRecords(data: Buffer, final: boolean): number {
  if (!data.includes(quoteByte)) return final ? data.length : data.lastIndexOf(lfByte) + 1;
  let end = 0;
  let inside = false;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at];
    if (byte === quoteByte) inside = !inside;
    else if (byte === lfByte && !inside) end = at + 1;
  }
  return final && !inside ? data.length : end;
}

/** True when every line end outside quotes is `lineEnd`, and no carriage return stands anywhere else outside them. */
export function lineEndsAgree(block: Buffer, lineEnd: LineEnd): boolean {
  if (lineEnd === "\n" && !block.includes(crByte)) return true;
  let inside = false;
  let previous = 0;
  for (let at = 0; at < block.length; at++) {
    const byte = block[at] ?? 0;
    if (byte === quoteByte) inside = !inside;
    else if (!inside) {
      if (byte === lfByte && (previous === crByte) !== (lineEnd === "\r\n")) return false;
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

/** Kinds of bytes that call for a closer look at the cell that has them; those of a cell are added up as bits. */
export const byteKind = { quote: 1, return: 2, lineFeed: 4, nul: 8, beyondAscii: 16 };

/** The kind of each byte, 0 for most. */
export const kindOf = new Uint8Array(256).fill(byteKind.beyondAscii, 0x80);
kindOf[quoteByte] = byteKind.quote;
kindOf[crByte] = byteKind.return;
kindOf[lfByte] = byteKind.lineFeed;
kindOf[0] = byteKind.nul;

export function kindsOf(data: Buffer, from: number, to: number): number {
  let kinds = 0;
  for (let at = from; at < to; at++) kinds |= kindOf[data[at] ?? 0] ?? 0;
  return kinds;
}
