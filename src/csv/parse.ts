import { CsvError, parse } from "csv-parse/sync";
import { commaByte, type LineEnd, lfByte, maxValueBytes, quoteByte } from "./bytes.ts";
import { quotedMark, unquotedNulls } from "./cells/judge.ts";
import { mayHoldControls } from "./controls.ts";

/** A sound block's cells, and whether some may hold characters that steer a terminal. */
export interface Parsed {
  records: string[][];
  isSuspect: boolean;
}

/**
 * The cells of a block of whole records, UTF-8 without NUL and with line ends that agree; null when its quoting is
 * unsound or a value is too long. Where a block has no quote a record is a line and a cell is what stands between
 * commas: that is split at an eighth of what the parser costs, and a test holds the two against each other.
 */
export function parseBlock(block: Buffer, lineEnd: LineEnd): Parsed | null {
  const text = block.includes(quoteByte) ? null : block.toString("utf8");
  const records = text === null ? parseQuoted(block, lineEnd) : splitPlain(text, lineEnd);
  if (records === null || (block.length > maxValueBytes && records.some(hasTooLong))) return null;
  return { records, isSuspect: mayHoldControls(block, text) };
}

/** Of a block without quotes, decoded. */
export function splitPlain(text: string, lineEnd: LineEnd): string[][] {
  const lines = text.split(lineEnd);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.split(","));
}

export function parseQuoted(block: Buffer, lineEnd: LineEnd): string[][] | null {
  try {
    const records = parse(block, { record_delimiter: lineEnd, relax_column_count: true });
    markQuoted(block, records);
    return records;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

const marked = ['""', '"\\."', ...unquotedNulls.map((word) => `"${word}"`)];
const longestMarked = Math.max(...marked.map((text) => text.length));

function markQuoted(block: Buffer, records: string[][]): void {
  if (!marked.some((text) => block.includes(text))) return;
  let row = 0;
  let cell = 0;
  let opened = -1;
  for (let at = 0; at < block.length; at++) {
    const byte = block[at];
    if (byte === quoteByte && opened === -1) opened = at;
    else if (byte === quoteByte && block[at + 1] === quoteByte) at++;
    else if (byte === quoteByte) {
      const record = records[row];
      if (at - opened < longestMarked && record && marked.includes(block.toString("latin1", opened, at + 1))) {
        record[cell] = quotedMark + record[cell];
      }
      opened = -1;
    } else if (opened !== -1) continue;
    else if (byte === commaByte) cell++;
    else if (byte === lfByte) {
      row++;
      cell = 0;
    }
  }
}

function hasTooLong(record: string[]): boolean {
  // A character takes three bytes at most in UTF-8 for each unit of a JavaScript string.
  return record.some((value) => value.length * 3 > maxValueBytes && Buffer.byteLength(value) > maxValueBytes);
}
