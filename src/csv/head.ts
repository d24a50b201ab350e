import type { FaultCode } from "../core/faults.ts";
import { countLines, crByte, type LineEnd, lfByte } from "./bytes.ts";
import { RecordScanner } from "./scan.ts";
import { describeForeignByte, firstForeignByte, foreignEncoding } from "./utf8.ts";

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The beginning of a file: its header, and how the lines after it end. */
export interface Head {
  cells: string[];
  /** Null when the file ends with its header. */
  lineEnd: LineEnd | null;
  /** Bytes up to the first row, byte order mark included. */
  length: number;
  /** Lines, 1-based, of the header and of the first row. */
  line: number;
  firstRow: number;
  /** Wrong with the header, though its columns can be told. */
  fault: HeadFault | null;
}

export interface HeadFault {
  code: FaultCode;
  reason: string;
  line?: number;
}

/**
 * The head of a file of which `data` is the beginning, or all when `final`: a fault when nothing in the file can be
 * understood, null when more is needed to tell.
 */
export function readHead(data: Buffer, final: boolean): Head | HeadFault | null {
  if (!final && data.length < 4) return null;
  const encoding = foreignEncoding(data);
  if (encoding !== null) return { code: "encoding", reason: `the file is ${encoding}, not UTF-8`, line: 1 };
  let from = data.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  while (data[from] === lfByte || (data[from] === crByte && data[from + 1] === lfByte)) from++;
  if (final && from === data.length) {
    const reason = from === 0 ? "the file has no bytes" : "the file has nothing but blank lines";
    return { code: "file_empty", reason, line: 1 };
  }
  const scanner = new RecordScanner(data, final, 0);
  const record = from < data.length ? scanner.record(from) : null;
  if (record === null) return null;
  const line = countLines(data, 0, from) + 1;
  for (const { trouble, linesDown } of record.cells) {
    if (trouble !== null) return { code: trouble, reason: headerTroubles[trouble] ?? "", line: line + linesDown };
  }
  return {
    cells: record.cells.map((cell) => scanner.value(cell)),
    lineEnd: record.lineEnd === "" ? null : record.lineEnd,
    length: record.next,
    line,
    firstRow: line + countLines(data, from, record.next),
    fault: foreignBytes(data, from, record.next, line),
  };
}

const headerTroubles: Partial<Record<FaultCode, string>> = {
  line_ends: "the header has a carriage return without a line feed",
  quote_unclosed: "the header opens a quote that is never closed",
  quote_trailing: "text follows a closing quote in the header",
  quote_bare: "the header has a quote inside an unquoted name",
  value_too_long: "the header has a name longer than 1 MB",
  row_long: "the header line is longer than 1 MB",
};

function foreignBytes(data: Buffer, from: number, to: number, line: number): HeadFault | null {
  const header = data.subarray(from, to);
  if (header.includes(0)) return { code: "nul_byte", reason: "the header has a NUL byte", line };
  const at = firstForeignByte(header);
  if (at === -1) return null;
  return { code: "encoding", reason: `in the header, ${describeForeignByte(header[at] ?? 0, from + at)}`, line };
}
