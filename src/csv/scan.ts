import type { FaultCode } from "../core/faults.ts";
import { closingQuote, commaByte, countLines, crByte, lfByte, maxValueBytes, quoteByte } from "./bytes.ts";

/** A cell by its place in the data; a quoted one includes its quotes. */
export interface ScannedCell {
  from: number;
  to: number;
  quoted: boolean;
}

/** Something wrong with a record's structure, met in the cell of that index. */
export interface Trouble {
  code: FaultCode;
  cell: number;
  /** Lines from the record's first to the one where the cell begins. */
  linesDown: number;
}

export interface ScannedRecord {
  cells: ScannedCell[];
  /** Just past the record and its line end. */
  next: number;
  /** Line feeds up to there. */
  lines: number;
  lineEnd: "" | "\n" | "\r\n";
  /** At most one for each cell. */
  troubles: Trouble[];
  /** Set when the record is too long and does not end in the data: it goes on past the next quote, or to the line end. */
  goesOnTo: "quote" | "line" | null;
}

const outOfData = -1;
const givenUp = -2;

/**
 * Reads records as well as they can be read, whatever is wrong with them, and finds where the next one starts. It names
 * what is wrong in files that are rejected anyway, and finds lines; it never decides what is loaded.
 */
export class RecordScanner {
  /** `width` is the number of columns, by which a line that looks like a row is known; `final` data ends the file. */
  constructor(
    readonly data: Buffer,
    readonly final: boolean,
    readonly width: number,
  ) {}

  /** The record that starts at `from`; null when it does not end in the data. */
  record(from: number): ScannedRecord | null {
    const { data } = this;
    const record: ScannedRecord = { cells: [], next: data.length, lines: 0, lineEnd: "", troubles: [], goesOnTo: null };
    let at = from;
    for (;;) {
      const isQuoted = data[at] === quoteByte;
      const end = isQuoted ? this.#quoted(record, at) : this.#plain(record, at);
      if (end === outOfData) {
        const isTooLong = this.#isTooLong(at + 1, data.length);
        // Values of a size that is allowed, but so many that the record can never be sound.
        const isTooWide = record.cells.length > Math.max(this.width, 1) && data.length - from > maxValueBytes;
        if (!isTooLong && !isTooWide) return null;
        this.#note(record, isTooLong ? "value_too_long" : "row_long");
        record.lines += countLines(data, at);
        record.goesOnTo = isQuoted ? "quote" : "line";
      }
      if (end < 0 || end === data.length) return record;
      if (data[end] === lfByte) return this.#endLine(record, end);
      at = end + 1;
    }
  }

  /** The value of a cell, its quotes taken away. */
  value(cell: ScannedCell): string {
    const { data } = this;
    if (!cell.quoted) return data.toString("utf8", cell.from, cell.to);
    const closed = cell.to - 1 > cell.from && data[cell.to - 1] === quoteByte;
    const inner = data.toString("utf8", cell.from + 1, closed ? cell.to - 1 : cell.to);
    return inner.replaceAll('""', '"');
  }

  #plain(record: ScannedRecord, at: number): number {
    const end = this.#plainEnd(at);
    record.cells.push({ from: at, to: end, quoted: false });
    for (let i = at; i < end; i++) {
      const byte = this.data[i];
      // The carriage return of a line end is the record's, not the cell's.
      const isLoneReturn = byte === crByte && this.data[i + 1] !== lfByte;
      if (byte !== quoteByte && !isLoneReturn) continue;
      this.#note(record, isLoneReturn ? "line_ends" : "quote_bare");
      break;
    }
    if (end === this.data.length && !this.final) return outOfData;
    if (this.#isTooLong(at, end)) this.#note(record, "value_too_long");
    return end;
  }

  #quoted(record: ScannedRecord, at: number): number {
    const { data, final } = this;
    const close = closingQuote(data, at + 1, final);
    const isOpen = close === -1;
    const after = close + 1;
    const isClosed = !isOpen && this.#isCellEnd(after);
    const spanned = isOpen ? 0 : countLines(data, at, close);
    const seemsAstray = isOpen ? this.#isTooLong(at + 1, data.length) : !isClosed && spanned > 0;
    const end = isClosed || isOpen ? after : this.#plainEnd(after);
    record.cells.push({ from: at, to: isOpen ? data.length : end, quoted: true });
    const rowFollows = seemsAstray && this.#rowFollows(at);
    if ((isOpen && final) || rowFollows === true) return this.#giveUp(record, at);
    if (isOpen || rowFollows === null) return outOfData;
    if (!isClosed) this.#note(record, data[after] === crByte ? "line_ends" : "quote_trailing");
    if (this.#isTooLong(at + 1, close)) this.#note(record, "value_too_long");
    if (end === data.length && !final) return outOfData;
    record.lines += spanned;
    return data[end] === crByte ? end + 1 : end;
  }

  /** The quote at `at` is never closed: the record ends with its line, so that the rows below it are read. */
  #giveUp(record: ScannedRecord, at: number): number {
    this.#note(record, "quote_unclosed");
    const lineFeed = this.data.indexOf(lfByte, at);
    const cell = record.cells.at(-1);
    if (lineFeed === -1 || cell === undefined) return givenUp;
    cell.to = lineFeed;
    record.next = lineFeed + 1;
    record.lines++;
    return givenUp;
  }

  #endLine(record: ScannedRecord, lineFeed: number): ScannedRecord {
    record.next = lineFeed + 1;
    record.lines++;
    const hasReturn = this.data[lineFeed - 1] === crByte;
    record.lineEnd = hasReturn ? "\r\n" : "\n";
    const last = record.cells.at(-1);
    if (hasReturn && last !== undefined && last.to === lineFeed) last.to--;
    return record;
  }

  /** Notes what is wrong with the last cell, before the lines that it spans are counted. */
  #note(record: ScannedRecord, code: FaultCode): void {
    const cell = record.cells.length - 1;
    if (record.troubles.at(-1)?.cell === cell) return;
    record.troubles.push({ code, cell, linesDown: record.lines });
  }

  /** The comma or line feed that ends an unquoted text, or the data's end. */
  #plainEnd(at: number): number {
    let end = at;
    while (end < this.data.length && this.data[end] !== commaByte && this.data[end] !== lfByte) end++;
    return end;
  }

  #isCellEnd(at: number): boolean {
    const byte = this.data[at];
    return (
      byte === undefined || byte === commaByte || byte === lfByte || (byte === crByte && this.data[at + 1] === lfByte)
    );
  }

  /** True when a value in these bytes has more than is allowed; a doubled quote counts once. */
  #isTooLong(from: number, to: number): boolean {
    if (to - from <= maxValueBytes) return false;
    let bytes = to - from;
    for (let at = this.data.indexOf('""', from); at !== -1 && at < to - 1; at = this.data.indexOf('""', at + 2))
      bytes--;
    return bytes > maxValueBytes;
  }

  /** True when the line below the one at `at` has as many values as there are columns; null when it is not all there. */
  #rowFollows(at: number): boolean | null {
    const { data } = this;
    const start = data.indexOf(lfByte, at) + 1;
    if (start === 0) return this.final ? false : null;
    let commas = 0;
    for (let i = start; i < data.length; i++) {
      if (data[i] === lfByte) return commas === this.width - 1;
      if (data[i] === commaByte) commas++;
    }
    return this.final ? start < data.length && commas === this.width - 1 : null;
  }
}
