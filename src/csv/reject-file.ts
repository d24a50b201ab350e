import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Fault } from "../core/faults.ts";

const header = "file,line,column,value,reason\n";
/** Characters gathered before they are written. */
const batch = 64 * 1024;
const mostKnown = 1_000;

/** A spreadsheet takes text that begins with one of these for a formula, or runs it. */
const formula = /^[=+\-@\t\r\n|%]/;

/**
 * A CSV file of all faults of a run, safe to open in a spreadsheet. The file is made with the first fault, so that a
 * sound drop leaves none. Writing blocks: faults come from a loop that does not wait.
 */
export class RejectFile {
  #handle: number | null = null;
  #pending = "";
  /** Names and reasons as cells: a file of millions of faults has few of them. */
  readonly #cells = new Map<string, string>();

  constructor(readonly path: string) {}

  /** True once a fault was added. */
  get exists(): boolean {
    return this.#handle !== null;
  }

  /** Add one fault. Throws what the system says when the file cannot be written. */
  add({ file, line, column, value, reason }: Fault): void {
    if (this.#handle === null) this.#open();
    const place = `${this.#known(file)},${line ?? ""},${this.#known(column ?? "")}`;
    this.#pending += `${place},${cell(value ?? "")},${this.#known(reason)}\n`;
    if (this.#pending.length >= batch) this.#flush();
  }

  /** Write what is left. The path of the file, null when there was no fault. */
  close(): string | null {
    if (this.#handle === null) return null;
    this.#flush();
    closeSync(this.#handle);
    this.#handle = null;
    return this.path;
  }

  #known(text: string): string {
    const known = this.#cells.get(text);
    if (known !== undefined) return known;
    const made = cell(text);
    if (this.#cells.size >= mostKnown) this.#cells.clear();
    this.#cells.set(text, made);
    return made;
  }

  #open(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.#handle = openSync(this.path, "w", 0o600);
    this.#pending = header;
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = "";
    for (let at = 0; at < bytes.length && this.#handle !== null; ) at += writeSync(this.#handle, bytes, at);
  }
}

const special = /[",\r\n]/;

/** Text as one cell. What a spreadsheet would run is given an apostrophe, which it shows as text. */
function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
