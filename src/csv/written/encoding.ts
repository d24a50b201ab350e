import { isAscii, isUtf8 } from "node:buffer";
import { foreignKind, longestBeginning } from "../files/file-kind.ts";
import { SourceFault } from "../files/source-fault.ts";

/** Stands for what is not of the encoding: a byte that no text in UTF-8 has, so that its cell is found. */
const malformed = Buffer.from([0xff]);

type Decode = (chunk: Buffer, isLast: boolean) => string;

/** Text in some encoding as UTF-8. */
export async function* asUtf8(encoding: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* decoded(encoding, bytewise.test(encoding) ? unlessUtf8(encoding, chunks) : chunks);
}

/**
 * Of an encoding in which a byte is a character, text in UTF-8 would pass for other letters. That all letters of a file look like
 * UTF-8 by chance does not happen. Other encodings refuse most of it, and in a few letters look like it themselves.
 */
async function* unlessUtf8(encoding: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isUtf8SoFar = true;
  let hasLetters = false;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (isUtf8SoFar && !(rest.length === 0 && isAscii(chunk))) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      // The last character may be broken off.
      const cut = [0, 1, 2, 3].find((bytes) => isUtf8(data.subarray(0, data.length - bytes)));
      isUtf8SoFar = cut !== undefined;
      hasLetters = true;
      rest = data.subarray(data.length - (cut ?? 0));
    }
    yield chunk;
  }
  if (hasLetters && isUtf8SoFar && rest.length === 0) throw new SourceFault("encoding", other("utf-8", encoding));
}

async function* decoded(encoding: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decode: Decode | null = null;
  let rest: Buffer = Buffer.alloc(0);
  const isBytewise = bytewise.test(encoding);
  const gaps = isBytewise ? bytesOfNone(encoding) : [];
  for await (const chunk of chunks) {
    if (decode !== null) {
      if (isBytewise && isAscii(chunk)) yield chunk;
      else if (isBytewise && !gaps.some((byte) => chunk.includes(byte))) yield Buffer.from(decode(chunk, false));
      else yield encoded(decode(chunk, false), encoding);
      continue;
    }
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (rest.length < longestBeginning) continue;
    decode = decoderOf(encoding, rest);
    yield encoded(decode(rest, false), encoding);
    rest = Buffer.alloc(0);
  }
  decode ??= decoderOf(encoding, rest);
  yield encoded(decode(rest, true), encoding);
}

/** Encodings of which each byte is a character. */
const bytewise = /^(?:windows-(?!949|31j)|iso-8859|latin1|koi8|macintosh|ibm866|x-mac)/;

/** Bytes beyond ASCII that stand for no character: to look for them costs less than to look through the text. */
function bytesOfNone(encoding: string): number[] {
  const all = Array.from({ length: 0x80 }, (_, at) => 0x80 + at);
  const decode = decoderOf(encoding, Buffer.alloc(0));
  return all.filter((byte) => encoded(decode(Buffer.from([byte]), false), encoding).equals(malformed));
}

/** Of these a byte that stands for no character is decoded to a control with its number. */
const withGaps = /^(?:windows-|macintosh|x-mac)/;

/** Throws where the beginning tells that the file is something else. */
function decoderOf(encoding: string, start: Buffer): Decode {
  const kind = foreignKind(start);
  if (kind !== null && kind.code !== "encoding") throw new SourceFault(kind.code, kind.reason);
  const marked = markOf(start);
  if (marked !== null && !encoding.startsWith("utf-16")) throw new SourceFault("encoding", other(marked, encoding));
  if (encoding === "latin1") return (chunk) => chunk.toString("latin1");
  if (!encoding.startsWith("utf-16")) return streaming(encoding);
  if (marked === null && encoding === "utf-16" && start.length > 0) {
    const reason = "it has no byte order mark: its encoding is utf-16le or utf-16be, which the manifest has to say";
    throw new SourceFault("encoding", reason);
  }
  if (marked !== null && !marked.startsWith(encoding)) throw new SourceFault("encoding", other(marked, encoding));
  return utf16(marked ?? encoding, marked !== null);
}

function other(found: string, encoding: string): string {
  return `the file is ${found.toUpperCase()}, not ${encoding} as the manifest has it`;
}

function markOf(start: Buffer): string | null {
  const text = start.toString("latin1", 0, longestBeginning);
  if (text.startsWith("\xef\xbb\xbf")) return "utf-8";
  if (text.startsWith("\xff\xfe")) return "utf-16le";
  return text.startsWith("\xfe\xff") ? "utf-16be" : null;
}

function streaming(encoding: string): Decode {
  const decoder = new TextDecoder(encoding as Bun.Encoding);
  return (chunk, isLast) => decoder.decode(chunk, { stream: !isLast });
}

/** By hand: half of a pair is not to be told from the character that stands for it otherwise. */
function utf16(order: string, hasMark: boolean): Decode {
  let rest: Buffer = Buffer.alloc(0);
  let toSkip = hasMark ? 2 : 0;
  return (chunk, isLast) => {
    const data = rest.length === 0 ? chunk.subarray(toSkip) : Buffer.concat([rest, chunk.subarray(toSkip)]);
    toSkip = 0;
    let whole = data.length - (data.length % 2);
    const high = data[whole - (order === "utf-16be" ? 2 : 1)] ?? 0;
    // What the pair goes on with is in the next chunk.
    if (!isLast && whole > 0 && high >= 0xd8 && high <= 0xdb) whole -= 2;
    rest = data.subarray(whole);
    const units = data.subarray(0, whole);
    const text = (order === "utf-16be" ? Buffer.from(units).swap16() : units).toString("utf16le");
    return isLast && rest.length > 0 ? `${text}\ud800` : text;
  };
}

const half = /\p{Surrogate}/gu;
const gap = /[\ufffd\x80-\x9f]/g;
const unknown = /\ufffd/g;

/** The text as UTF-8, with a byte that is none for each character that stands for nothing of the encoding. */
function encoded(text: string, encoding: string): Buffer {
  if (encoding.startsWith("utf-16") && text.isWellFormed()) return Buffer.from(text);
  const bad = encoding.startsWith("utf-16") ? half : withGaps.test(encoding) ? gap : unknown;
  if (text.search(bad) === -1) return Buffer.from(text);
  const sound = text.split(bad).flatMap((piece) => [malformed, Buffer.from(piece)]);
  return Buffer.concat(sound.slice(1));
}
