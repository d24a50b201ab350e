import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const header = "file,line,column,value,reason\n";
/** Pieces of text gathered before they are written: joined at once they cost half of what adding up text does. */
const batch = 4096;
/** Bytes kept for a batch; the rare one that may need more gets its own. */
const usualBytes = 1024 * 1024;
const mostColumns = 10_000;

/** Receives one fault, as values and not as an object: a file may have millions of them. What does not apply is undefined. */
export type RejectSink = (
  file: string,
  line: number | undefined,
  column: string | undefined,
  value: string | undefined,
  reason: string,
) => void;

/**
 * A column's last fault as it is written: a file of millions of faults has few columns, and mostly a reason for each, if
 * not a value.
 */
interface ColumnText {
  before: string;
  value: string | undefined;
  cell: string;
  reason: string;
  after: string;
}

/**
 * A CSV file of all faults of a run, safe to open in a spreadsheet. A sound drop leaves none.
 */
export class RejectFile {
  #handle: number | null = null;
  readonly #pieces: string[] = [header];
  readonly #bytes = Buffer.allocUnsafeSlow(usualBytes);
  #name: string | null = null;
  #nameCell = "";
  #line: number | undefined;
  #row = "";
  #failure: unknown = null;
  readonly #columns = new Map<string, ColumnText>();

  constructor(readonly path: string) {}

  /** Add one fault. Does nothing once the file could not be written: `close` tells. */
  readonly add: RejectSink = (file, line, column, value, reason) => {
    if (this.#failure !== null) return;
    if (line !== this.#line || file !== this.#name) this.#startRow(file, line);
    const text = this.#textOf(column ?? "");
    if (text.value !== value) {
      text.value = value;
      text.cell = value === undefined ? "" : cell(value);
    }
    if (text.reason !== reason) {
      text.reason = reason;
      text.after = `,${cell(reason)}\n`;
    }
    this.#pieces.push(this.#row, text.before, text.cell, text.after);
    if (this.#pieces.length > batch) this.#flush();
  };

  /** Write what is left. The path of the file, null when there was no fault. Throws why it could not be written. */
  async close(): Promise<string | null> {
    if (this.#name !== null && this.#failure === null) this.#flush();
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
    if (this.#failure !== null) throw this.#failure;
    return this.#name === null ? null : this.path;
  }

  /** Faults of one row follow one another: what they begin with is put together once. */
  #startRow(file: string, line: number | undefined): void {
    if (file !== this.#name) this.#nameCell = cell(file);
    this.#name = file;
    this.#line = line;
    this.#row = `${this.#nameCell},${line ?? ""}`;
  }

  #textOf(column: string): ColumnText {
    let text = this.#columns.get(column);
    if (text === undefined) {
      text = { before: `,${cell(column)},`, value: undefined, cell: "", reason: "", after: ",\n" };
      // A file may have any number of columns that the table does not have.
      if (this.#columns.size < mostColumns) this.#columns.set(column, text);
    }
    return text;
  }

  /** Waits for the disk: faults come from a loop that does not wait, so they must not pile up before it. */
  #flush(): void {
    try {
      this.#handle ??= this.#open();
      const bytes = this.#encode(this.#pieces.join(""));
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#pieces.length = 0;
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true });
    return openSync(this.path, "w", 0o600);
  }

  #encode(text: string): Buffer {
    // A character takes three bytes at most in UTF-8 for each unit of a JavaScript string.
    if (text.length * 3 > usualBytes) return Buffer.from(text);
    return this.#bytes.subarray(0, this.#bytes.write(text));
  }
}

/** What a spreadsheet takes for a formula, or runs, at the start of a cell. */
const formulaStarts = new Set(Array.from("=+-@\t\r\n|%", (character) => character.charCodeAt(0)));
const toQuote = /[",\r\n]/;

/** Text as one cell. What a spreadsheet would run is given an apostrophe, which it shows as text. */
function cell(text: string): string {
  const safe = formulaStarts.has(text.charCodeAt(0)) ? `'${text}` : text;
  // A pattern is half as slow here as replaceAll.
  return toQuote.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
