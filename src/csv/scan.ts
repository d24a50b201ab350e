import type { FaultCode } from "../core/faults.ts";
import { countLines, crByte, kindsOf, lfByte, maxValueBytes } from "./bytes.ts";
import { ByteText } from "./utf8.ts";
import { hasOddEscape, misplaced } from "./written/misplaced.ts";
import { byteKind, hasEscape, plainSigns, type Signs } from "./written/signs.ts";

/** A cell by its place in the data; a quoted one includes its quotes. */
export interface ScannedCell {
  from: number;
  to: number;
  quoted: boolean;
  kinds: number;
  /** Lines from the record's first to the one where the cell begins. */
  linesDown: number;
  /** Wrong with its structure, or found wrong with its bytes. */
  trouble: FaultCode | null;
}

export interface ScannedRecord {
  cells: ScannedCell[];
  /** Just past the record and its line end. */
  next: number;
  /** Line feeds up to there. */
  lines: number;
  lineEnd: "" | "\n" | "\r\n";
  /** Set when the record is too long and does not end in the data: it goes on past the next quote, or to the line end. */
  goesOnTo: "quote" | "line" | null;
}

const outOfData = -1;
const givenUp = -2;

/**
 * Reads records as well as they can be read, whatever is wrong with them, and finds where the next one starts. It names
 * what is wrong in files that are rejected anyway, and finds lines; it never decides what is loaded. Each byte is looked
 * at once: a file that is bad throughout is read by it alone, and a record in many pieces is gone on with where it was left.
 */
export class RecordScanner {
  text: ByteText;
  /** The record that the data broke off, and where it starts. */
  #broken: { record: ScannedRecord; from: number } | null = null;
  /** How far its last cell was looked through for its end. */
  #looked = 0;
  /** Doubled quotes that were counted, from where on and up to where. */
  #doubled = { from: 0, at: 0, count: 0 };

  /** `width` is the number of columns, by which a line that looks like a row is known; `final` data ends the file. */
  constructor(
    public data: Buffer,
    public final: boolean,
    readonly width: number,
    readonly signs: Signs = plainSigns,
  ) {
    this.text = new ByteText(data);
  }

  /** Takes the same data with more behind it. */
  goOn(data: Buffer, final: boolean): this {
    this.data = data;
    this.final = final;
    this.text = new ByteText(data);
    return this;
  }

  /** The record that starts at `from`; null when it does not end in the data. */
  record(from: number): ScannedRecord | null {
    const { data } = this;
    const broken = this.#broken?.from === from ? this.#broken.record : null;
    const record: ScannedRecord = broken ?? { cells: [], next: 0, lines: 0, lineEnd: "", goesOnTo: null };
    record.next = data.length;
    // All but how far it goes and what its bytes are is told anew of the cell that was broken off.
    const last = broken?.cells.pop();
    let at = last?.from ?? from;
    let kinds = last?.kinds ?? 0;
    let looked = last === undefined ? from : this.#looked;
    this.#broken = null;
    for (;;) {
      const quoted = data[at] === this.signs.quote;
      const cell: ScannedCell = { from: at, to: at, quoted, kinds, linesDown: record.lines, trouble: null };
      record.cells.push(cell);
      const end = quoted ? this.#quoted(record, cell, looked) : this.#plain(cell, looked);
      if (end === outOfData && !this.#goesOn(record, cell, from)) {
        this.#broken = { record, from };
        return null;
      }
      if (end < 0 || end === data.length) return record;
      if (data[end] === lfByte) return this.#endLine(record, cell, end);
      at = end + 1;
      kinds = 0;
      looked = at;
    }
  }

  /** The value of a cell, its quotes taken away. */
  value({ from, to, quoted, kinds }: ScannedCell): string {
    if (!quoted) return this.text.value(from, to, kinds);
    const { signs } = this;
    const closed = to - 1 > from && this.data[to - 1] === signs.quote;
    const inner = this.text.value(from + 1, closed ? to - 1 : to, kinds);
    if (hasEscape(signs)) return (kinds & byteKind.escape) === 0 ? inner : inner.replace(/\\(.)/gs, "$1");
    const { quote } = signs.text;
    return (kinds & byteKind.quote) === 0 || quote === null ? inner : inner.replaceAll(quote + quote, quote);
  }

