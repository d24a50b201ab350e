import { isAscii } from "node:buffer";
import type { Dialect } from "../../core/written/dialect.ts";
import type { WrittenJudge } from "../cells/written-judge.ts";
import {
  type ByteColumn,
  byteColumn,
  byteKinds,
  orderOf,
  reordered,
  writeBytes,
  writeNumber,
  writeSame,
  writeText,
} from "./byte-columns.ts";
import type { Syntax } from "./syntax.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;
const point = 0x2e;

/** What stands for NULL, with the bytes that its words begin with and the length of the longest. */
interface Nulls {
  words: readonly Buffer[];
  begins: Uint8Array;
  longest: number;
  isEmpty: boolean;
}

/**
 * Sound rows without quotes, and without blanks that are left out, as PostgreSQL takes them, byte by byte: a fraction of
 * what putting texts together costs.
 */
export class ByteRendering {
  readonly #columns: readonly ByteColumn[];
  /** What each of them is, for itself. */
  readonly #kinds: Uint8Array;
  readonly #delimiter: number;
  readonly #nulls: Nulls;
  readonly #signs: Pick<Dialect, "decimal" | "thousands">;
  readonly #hasNumbers: boolean;
  readonly #isReplaceable: boolean;
  readonly #isReordered: boolean;
  readonly #replacements: Uint8Array;
  /** What is left of memory that was got for several blocks. */
  #room: Buffer = Buffer.alloc(0);
  /** A byte and its delimiter become so many at most, as `n;` does `False,`. */
  readonly #growth: number;

  /** Of the file's columns; null for one that is left out. */
  constructor(columns: readonly (WrittenJudge["write"] | null)[], syntax: Syntax) {
    this.#columns = columns.map((write) => byteColumn(write, syntax));
    this.#kinds = Uint8Array.from(this.#columns, ({ kind }) => kind);
    this.#delimiter = syntax.signs.delimiter;
    this.#nulls = nullsOf(syntax.dialect.null);
    this.#signs = syntax.dialect;
    this.#hasNumbers = columns.some((write) => write?.inBytes === "number");
    const isSigned = columns.every(
      (write) => write?.inBytes === "same" || write?.inBytes === "number" || (write?.byteOrders.length ?? 0) > 0,
    );
    // Signs of numbers that are the delimiter stand in quotes.
    const isApart = ![syntax.dialect.decimal, syntax.dialect.thousands].includes(syntax.dialect.delimiter);
    this.#isReplaceable = isSigned && isApart && this.#nulls.isEmpty;
    this.#isReordered = this.#columns.some(({ orders }) => orders !== null);
    this.#replacements = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    if (this.#hasNumbers) this.#replacements[syntax.dialect.decimal.charCodeAt(0)] = point;
    this.#replacements[this.#delimiter] = comma;
    const hasWords = columns.some((write) => typeof write?.inBytes === "function");
    this.#growth = hasWords || !this.#nulls.isEmpty ? 4 : 1;
  }

