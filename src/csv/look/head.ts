import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { plainDialect } from "../../core/written/dialect.ts";
import type { Written } from "../../core/written/settings.ts";
import { foreignKind, foreignText } from "../files/file-kind.ts";
import { SourceFault } from "../files/source-fault.ts";
import { partsOf } from "../parts/parts.ts";
import { SourceFile, type TableSource } from "../source.ts";
import { widestDates } from "./candidates.ts";

/** How a file of which nothing is known begins: its first line, and the settings with which that is one. */
export interface Head {
  written: Written;
  cells: string[];
}

/** Bytes by which a file's signs are told: thousands of rows as a rule. */
const looked = 65_536;

/** Throws a SourceFault for what is no text, or begins with no header. */
export async function lookAtHead({ path, parts }: Pick<TableSource, "path" | "parts">): Promise<Head> {
  const start = await beginningOf(parts?.[0]?.path ?? path);
  const kind = foreignKind(start);
  if (kind !== null && kind.code !== "encoding") throw new SourceFault(kind.code, kind.reason);
  const encoding = encodingOf(start);
  const text = new TextDecoder(encoding as Bun.Encoding).decode(start);
  const lines = wholeLines(text, start.length >= looked);
  const comment = commentOf(lines);
  const rows = comment === null ? lines : lines.filter((line) => !line.startsWith(comment));
  const { delimiter, cells } = delimiterOf(rows);
  requireHeader(cells, text);
  const plain = { encoding: plainDialect.encoding, delimiter: plainDialect.delimiter, comment: null };
  const found = { encoding, delimiter, comment };
  const set = Object.entries(found).filter(([name, value]) => value !== plain[name as keyof typeof plain]);
  return { written: Object.fromEntries(set), cells };
}

async function beginningOf(path: string): Promise<Buffer> {
  const [first] = await partsOf({
    path,
    shape: { schema: "", name: "", columns: [], key: [] },
    optional: new Set(),
    dates: widestDates,
  });
  if (first?.source.broken !== undefined) throw first.source.broken;
  const file = await SourceFile.open(first?.source ?? { path });
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of file.chunks()) {
    start = Buffer.concat([start, chunk.subarray(0, looked)]);
    if (start.length >= looked) break;
  }
  if (start.length === 0) throw new SourceFault("file_empty", "the file has no bytes");
  return start.subarray(0, looked);
}

/** What is only met later is told by the reader, which proposes another one then. */
function encodingOf(start: Buffer): string {
  const mark = start.toString("latin1", 0, 2);
  if (mark === "\xff\xfe" || mark === "\xfe\xff") return "utf-16";
  const zeros = (from: number) => start.filter((byte, at) => at % 2 === from && byte === 0).length;
  if (zeros(1) > start.length / 8) return "utf-16le";
  if (zeros(0) > start.length / 8) return "utf-16be";
  // The last character may be cut.
  return [0, 1, 2, 3].some((cut) => isUtf8(start.subarray(0, start.length - cut))) ? "utf-8" : "windows-1252";
}

const mostLines = 200;

function wholeLines(text: string, isCut: boolean): string[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  return (isCut && lines.length > 1 ? lines.slice(0, -1) : lines).filter((line) => line !== "").slice(0, mostLines);
}

function commentOf(lines: readonly string[]): string | null {
  const [first = ""] = lines;
  const sign = ["#", "//", "--", "%"].find((one) => first.startsWith(one));
  return sign !== undefined && lines.some((line) => !line.startsWith(sign)) ? sign : null;
}

/**
 * The one that cuts the lines into most values, as many in each as in the first. Where lines differ, it is one that the first has
 * all the same: each file is of one column by a sign that is not in it.
 */
function delimiterOf(lines: readonly string[]): { delimiter: string; cells: string[] } {
  const ways = [",", ";", "\t", "|"].map((delimiter) => {
    const rows = recordsOf(lines.join("\n"), delimiter);
    const [cells = []] = rows;
    // A quoted value may go on in a line that was cut off.
    const alike = rows.filter((row) => row.length === cells.length).length;
    const isEven = alike >= rows.length - 1;
    const counted = isEven && cells.length > 1 ? cells.length : cells.length / 1000;
    return { delimiter, cells, score: isEven ? counted * 1.5 : counted };
  });
  return ways.reduce((best, one) => (one.score > best.score ? one : best));
}

function recordsOf(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, relax_quotes: true, relax_column_count: true });
  } catch {
    return text.split("\n").map((line) => line.split(delimiter));
  }
}

/** No text has these, but for a tab, which may be a delimiter. */
const untextual = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const value = /^[-+]?\d+([.,]\d+)?$|^\d{4}-\d\d-\d\d|^$/;

/** The reader goes by names; a file that begins with values has none. */
function requireHeader(cells: readonly string[], text: string): void {
  const kind = foreignText(text.slice(0, 200));
  if (kind !== null) throw new SourceFault("not_csv", `it is ${kind}`);
  if (cells.some((cell) => untextual.test(cell))) {
    throw new SourceFault("not_csv", "its first line holds bytes that no text has");
  }
  const named = cells.filter((cell) => !value.test(cell.trim()));
  // A first column without a name is what some programs number rows by.
  if (named.length >= cells.length - 1 && named.length > 0) return;
  throw new SourceFault("header_missing", "its first line holds values and not the columns' names");
}