  /** What to make of a cell that the data breaks off: true when its record can never be sound, however it goes on. */
  #goesOn(record: ScannedRecord, cell: ScannedCell, from: number): boolean {
    const { data } = this;
    const isTooLong = this.#isTooLong(cell.from + 1, data.length);
    // Values of a size that is allowed, but so many that the record can never be sound.
    const isTooWide = record.cells.length > Math.max(this.width, 1) && data.length - from > maxValueBytes;
    if (!isTooLong && !isTooWide) return false;
    cell.trouble ??= isTooLong ? "value_too_long" : "row_long";
    record.lines += countLines(data, cell.from);
    record.goesOnTo = cell.quoted ? "quote" : "line";
    return true;
  }

  #plain(cell: ScannedCell, looked: number): number {
    const end = this.#plainEnd(cell, looked);
    cell.to = end;
    this.#looked = end;
    cell.trouble = misplaced(this.data, cell, this.signs);
    if (end === this.data.length && !this.final) return outOfData;
    if (this.#isTooLong(cell.from, end)) cell.trouble ??= "value_too_long";
    return end;
  }

  #quoted(record: ScannedRecord, cell: ScannedCell, looked: number): number {
    const { data, final } = this;
    const at = cell.from;
    const close = this.#closingQuote(cell, Math.max(at + 1, looked));
    const isOpen = close === -1;
    const after = close + 1;
    const isClosed = !isOpen && this.#isCellEnd(after);
    const spanned = isOpen || (cell.kinds & byteKind.lineFeed) === 0 ? 0 : countLines(data, at, close);
    const seemsAstray = isOpen ? this.#isTooLong(at + 1, data.length) : !isClosed && spanned > 0;
    const end = isClosed || isOpen ? after : this.#plainEnd(cell, after);
    cell.to = isOpen ? data.length : end;
    // Whether a carriage return belongs to a line end is told by what follows.
    if (!isOpen && !final && data[after] === crByte && after + 1 === data.length) return outOfData;
    const rowFollows = seemsAstray && this.#rowFollows(at);
    if ((isOpen && final) || rowFollows === true) return this.#giveUp(record, cell);
    if (isOpen || rowFollows === null) return outOfData;
    if (!isClosed) cell.trouble = data[after] === crByte ? "line_ends" : "quote_trailing";
    if (hasOddEscape(data, { ...cell, from: at + 1, to: close }, this.signs)) cell.trouble ??= "quote_escape";
    if (this.#isTooLong(at + 1, close)) cell.trouble ??= "value_too_long";
    if (end === data.length && !final) return outOfData;
    record.lines += spanned;
    return data[end] === crByte ? end + 1 : end;
  }

  /** The cell's quote is never closed: the record ends with its line, so that the rows below it are read. */
  #giveUp(record: ScannedRecord, cell: ScannedCell): number {
    cell.trouble = "quote_unclosed";
    const lineFeed = this.data.indexOf(lfByte, cell.from);
    if (lineFeed === -1) return givenUp;
    cell.to = lineFeed;
    cell.kinds = kindsOf(this.data, cell.from, lineFeed, this.signs);
    record.next = lineFeed + 1;
    record.lines++;
    return givenUp;
  }

  #endLine(record: ScannedRecord, last: ScannedCell, lineFeed: number): ScannedRecord {
    record.next = lineFeed + 1;
    record.lines++;
    const endsInReturn = this.data[lineFeed - 1] === crByte;
    record.lineEnd = endsInReturn ? "\r\n" : "\n";
    if (endsInReturn && last.to === lineFeed) last.to--;
    return record;
  }

  /** The delimiter or line feed that ends an unquoted text of the cell, or the data's end. */
  #plainEnd(cell: ScannedCell, from: number): number {
    const { data } = this;
    const { delimiter, kindOf } = this.signs;
    let { kinds } = cell;
    let end = from;
    for (; end < data.length; end++) {
      const byte = data[end] ?? 0;
      if (byte === delimiter || byte === lfByte) break;
      kinds |= kindOf[byte] ?? 0;
    }
    cell.kinds = kinds;
    return end;
  }

  /** The quote that closes the cell; -1 when the data ends first, or with a quote that another may follow. */
  #closingQuote(cell: ScannedCell, from: number): number {
    const { data } = this;
    const { quote, escaping, kindOf } = this.signs;
    let { kinds } = cell;
    let at = from;
    for (; at < data.length; at++) {
      const byte = data[at] ?? 0;
      if (byte === quote && (escaping !== quote || data[at + 1] !== quote)) break;
      if (byte === escaping) {
        // What it escapes may not be there yet.
        if (at === data.length - 1) break;
        at++;
        kinds |= kindOf[data[at] ?? 0] ?? 0;
      }
      kinds |= kindOf[byte] ?? 0;
    }
    cell.kinds = kinds;
    this.#looked = at;
    return data[at] !== quote || (at === data.length - 1 && !this.final) ? -1 : at;
  }

  #isCellEnd(at: number): boolean {
    const byte = this.data[at];
    if (byte === undefined || byte === this.signs.delimiter || byte === lfByte) return true;
    return byte === crByte && this.data[at + 1] === lfByte;
  }

  /** True when a value in these bytes has more than is allowed; a doubled quote counts once. */
  #isTooLong(from: number, to: number): boolean {
    return to - from > maxValueBytes && to - from - this.#doubledQuotes(from, to) > maxValueBytes;
  }

  #doubledQuotes(from: number, to: number): number {
    const { data } = this;
    const { quote, escaping } = this.signs;
    let { at, count } = this.#doubled;
    if (this.#doubled.from !== from || at > to) {
      at = from;
      count = 0;
    }
    while (at < to - 1) {
      const isDoubled = data[at] === escaping && (data[at + 1] === quote || data[at + 1] === escaping);
      if (isDoubled) count++;
      at += isDoubled ? 2 : 1;
    }
    this.#doubled = { from, at, count };
    return count;
  }

  /** True when the line below the one at `at` has as many values as there are columns; null when it is not all there. */
  #rowFollows(at: number): boolean | null {
    const { data } = this;
    const start = data.indexOf(lfByte, at) + 1;
    if (start === 0) return this.final ? false : null;
    let delimiters = 0;
    for (let i = start; i < data.length; i++) {
      if (data[i] === lfByte) return delimiters === this.width - 1;
      if (data[i] === this.signs.delimiter) delimiters++;
    }
    return this.final ? start < data.length && delimiters === this.width - 1 : null;
  }
}
