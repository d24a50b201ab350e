import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Fault } from "../core/faults.ts";

const header = "file,line,column,value,reason\n";
/** Faults gathered before they are written. */
const batch = 1_000;

/**
 * A CSV file of all faults of a run, safe to open in a spreadsheet. The file is made with the first fault, so that a
 * sound drop leaves none. Writing blocks: faults come from a loop that does not wait.
 */
export class RejectFile {
  #handle: number | null = null;
  #pieces: string[] = [];
  #gathered = 0;
  // Names and reasons with the commas around them: a file of millions of faults has few.
  readonly #file = remembered((file) => `${cell(file)},`);
  readonly #column = remembered((column) => `,${cell(column)},`);
  readonly #reason = remembered((reason) => `,${cell(reason)}\n`);

  constructor(readonly path: string) {}

  /** True once a fault was added. */
  get exists(): boolean {
    return this.#handle !== null;
  }

  /** Add one fault. Throws what the system says when the file cannot be written. */
  add({ file, line, column, value, reason }: Fault): void {
    if (this.#handle === null) this.#open();
    const where = line === undefined ? "" : String(line);
    this.#pieces.push(this.#file(file), where, this.#column(column ?? ""), cell(value ?? ""), this.#reason(reason));
    if (++this.#gathered === batch) this.#flush();
  }

  /** Write what is left. The path of the file, null when there was no fault. */
  close(): string | null {
    if (this.#handle === null) return null;
    this.#flush();
    closeSync(this.#handle);
    this.#handle = null;
    return this.path;
  }

  #open(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.#handle = openSync(this.path, "w", 0o600);
    this.#pieces.push(header);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pieces.join(""));
    this.#pieces = [];
    this.#gathered = 0;
    for (let at = 0; at < bytes.length && this.#handle !== null; ) at += writeSync(this.#handle, bytes, at);
  }
}

/** What has to be written in another way: what needs quotes, and what a spreadsheet takes for a formula, or runs. */
const special = /[",\r\n]|^[=+\-@\t|%]/;
const formula = /^[=+\-@\t\r\n|%]/;

/** Text as one cell. What a spreadsheet would run is given an apostrophe, which it shows as text. */
function cell(text: string): string {
  if (!special.test(text)) return text;
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const mostRemembered = 1_000;

function remembered(make: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const fresh = make(text);
    if (made.size >= mostRemembered) made.clear();
    made.set(text, fresh);
    return fresh;
  };
}
