import { appendFileSync, closeSync, lchownSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { escapeControl } from "../core/text.ts";

const header = "file,line,column,value,reason,key\n";
/** Pieces of text gathered before they are written: joined at once they cost half of what adding up text does. */
const batch = 4096;
const mostColumns = 10_000;

/** A column's last fault as it is written: millions of faults have few columns, and mostly one reason for each. */
interface ColumnText {
  before: string;
  value: string | undefined;
  cell: string;
  reason: string;
  after: string;
}

/** A row's key as one text: the value itself, whole, or a JSON array of several. */
export function rejectKey(values: readonly string[]): string {
  const safe = values.map(escapeControl);
  return safe.length === 1 ? (safe[0] ?? "") : JSON.stringify(safe);
}

/** A CSV file of all faults of a run, safe to open in a spreadsheet. A sound drop leaves none. */
export class RejectFile {
  #handle: number | null = null;
  readonly #pieces: string[] = [header];
  #name: string | null = null;
  #line: number | undefined;
  #row = "";
  #hasFailed = false;
  readonly #columns = new Map<string, ColumnText>();

  constructor(readonly path: string) {}

  /** Takes values and not an object: a file may have millions of faults. What does not apply is undefined. */
  add(
    file: string,
    line: number | undefined,
    column: string | undefined,
    value: string | undefined,
    reason: string,
    key?: string,
  ): void {
    if (this.#hasFailed) return;
    // Faults of one row follow one another: what they begin with is put together once.
    if (line !== this.#line || file !== this.#name) {
      this.#name = file;
      this.#line = line;
      this.#row = `${cell(file)},${line ?? ""}`;
    }
    const text = this.#textOf(column ?? "");
    if (text.value !== value) {
      text.value = value;
      text.cell = value === undefined ? "" : cell(value);
    }
    if (text.reason !== reason) {
      text.reason = reason;
      text.after = `,${cell(reason)}`;
    }
    this.#pieces.push(this.#row, text.before, text.cell, text.after, key === undefined ? ",\n" : `,${cell(key)}\n`);
    if (this.#pieces.length > batch) this.#flush();
  }

  /**
   * Writes what is left. The path of the file; null when there was no fault, or no way to write it: a full disk must not
   * hide what is wrong with the drop, whose first faults are in the ledger all the same.
   */
  close(): string | null {
    if (this.#name === null) return null;
    this.#flush();
    try {
      if (this.#handle !== null) closeSync(this.#handle);
    } catch {
      this.#hasFailed = true;
    }
    return this.#hasFailed ? null : this.path;
  }

  #textOf(column: string): ColumnText {
    let text = this.#columns.get(column);
    if (text === undefined) {
      text = { before: `,${cell(column)},`, value: undefined, cell: "", reason: "", after: "," };
      // A file may have any number of columns that the table does not have.
      if (this.#columns.size < mostColumns) this.#columns.set(column, text);
    }
    return text;
  }

  /** Waits for the disk: faults come from a loop that does not wait, so they must not pile up before it. */
  #flush(): void {
    try {
      if (this.#handle === null) {
        const made = mkdirSync(dirname(this.path), { recursive: true });
        this.#handle = openSync(this.path, "w", 0o600);
        leaveToOwner(resolve(this.path), dirname(resolve(made ?? this.path)));
      }
      appendFileSync(this.#handle, this.#pieces.join(""));
    } catch {
      this.#hasFailed = true;
    }
    this.#pieces.length = 0;
  }
}

/** Root leaves what it made to the owner of the folder around it, who could put nothing beside it otherwise. */
function leaveToOwner(path: string, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  for (let made = path; made.length > folder.length; made = dirname(made)) lchownSync(made, uid, gid);
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
