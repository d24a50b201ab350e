import type { FileFault } from "../../core/faults.ts";
import { acceptedBy } from "../../core/written/settings.ts";

const compressed = {
  gzip: (start: string) => start.startsWith("\x1f\x8b"),
  // A frame, or one to be skipped.
  zstd: (start: string) => start.startsWith("\x28\xb5\x2f\xfd") || /^[P-_]\*M\x18/.test(start),
};
type Compression = keyof typeof compressed;
const compressions = Object.keys(compressed) as Compression[];

/** What other files begin with. */
const others: Record<string, string> = {
  "a zip archive": "PK\x03\x04",
  "a spreadsheet": "\xd0\xcf\x11\xe0",
  "a PDF document": "%PDF",
  "a Parquet file": "PAR1",
  "bzip2 data": "BZh",
  "xz data": "\xfd7zXZ",
};

const zip = "a zip archive";

/** What an archive holds, by the names in its beginning: office programs keep their documents in one. */
function inArchive(data: Buffer): string | null {
  const start = data.toString("latin1", 0, 4096);
  if (start.includes("xl/")) return "a spreadsheet (xlsx)";
  if (start.includes("word/")) return "a document (docx)";
  if (start.includes("opendocument.spreadsheet")) return "a spreadsheet (ods)";
  return /\[Content_Types\]\.xml/.test(start) ? "a spreadsheet or another office document" : null;
}

/** Bytes by which all of these are told apart. */
export const longestBeginning = 5;

/** Of a file that is no text by its first bytes, after decompression as its name says: what it is. Null for what may be CSV. */
export function foreignKind(data: Buffer): FileFault | null {
  const start = data.toString("latin1", 0, longestBeginning);
  const packed = compressions.find((way) => compressed[way](start));
  if (packed !== undefined)
    return { code: "file_ending", reason: `it holds ${packed} data, which its name does not say` };
  const other = Object.entries(others).find(([, beginning]) => start.startsWith(beginning));
  if (other !== undefined) {
    const [kind] = other;
    return { code: "not_csv", reason: `it is ${kind === zip ? (inArchive(data) ?? kind) : kind}` };
  }
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
