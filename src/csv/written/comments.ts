import { SourceFault } from "../files/source-fault.ts";
import { hasEscape, type Signs } from "./signs.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Passes lines that begin with a comment's sign over, outside quotes, and knows which line each other one was. */
export class Comments {
  /** For each line that was left out, how many lines of those that are left stand before it. */
  readonly #left: number[] = [];
  #lines = 0;
  #rest: Buffer = Buffer.alloc(0);
  #isInside = false;
  #isPassing = false;
  #isAtStart = true;
  readonly #sign: Buffer;

  constructor(
    sign: string,
    readonly signs: Signs,
  ) {
    this.#sign = Buffer.from(sign);
  }

  /** The bytes without comments, but for those at the end that may begin one. */
  push(chunk: Buffer, final: boolean): Buffer {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (data.length > 0 && !this.#isPassing && !this.#isInside && this.#isSimple(data)) return this.#passOn(data);
    const kept: Buffer[] = [];
    let from = 0;
    let at = 0;
    while (at < data.length) {
      if (this.#isAtStart && !this.#isInside) {
        // The sign may not be there as a whole yet.
        if (!final && data.length - at < this.#sign.length) break;
        this.#isPassing = data.subarray(at, at + this.#sign.length).equals(this.#sign);
        if (this.#isPassing) {
          kept.push(data.subarray(from, at));
          this.#left.push(this.#lines);
        }
      }
      const next = this.#isPassing ? this.#passed(data, at, final) : this.#lineEnd(data, at, final);
      if (this.#isPassing) from = next;
      if (next === at) break;
      at = next;
      this.#isAtStart = data[at - 1] === lineFeed;
      if (this.#isAtStart && !this.#isPassing) this.#lines++;
      if (this.#isAtStart) this.#isPassing = false;
    }
    kept.push(data.subarray(Math.min(from, at), at));
    this.#rest = data.subarray(at);
    return Buffer.concat(kept);
  }

  /** True where there is no comment and no quote, as far as the data goes. */
  #isSimple(data: Buffer): boolean {
    const begins =
      data.includes(this.#sign) ||
      (this.#sign.length > 1 && data.subarray(1 - this.#sign.length).includes(this.#sign[0] ?? 0));
    return !begins && !data.includes(this.signs.quote);
  }

  #passOn(data: Buffer): Buffer {
    for (let at = 0; at < data.length; at++) if (data[at] === lineFeed) this.#lines++;
    this.#isAtStart = data.at(-1) === lineFeed;
    this.#rest = Buffer.alloc(0);
    return data;
  }

  /** The line of the file that a line of what was kept is. */
  lineOf(line: number): number {
    let [low, high] = [0, this.#left.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#left[middle] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return line + low;
  }

  /** Past the comment, as far as it is there. */
  #passed(data: Buffer, from: number, final: boolean): number {
    const end = data.indexOf(lineFeed, from);
    const to = end === -1 ? data.length : end;
    for (let at = data.indexOf(carriageReturn, from); at !== -1 && at < to; at = data.indexOf(carriageReturn, at + 1)) {
      // Whether it belongs to a line end is told by what follows.
      if (at === data.length - 1 && !final) return at;
      if (data[at + 1] !== lineFeed) throw new SourceFault("line_ends", this.#astray());
    }
    return end === -1 ? data.length : end + 1;
  }

  /** To some readers it ends the line, and what follows is a row. */
  #astray(): string {
    return `line ${this.lineOf(this.#lines + 1) - 1}, a comment, has a carriage return without a line feed`;
  }

  /** Past the line's end, or the data's. Where it stands inside quotes is kept. */
  #lineEnd(data: Buffer, from: number, final: boolean): number {
    const { quote, escaping } = this.signs;
    const isEscaped = hasEscape(this.signs);
    for (let at = from; at < data.length; at++) {
      const byte = data[at];
      if (byte === quote) this.#isInside = !this.#isInside;
      else if (byte === lineFeed) return at + 1;
      else if (isEscaped && this.#isInside && byte === escaping) {
        if (at + 1 === data.length && !final) return at;
        at++;
      }
    }
    return data.length;
  }
}
