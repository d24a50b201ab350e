import { isUtf8 } from "node:buffer";

/** Offset of the first byte that is not part of a UTF-8 character; -1 when there is none. */
export function firstForeignByte(data: Buffer): number {
  if (isUtf8(data)) return -1;
  for (let at = 0; at < data.length; ) {
    const length = characterLength(data[at] ?? 0);
    if (length === 0 || at + length > data.length || !isUtf8(data.subarray(at, at + length))) return at;
    at += length;
  }
  return -1;
}

/** As text, with each byte that is not UTF-8 as its escape: `Jos\xE9`. */
export function showBytes(data: Buffer): string {
  let shown = "";
  let from = 0;
  for (;;) {
    const foreign = firstForeignByte(data.subarray(from));
    if (foreign === -1) return shown + data.toString("utf8", from);
    shown += `${data.toString("utf8", from, from + foreign)}\\x${hex(data[from + foreign] ?? 0)}`;
    from += foreign + 1;
  }
}

/** "byte 0xE9 at offset 1,234 is not UTF-8; in Latin-1 it is é". */
export function describeForeignByte(byte: number, offset: number): string {
  const latin1 = byte >= 0xa0 ? `; in Latin-1 it is ${String.fromCharCode(byte)}` : "";
  return `byte 0x${hex(byte)} at offset ${offset} is not UTF-8${latin1}`;
}

/** Bytes of the character that begins with this one, by RFC 3629; 0 when none does. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

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
