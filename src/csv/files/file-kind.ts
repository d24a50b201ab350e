import type { FileFault } from "../../core/faults.ts";
import { acceptedBy } from "../../core/written/settings.ts";

const compressed = {
  gzip: (start: string) => start.startsWith("\x1f\x8b"),
  // A frame, or one to be skipped.
  zstd: (start: string) => start.startsWith("\x28\xb5\x2f\xfd") || /^[P-_]\*M\x18/.test(start),
  zip: (start: string) => /^PK(?:\x03\x04|\x05\x06)/.test(start),
  Parquet: (start: string) => start.startsWith("PAR1"),
};
type Compression = keyof typeof compressed;
const compressions = Object.keys(compressed) as Compression[];

/** What other files begin with. */
const others: Record<string, string> = {
  "a spreadsheet": "\xd0\xcf\x11\xe0",
  "a PDF document": "%PDF",
  "bzip2 data": "BZh",
  "xz data": "\xfd7zXZ",
};

/** What an archive holds, by the names in it: office programs keep their documents in one; null where it may be data. */
export function documentIn(names: string): string | null {
  if (names.includes("xl/")) return "a spreadsheet (xlsx)";
  if (names.includes("word/")) return "a document (docx)";
  if (names.includes("opendocument.spreadsheet")) return "a spreadsheet (ods)";
  return /\[Content_Types\]\.xml/.test(names) ? "a spreadsheet or another office document" : null;
}

/** Of an archive's beginning, which has some of the names. */
const namesWithin = 4096;

/** Bytes by which all of these are told apart. */
export const longestBeginning = 5;

/** Of a file that is no text by its first bytes, after decompression as its name says: what it is. Null for what may be CSV. */
export function foreignKind(data: Buffer): FileFault | null {
  const start = data.toString("latin1", 0, longestBeginning);
  const packed = compressions.find((way) => compressed[way](start));
  const document = packed === "zip" ? documentIn(data.toString("latin1", 0, namesWithin)) : null;
  if (document !== null) return { code: "not_csv", reason: `it is ${document}` };
  if (packed !== undefined)
    return { code: "file_ending", reason: `it holds ${packed} data, which its name does not say` };
  const other = Object.entries(others).find(([, beginning]) => start.startsWith(beginning));
  if (other !== undefined) return { code: "not_csv", reason: `it is ${other[0]}` };
  if (start.startsWith("\0\0\0\0")) {
    return { code: "file_cut", reason: "it begins with NUL bytes, as a file does that was made and never filled" };
  }
  const encoding = foreignEncoding(start);
  if (encoding === null) return null;
  const [name, setting] = encoding;
  const accepted = setting === null ? "" : `; ${acceptedBy({ encoding: setting })}`;
  return { code: "encoding", reason: `the file is ${name}, not UTF-8${accepted}`, line: 1 };
}

/** True for the first bytes of what is compressed in this way. */
export function isCompressedBy(way: Compression, data: Buffer): boolean {
  return compressed[way](data.toString("latin1", 0, longestBeginning));
}

/** The encoding that a byte order mark gives away, or NULs between letters, and how the manifest names it; null if none. */
function foreignEncoding(start: string): [name: string, setting: string | null] | null {
  if (start.startsWith("\xff\xfe\0\0") || start.startsWith("\0\0\xfe\xff")) return ["UTF-32", null];
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start)) return ["UTF-16", "utf-16"];
  if (/^[^\0]\0[^\0]\0/.test(start)) return ["UTF-16", "utf-16le"];
  return /^\0[^\0]\0[^\0]/.test(start) ? ["UTF-16", "utf-16be"] : null;
}

const markup: [beginning: RegExp, kind: string][] = [
  [/^\s*<(?:!doctype html|html|head|body)\b/i, "an HTML page"],
  [/^\s*<[?!a-z]/i, "XML"],
  [/^\s*[{[]/, "JSON"],
];

/** What a first line is that names no column; null where nothing tells. */
export function foreignText(line: string): string | null {
  return markup.find(([beginning]) => beginning.test(line))?.[1] ?? null;
}
