import { holdsControls } from "../cells/control-signs.ts";
import { bytesOf, writeMoment } from "../cells/fixed-dates.ts";
import { wordsForNull } from "../cells/judge.ts";
import { byteKinds, type SureBytes } from "../cells/sure-bytes.ts";
import type { WrittenJudge } from "../cells/written-judge.ts";
import { type ByteColumn, beginnings, byteColumns, isSound } from "./byte-columns.ts";
import {
  blank,
  groupsEnd,
  isAt,
  kindsOfBytes,
  minus,
  own,
  stopAfter,
  stopOf,
  wordAt,
  writeDigits,
  writeFraction,
  writeNumber,
  writeText,
} from "./byte-values.ts";
import { hasEscape, type Signs } from "./signs.ts";
import type { Syntax } from "./syntax.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const comma = 0x2c;
const noSign = -1;

const isAllAscii = /^[\0-\x7f]*$/;

/** Blocks that were not read in a row, after which none is tried: what they have, the next ones have, too. */
const mostRefused = 8;

/** Text that may not stand for itself everywhere: how long it is at most, and the bytes that it begins with. */
const longestWord = Math.max(...wordsForNull.map((word) => word.length));
const beginsWord = beginnings(wordsForNull.concat("\\."));

/**
 * Reads rows without quotes in one pass over their bytes: tells values apart, finds them sound, and writes them as PostgreSQL
 * takes them. To make texts of them for that would cost several times as much. What is not sound for certain it leaves to
 * whoever names faults; it never has the last word against a row.
 */
export class ByteRows {
  readonly #columns: readonly (ByteColumn | null)[];
  readonly #kinds: Uint8Array;
  readonly #signs: Signs;
  readonly #decimal: number;
  /** Null where none may be left out. */
  readonly #thousands: Buffer | null;
  readonly #trim: (value: string) => string;
  readonly #nulls: readonly Buffer[];
  readonly #beginsNull: Uint8Array;
  /** What is left of memory that was got for several blocks: new one costs more than to write it. */
  #room: Buffer = Buffer.alloc(0);
  #made: Buffer = this.#room;
  #at = 0;
  #to = 0;
  #refused = 0;
  /** The block with each byte as a character, once values are looked at as texts. */
  #bytesAsText: string | null = null;

  /** Of the file's columns; null for one that is left out. */
  constructor(judges: readonly (WrittenJudge | null)[], { dialect, signs, trim }: Syntax) {
    const { delimiter, decimal, thousands } = dialect;
    this.#kinds = kindsOfBytes(signs.delimiter, trim !== null);
    this.#signs = signs;
    this.#decimal = decimal === delimiter ? noSign : decimal.charCodeAt(0);
    this.#thousands = thousands === null || thousands === delimiter ? null : Buffer.from(thousands);
    this.#trim = trim ?? ((value) => value);
    const words = dialect.null.filter((word) => word !== "" && !word.includes(delimiter));
    this.#nulls = words.map((word) => Buffer.from(word));
    this.#beginsNull = beginnings(words);
    this.#columns = byteColumns(judges, words);
  }

