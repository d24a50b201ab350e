import { closeSync, mkdirSync, openSync, write, writeSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

const header = "file,line,column,value,reason\n";
/** Characters gathered before they are written. */
const batch = 64 * 1024;
/** Bytes that may wait for the disk: faults come from a loop that does not wait, so beyond it writing blocks. */
const mostWaiting = 4 * 1024 * 1024;
const mostColumns = 10_000;
const writeSome = promisify(write);

/** Receives one fault, as values and not as an object: a file may have millions of them. What does not apply is undefined. */
export type RejectSink = (
  file: string,
  line: number | undefined,
  column: string | undefined,
  value: string | undefined,
  reason: string,
) => void;

/**
 * A CSV file of all faults of a run, safe to open in a spreadsheet. A sound drop leaves none.
 */
export class RejectFile {
  #handle: number | null = null;
  #text = header;
  #name: string | null = null;
  #line: number | undefined;
  #row = "";
  /** Bytes that were handed on, and those of them that are not on disk yet. */
  #size = 0;
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  /** What stands around the values of a column: a file of millions of faults has few columns, and mostly a reason each. */
  readonly #columns = new Map<string, { before: string; reason: string; after: string }>();

  constructor(readonly path: string) {}

  /** Add one fault. Does nothing once the file could not be written: `close` tells. */
  readonly add: RejectSink = (file, line, column, value, reason) => {
    if (this.#failure !== null) return;
    if (line !== this.#line || file !== this.#name) this.#startRow(file, line);
    const around = this.#around(column ?? "");
    if (around.reason !== reason) {
      around.reason = reason;
      around.after = `,${cell(reason)}\n`;
    }
    this.#text += this.#row + around.before + cell(value ?? "") + around.after;
    if (this.#text.length > batch) this.#flush();
  };

  /** Write what is left. The path of the file, null when there was no fault. Throws why it could not be written. */
  async close(): Promise<string | null> {
    if (this.#text !== header) this.#flush();
    await this.#writing;
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
    if (this.#failure !== null) throw this.#failure;
    return this.#size > 0 ? this.path : null;
  }

  /** Faults of one row follow one another: what they begin with is put together once. */
  #startRow(file: string, line: number | undefined): void {
    this.#name = file;
    this.#line = line;
    this.#row = `${cell(file)},${line === undefined ? "" : String(line)}`;
  }

  #around(column: string): { before: string; reason: string; after: string } {
    let around = this.#columns.get(column);
    if (around === undefined) {
      around = { before: `,${cell(column)},`, reason: "", after: ",\n" };
      // A file may have any number of columns that the table does not have.
      if (this.#columns.size < mostColumns) this.#columns.set(column, around);
    }
    return around;
  }

  /** Each piece goes to its own place in the file, so one that cannot wait may overtake those that do. */
  #flush(): void {
    const bytes = Buffer.from(this.#text);
    const place = this.#size;
    this.#text = "";
    this.#size += bytes.length;
    try {
      this.#handle ??= this.#open();
      if (this.#waiting > mostWaiting) writeNow(this.#handle, bytes, place);
      else this.#writeLater(this.#handle, bytes, place);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true });
    return openSync(this.path, "w", 0o600);
  }

  #writeLater(handle: number, bytes: Buffer, place: number): void {
    this.#waiting += bytes.length;
    const written = writeWhole(handle, bytes, place)
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#waiting -= bytes.length;
      });
    this.#writing = this.#writing.then(() => written);
  }
}

function writeNow(handle: number, bytes: Buffer, place: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at, bytes.length - at, place + at);
}

async function writeWhole(handle: number, bytes: Buffer, place: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await writeSome(handle, bytes, at, bytes.length - at, place + at)).bytesWritten;
  }
}

/** What a spreadsheet takes for a formula, or runs, at the start of a cell. */
const formula = /^[=+\-@\t\r\n|%]/;
const toQuote = /[",\r\n]/;

/** Text as one cell. What a spreadsheet would run is given an apostrophe, which it shows as text. */
function cell(text: string): string {
  if (isHarmless(text)) return text;
  const safe = formula.test(text) ? `'${text}` : text;
  return toQuote.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const quoted = Uint8Array.from(characters, (character) => Number(toQuote.test(character)));
const formulas = Uint8Array.from(characters, (character) => Number(formula.test(character)));

/** Character by character, which for short text costs a third of a regular expression. */
function isHarmless(text: string): boolean {
  if (formulas[text.charCodeAt(0)] === 1) return false;
  for (let at = 0; at < text.length; at++) if (quoted[text.charCodeAt(at)] === 1) return false;
  return true;
}