  render(block: Buffer, records: readonly string[][]): Buffer {
    const replaced = this.#replaced(block, records);
    if (replaced !== null) return replaced;
    const mayQuote = block.includes(quote) || (this.#delimiter !== comma && block.includes(comma));
    const room = this.#roomFor((mayQuote ? 4 : this.#growth) * (block.length + 16));
    const made = room;
    const columns = this.#columns;
    const kinds = this.#kinds;
    const { number, same, leftOut } = byteKinds;
    const isBytewise = isAscii(block);
    const nulls = this.#nulls;
    const { begins, isEmpty } = nulls;
    const delimiter = this.#delimiter;
    const last = columns.length - 1;
    let to = 0;
    let at = 0;
    for (const record of records) {
      // A blank line at the end.
      if (record.length <= last) break;
      let isFirst = true;
      for (let index = 0; index <= last; index++) {
        const from = at;
        const value = record[index] as string;
        at += value.length;
        // Beyond ASCII it has more bytes than that.
        if (!isBytewise) at = endOfCell(block, at, delimiter);
        const end = at;
        at += index === last && block[at] === carriageReturn ? 2 : 1;
        const kind = kinds[index] as number;
        if (kind === leftOut) continue;
        if (!isFirst) made[to++] = comma;
        isFirst = false;
        if (from === end ? isEmpty : begins[block[from] as number] === 1 && isNull(nulls, block, from, end)) continue;
        const column = columns[index] as ByteColumn;
        let written = -1;
        if (kind === number) written = writeNumber(column.table, block, from, end, made, to);
        else if (kind === same && from !== end) written = writeSame(block, from, end, made, to);
        else if (kind !== same) written = writeBytes(column, block, from, end, made, to);
        to = written === -1 ? writeText(column.any(value), made, to) : written;
      }
      made[to++] = lineFeed;
    }
    this.#room = room.subarray(to);
    return room.subarray(0, to);
  }

  /** Memory that is new costs more than to write it. */
  #roomFor(bytes: number): Buffer {
    if (this.#room.length < bytes) this.#room = Buffer.allocUnsafe(4 * bytes);
    return this.#room;
  }

  /**
   * The same by replacing signs in all of the block at once, which costs a third; null where a sign may be a value's own,
   * or a value becomes another.
   */
  #replaced(block: Buffer, records: readonly string[][]): Buffer | null {
    if (!this.#isReplaceable || block.includes(carriageReturn) || block.includes(quote)) return null;
    if (records.at(-1)?.length !== this.#columns.length || block.at(-1) !== lineFeed) return null;
    if (this.#nulls.words.some((word) => block.includes(word))) return null;
    if (this.#isReordered && !isAscii(block)) return null;
    const { decimal, thousands } = this.#signs;
    const own = [...(this.#delimiter === comma ? [] : [","]), ...(this.#hasNumbers ? [decimal] : [])];
    const inBlock = [...new Set(own)].filter((sign) => block.includes(sign));
    for (const [index, column] of this.#columns.entries()) {
      if (!column.isText || inBlock.length === 0) continue;
      for (const record of records) for (const sign of inBlock) if (record[index]?.includes(sign)) return null;
    }
    if (this.#hasNumbers && thousands !== null && block.includes(thousands)) return null;
    const made = Buffer.allocUnsafe(block.length);
    const signs = this.#replacements;
    for (let at = 0; at < block.length; at++) made[at] = signs[block[at] as number] as number;
    if (this.#isReordered) this.#reorder(block, records, made);
    return made;
  }

  /** Puts the bytes of dates into order, in a block of which each character is a byte. */
  #reorder(block: Buffer, records: readonly string[][], made: Buffer): void {
    const all = this.#columns.map(({ orders }) => orders);
    let at = 0;
    for (const record of records) {
      for (let index = 0; index < all.length; index++) {
        const length = record[index]?.length ?? 0;
        const orders = all[index];
        const order = orders ? orderOf(orders, block, at, length) : undefined;
        if (order !== undefined) reordered(order, block, at, made, at);
        at += length + 1;
      }
    }
  }
}

function endOfCell(block: Buffer, from: number, delimiter: number): number {
  for (let at = from; at < block.length; at++) {
    const byte = block[at] as number;
    if (byte === delimiter || byte === lineFeed || byte === carriageReturn) return at;
  }
  return block.length;
}

function nullsOf(said: readonly string[]): Nulls {
  const words = said.filter((word) => word !== "").map((word) => Buffer.from(word));
  const begins = new Uint8Array(256);
  for (const word of words) begins[word[0] ?? 0] = 1;
  return { words, begins, longest: Math.max(0, ...words.map(({ length }) => length)), isEmpty: said.includes("") };
}

function isAt(block: Buffer, from: number, word: Buffer): boolean {
  for (let at = 0; at < word.length; at++) if (block[from + at] !== word[at]) return false;
  return true;
}

/** Of a value that begins as one of the words does. */
function isNull({ words, longest }: Nulls, block: Buffer, from: number, to: number): boolean {
  const size = to - from;
  if (size > longest) return false;
  for (const word of words) if (word.length === size && isAt(block, from, word)) return true;
  return false;
}