  /**
   * The rows of a block without quotes, whose line ends are sound, and how many they are; null when one has to be looked at
   * closer. `isTold` is asked of values that are sound, whether something else is to be said of them.
   */
  read(block: Buffer, isTold: (index: number, value: string) => boolean): { bytes: Buffer; rows: number } | null {
    if (this.#refused > mostRefused || block.at(-1) !== lineFeed) return null;
    if (hasEscape(this.#signs) && block.includes(this.#signs.escaping)) return null;
    // A byte and its delimiter become so many at most, as `n;` does `False,`.
    const most = 4 * (block.length + 16);
    if (this.#room.length < most) this.#room = Buffer.allocUnsafe(4 * most);
    this.#made = this.#room;
    this.#at = 0;
    this.#to = 0;
    this.#bytesAsText = null;
    let rows = 0;
    for (; this.#at < block.length; rows++) {
      if (!this.#row(block, isTold)) {
        this.#refused++;
        return null;
      }
    }
    this.#refused = 0;
    this.#room = this.#made.subarray(this.#to);
    return { bytes: this.#made.subarray(0, this.#to), rows };
  }

  #row(block: Buffer, isTold: (index: number, value: string) => boolean): boolean {
    const columns = this.#columns;
    const kinds = this.#kinds;
    const last = columns.length - 1;
    for (let index = 0; index <= last; index++) {
      const column = columns[index] ?? null;
      let from = this.#at;
      while (kinds[block[from] as number] === blank) from++;
      if (column?.isLater) this.#made[this.#to++] = comma;
      const to = this.#to;
      const end = column === null ? writeText(kinds, block, from, this.#made, to) : this.#value(column, block, from);
      let at = end === -1 ? -1 : stopAfter(kinds, block, end);
      if (at === -1) {
        this.#to = to;
        at = stopOf(kinds, block, from);
        const value = this.#textOf(block, from, block[at - 1] === carriageReturn ? at - 1 : at);
        if (!this.#closely(column, value) || (column !== null && isTold(index, value))) return false;
      }
      if (block[at] !== (index === last ? lineFeed : this.#signs.delimiter)) return false;
      this.#at = at + 1;
    }
    this.#made[this.#to++] = lineFeed;
    return true;
  }

  /** Writes the value that begins at `from`, and returns where it ends; -1 where its bytes alone do not tell. */
  #value({ kind, sure, mayBeEmpty, mayBeNull }: ByteColumn, block: Buffer, from: number): number {
    const first = block[from] as number;
    if (this.#kinds[first] !== own && stopAfter(this.#kinds, block, from) !== -1) return mayBeEmpty ? from : -1;
    if (this.#beginsNull[first] === 1) {
      const end = this.#nullEnd(block, from);
      if (end !== -1) return mayBeNull ? end : -1;
    }
    if (kind === byteKinds.number) return this.#number(sure, block, from);
    if (kind === byteKinds.text) return this.#text(sure, block, from);
    if (kind === byteKinds.moment) return this.#moment(sure, block, from);
    return kind === byteKinds.word ? this.#word(sure, block, from) : -1;
  }

  #text({ longest, isKey }: SureBytes, block: Buffer, from: number): number {
    const end = writeText(this.#kinds, block, from, this.#made, this.#to);
    const first = block[from] as number;
    if (end === -1 || end - from > longest) return -1;
    if (end - from <= longestWord && beginsWord[first] === 1) return -1;
    if (isKey && (first <= space || (block[end - 1] as number) <= space)) return -1;
    this.#to += end - from;
    return end;
  }

  #moment({ forms, days }: SureBytes, block: Buffer, from: number): number {
    const form = writeMoment(forms, days, block, from, this.#made, this.#to);
    if (form === null) return -1;
    this.#to += bytesOf(form);
    return from + form.length;
  }

  #number(sure: SureBytes, block: Buffer, from: number): number {
    const to = this.#to;
    const end = writeNumber(sure, this.#decimal, block, from, this.#made, to);
    if (this.#thousands !== null && isAt(this.#thousands, block, end)) {
      const grouped = this.#grouped(this.#thousands, sure, block, from);
      if (grouped !== -1) return grouped;
    }
    if (end === -1) return -1;
    this.#to = to + end - from;
    return end - from > sure.exact && !isShortest(this.#made.toString("latin1", to, this.#to)) ? -1 : end;
  }

  /** Leaves out what stands between the thousands of a number. */
  #grouped(sign: Buffer, { whole, fraction, exact }: SureBytes, block: Buffer, from: number): number {
    const made = this.#made;
    const isNegative = block[from] === minus;
    const first = isNegative ? from + 1 : from;
    let end = groupsEnd(sign, block, first);
    if (end === -1) return -1;
    if (isNegative) made[this.#to] = minus;
    const begin = isNegative ? this.#to + 1 : this.#to;
    let to = writeDigits(block, first, end, made, begin);
    if (to - begin > whole) return -1;
    if (block[end] === this.#decimal) {
      const point = end;
      end = writeFraction(fraction, block, point, made, to);
      if (end === -1) return -1;
      to += end - point;
    }
    if (end - from > exact) return -1;
    this.#to = to;
    return end;
  }

  #word({ words }: SureBytes, block: Buffer, from: number): number {
    const kinds = this.#kinds;
    let end = from;
    while (kinds[block[end] as number] === own) end++;
    const word = wordAt(words, block, from, end);
    if (word === null) return -1;
    const becomes = word.becomes ?? block.subarray(from, end);
    for (let at = 0; at < becomes.length; at++) this.#made[this.#to++] = becomes[at] as number;
    return end;
  }

  #nullEnd(block: Buffer, from: number): number {
    for (const word of this.#nulls) {
      const end = from + word.length;
      if (isAt(word, block, from) && stopAfter(this.#kinds, block, end) !== -1) return end;
    }
    return -1;
  }

  #textOf(block: Buffer, from: number, end: number): string {
    // To take a piece of a text costs a fraction of making one.
    this.#bytesAsText ??= block.toString("latin1");
    const value = this.#bytesAsText.slice(from, end);
    return this.#trim(isAllAscii.test(value) ? value : block.toString("utf8", from, end));
  }

  /** Writes a value that is looked at as text; false where it is not sound for certain, or may steer a terminal. */
  #closely(column: ByteColumn | null, value: string): boolean {
    if (holdsControls(value)) return false;
    if (column === null) return true;
    if (!(value === "" && column.mayBeEmpty) && !isSound(column.judge, value)) return false;
    const text = column.judge.write(value);
    this.#to += isAllAscii.test(text) ? writeAscii(text, this.#made, this.#to) : this.#made.write(text, this.#to);
    return true;
  }
}

/** Whether it is how a double writes itself: it holds the value, then. */
function isShortest(value: string): boolean {
  return String(Number(value)) === value;
}

function writeAscii(text: string, made: Buffer, at: number): number {
  for (let index = 0; index < text.length; index++) made[at + index] = text.charCodeAt(index);
  return text.length;
}
