/** Offset of the first byte, from `from` up to `to`, that is not part of a UTF-8 character; -1 when there is none. */
export function firstForeignByte(data: Buffer, from = 0, to = data.length): number {
  for (let at = from; at < to; ) {
    const length = (data[at] ?? 0) < 0x80 ? 1 : characterLength(data, at, to);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** As text, with each byte that is not UTF-8 as its escape: `Jos\xE9`. */
export function showBytes(data: Buffer, from = 0, to = data.length): string {
  let shown = "";
  let start = from;
  for (;;) {
    const foreign = firstForeignByte(data, start, to);
    const end = foreign === -1 ? to : foreign;
    if (end > start) shown += data.toString("utf8", start, end);
    if (foreign === -1) return shown;
    shown += `\\x${hex[data[foreign] ?? 0]}`;
    start = foreign + 1;
  }
}

/** "byte 0xE9 at offset 1,234 is not UTF-8; in Latin-1 it is é". */
export function describeForeignByte(byte: number, offset: number): string {
  const latin1 = byte >= 0xa0 ? `; in Latin-1 it is ${String.fromCharCode(byte)}` : "";
  return `byte 0x${hex[byte]} at offset ${offset} is not UTF-8${latin1}`;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, "0"));

/** Bytes of the character that begins at `at`, by the table of RFC 3629, section 4; 0 when none does. */
function characterLength(data: Buffer, at: number, to: number): number {
  const lead = data[at] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > to) return 0;
  const second = data[at + 1] ?? 0;
  if (second < (lowestSecond[lead] ?? 0x80) || second > (highestSecond[lead] ?? 0xbf)) return 0;
  for (let next = at + 2; next < at + length; next++) if (((data[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Leads whose second byte is narrower than usual, against overlong forms, surrogates and what is past U+10FFFF. */
const lowestSecond: Record<number, number> = { 224: 0xa0, 240: 0x90 };
const highestSecond: Record<number, number> = { 237: 0x9f, 244: 0x8f };

const marks: [bytes: number[], encoding: string][] = [
  [[0xff, 0xfe, 0, 0], "UTF-32"],
  [[0, 0, 0xfe, 0xff], "UTF-32"],
  [[0xff, 0xfe], "UTF-16"],
  [[0xfe, 0xff], "UTF-16"],
];

/** The encoding that a file's first bytes give away, by their byte order mark or as NULs between letters; null if none. */
export function foreignEncoding(data: Buffer): string | null {
  for (const [bytes, encoding] of marks) if (bytes.every((byte, index) => data[index] === byte)) return encoding;
  const [first, second, third, fourth] = data;
  if (first && second === 0 && third && fourth === 0) return "UTF-16";
  return first === 0 && second && third === 0 && fourth ? "UTF-16" : null;
}
