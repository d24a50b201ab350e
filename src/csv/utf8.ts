import { acceptedBy } from "../core/written/settings.ts";
import { kindsOf } from "./bytes.ts";
import { byteKind } from "./written/signs.ts";

/** Offset of the first byte, from `from` up to `to`, that is not part of a UTF-8 character; -1 when there is none. */
export function firstForeignByte(data: Buffer, from = 0, to = data.length): number {
  for (let at = from; at < to; ) {
    const length = (data[at] ?? 0) < 0x80 ? 1 : characterLength(data, at, to);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** Where the last character ends that is whole, or may be: data that goes on may break one off. */
export function wholeCharacters(data: Buffer, to: number): number {
  const longest = 4;
  for (let at = to - 1; at >= Math.max(0, to - longest); at--) if (isLead(data[at] ?? 0)) return at;
  return to;
}

function isLead(byte: number): boolean {
  return byte >= 0xc2 && byte <= 0xf4;
}

/** Stretches of bytes as text. All is decoded at once and cut, at a fraction of what decoding each stretch costs. */
export class ByteText {
  #characters: string | null = null;

  constructor(readonly data: Buffer) {}

  /** Bytes of these kinds that are UTF-8. */
  value(from: number, to: number, kinds: number): string {
    if ((kinds & byteKind.beyondAscii) !== 0) return this.data.toString("utf8", from, to);
    // In Latin-1 a byte is a character, so what is ASCII stands in the same place.
    this.#characters ??= this.data.toString("latin1");
    return this.#characters.slice(from, to);
  }

  /** Bytes of these kinds, with each that is not UTF-8 as its escape: `Jos\xE9`. */
  written(from: number, to: number, kinds: number): string {
    if ((kinds & byteKind.beyondAscii) === 0) return this.value(from, to, kinds);
    let shown = "";
    for (let at = from; at < to; ) {
      const foreign = firstForeignByte(this.data, at, to);
      const end = foreign === -1 ? to : foreign;
      shown += this.value(at, end, kindsOf(this.data, at, end));
      if (foreign !== -1) shown += escapes[this.data[foreign] ?? 0];
      at = end + 1;
    }
    return shown;
  }
}

/** "byte 0xE9 at offset 1234 is not UTF-8; in Latin-1 it is é, and …" with the setting that accepts it; the offset may be left out. */
export function describeForeignByte(byte: number, offset: number | null): string {
  const [name, verdict, both] = descriptions[byte] ?? ["", "", ""];
  return offset === null ? both : `${name} at offset ${offset}${verdict}`;
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const hex = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
const escapes = hex.map((digits) => `\\x${digits}`);
const descriptions = bytes.map((byte) => {
  const name = `byte 0x${hex[byte]}`;
  const verdict = ` is not UTF-8${inWindows1252(byte)}`;
  return [name, verdict, name + verdict] as const;
});

/** What most of the files that are not UTF-8 mean by a byte. Latin-1 has the same letters, and fewer signs. */
function inWindows1252(byte: number): string {
  const character = new TextDecoder("windows-1252").decode(Uint8Array.of(byte));
  if (/[\0-\x9f]/.test(character)) return "";
  const name = byte < 0xa0 ? "Windows-1252" : "Latin-1";
  return `; in ${name} it is ${character}, and ${acceptedBy({ encoding: "windows-1252" })}`;
}

/** Bytes of the character that begins at `at`, by the table of RFC 3629, section 4; 0 when none does. */
function characterLength(data: Buffer, at: number, to: number): number {
  const lead = data[at] ?? 0;
  if (!isLead(lead)) return 0;
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
