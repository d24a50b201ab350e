import { CsvError, parse } from "csv-parse/sync";
import { type LineEnd, lfByte, maxValueBytes } from "./bytes.ts";
import { quotedMark } from "./cells/judge.ts";
import { mayHoldControls } from "./controls.ts";
import { type Marks, plainMarks } from "./written/marks.ts";
import { escapesAreSound, hasEscape, plainSigns, type Signs } from "./written/signs.ts";

/** A sound block's cells, and whether some may hold characters that steer a terminal. */
export interface Parsed {
  records: string[][];
  isSuspect: boolean;
}

/**
 * The cells of a block of whole records, UTF-8 without NUL and with line ends that agree; null when its quoting is
 * unsound or a value is too long. Where a block has no quote a record is a line and a cell is what stands between
 * delimiters: that is split at an eighth of what the parser costs, and a test holds the two against each other.
 */
export function parseBlock(block: Buffer, lineEnd: LineEnd, signs = plainSigns, marks = plainMarks): Parsed | null {
  if (hasEscape(signs) && block.includes(signs.escaping) && !escapesAreSound(block, signs)) return null;
  const text = block.includes(signs.quote) ? null : block.toString("utf8");
  const records = text === null ? parseQuoted(block, lineEnd, signs, marks) : splitPlain(text, lineEnd, signs);
  if (records === null || (block.length > maxValueBytes && records.some(hasTooLong))) return null;
  return { records, isSuspect: mayHoldControls(block, text) };
}

/** Of a block without quotes, decoded. */
export function splitPlain(text: string, lineEnd: LineEnd, signs = plainSigns): string[][] {
  const { delimiter } = signs.text;
  const lines = text.split(signs.isMixed ? /\r?\n/ : lineEnd);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.split(delimiter));
}

export function parseQuoted(
  block: Buffer,
  lineEnd: LineEnd,
  signs = plainSigns,
  marks = plainMarks,
): string[][] | null {
  try {
    const record_delimiter = signs.isMixed ? ["\r\n", "\n"] : lineEnd;
    const records = parse(block, { ...signs.text, record_delimiter, relax_column_count: true });
    markQuoted(block, records, signs, marks);
    return records;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function markQuoted(block: Buffer, records: string[][], signs: Signs, marks: Marks): void {
  if (!marks.mayBeIn(block)) return;
  const { quote, escaping, delimiter } = signs;
  let row = 0;
  let cell = 0;
  let opened = -1;
  for (let at = 0; at < block.length; at++) {
    const byte = block[at];
    if (byte === quote && opened === -1) opened = at;
    else if (byte === escaping && opened !== -1 && (escaping !== quote || block[at + 1] === quote)) at++;
    else if (byte === quote) {
      const record = records[row];
      if (record && marks.isMarked(block, opened, at + 1)) record[cell] = quotedMark + record[cell];
      opened = -1;
    } else if (opened !== -1) continue;
    else if (byte === delimiter) cell++;
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
