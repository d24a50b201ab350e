import { isAscii } from "node:buffer";
import type { Dialect } from "../../core/written/dialect.ts";
import type { WrittenJudge } from "../cells/written-judge.ts";
import type { Syntax } from "./syntax.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;
const dash = 0x2d;
const point = 0x2e;

/** What is in a table for a byte that does not become another one: it ends the cell, calls for quotes, or is left out. */
const ends = -1;
const quotes = -2;
const leftOut = -3;

/** A column of rows that are put right byte by byte: what each byte becomes, and its value where that is another word. */
interface ByteColumn {
  table: Int16Array;
  isLeftOut: boolean;
  /** Whether it may hold any sign. */
  isText: boolean;
  word: ((value: string) => string) | null;
  /** Where its value is the same bytes in another order: which of them stands in each place, -1 for a dash. */
  order: readonly number[] | null;
  any: (cell: string) => string;
}

/** Sound rows without quotes as PostgreSQL takes them, byte by byte: a fraction of what putting texts together costs. */
export class ByteRendering {
  readonly #columns: readonly ByteColumn[];
  readonly #delimiter: number;
  readonly #nulls: readonly Buffer[];
  readonly #isEmptyNull: boolean;
  readonly #trims: boolean;
  readonly #signs: Pick<Dialect, "decimal" | "thousands">;
  readonly #hasNumbers: boolean;
  readonly #isReplaceable: boolean;
  readonly #isReordered: boolean;
  readonly #replacements: Uint8Array;
  /** A byte and its delimiter become so many at most, as `n;` does `False,`. */
  readonly #growth: number;

  /** Of the file's columns; null for one that is left out. */
  constructor(columns: readonly (WrittenJudge["write"] | null)[], syntax: Syntax) {
    const { trim, null: nulls } = syntax.dialect;
    this.#columns = columns.map((write) => columnOf(write, syntax));
    this.#delimiter = syntax.signs.delimiter;
    this.#nulls = nulls.filter((word) => word !== "").map((word) => Buffer.from(word));
    this.#isEmptyNull = nulls.includes("");
    this.#trims = trim !== "none";
    this.#signs = syntax.dialect;
    this.#hasNumbers = columns.some((write) => write?.inBytes === "number");
    const isSigned = columns.every(
      (write) => write?.inBytes === "same" || write?.inBytes === "number" || (write?.byteOrder ?? null) !== null,
    );
    // Signs of numbers that are the delimiter stand in quotes.
    const isApart = ![syntax.dialect.decimal, syntax.dialect.thousands].includes(syntax.dialect.delimiter);
    this.#isReplaceable = isSigned && isApart && this.#isEmptyNull && !this.#trims;
    this.#isReordered = this.#columns.some(({ order }) => order !== null);
    this.#replacements = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    if (this.#hasNumbers) this.#replacements[syntax.dialect.decimal.charCodeAt(0)] = point;
    this.#replacements[this.#delimiter] = comma;
    const hasWords = this.#columns.some(({ word }) => word !== null);
    this.#growth = hasWords || !this.#isEmptyNull ? 4 : 1;
  }

  render(block: Buffer, records: readonly string[][]): Buffer {
    const replaced = this.#replaced(block, records);
    if (replaced !== null) return replaced;
    const mayQuote = block.includes(quote) || (this.#delimiter !== comma && block.includes(comma));
    const made = Buffer.allocUnsafe((mayQuote ? 4 : this.#growth) * (block.length + 16));
    const { length } = block;
    let to = 0;
    let row = 0;
    let index = 0;
    let isFirst = true;
    for (let at = 0; at < length; at++) {
      // A blank line at the end.
      if (index === 0 && (block[at] === lineFeed || block[at] === carriageReturn)) continue;
      const column = this.#columns[index];
      if (column === undefined) break;
      if (!column.isLeftOut) {
        if (!isFirst) made[to++] = comma;
        isFirst = false;
      }
      const { table } = column;
      const from = at;
      const start = to;
      let isBare = true;
      for (; at < length; at++) {
        const byte = block[at] as number;
        const becomes = table[byte] as number;
        if (becomes >= 0) made[to++] = becomes;
        else if (becomes === ends) break;
        else if (becomes === quotes) {
          isBare = false;
          made[to++] = byte;
        }
      }
      if (!column.isLeftOut) {
        if (this.#trims && isPadded(block, from, at))
          to = start + made.write(column.any(records[row]?.[index] ?? ""), start);
        else if (this.#isNull(block, from, at)) to = start;
        else if (column.order?.length === at - from) to = reordered(column.order, block, from, made, start);
        else if (column.word !== null) to = wordIn(column.word(records[row]?.[index] ?? ""), made, start);
        else if (!isBare || from === at) to = quoted(block.subarray(from, at), made, start);
      }
      if (block[at] === this.#delimiter) index++;
      else {
        if (block[at] === carriageReturn) at++;
        made[to++] = lineFeed;
        row++;
        index = 0;
        isFirst = true;
      }
    }
    return made.subarray(0, to);
  }

  /**
   * The same by replacing signs in all of the block at once, which costs a third; null where a sign may be a value's own,
   * or a value becomes another.
   */
  #replaced(block: Buffer, records: readonly string[][]): Buffer | null {
    if (!this.#isReplaceable || block.includes(carriageReturn) || block.includes(quote)) return null;
    if (records.at(-1)?.length !== this.#columns.length || block.at(-1) !== lineFeed) return null;
    if (this.#nulls.some((word) => block.includes(word))) return null;
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
    const orders = this.#columns.map(({ order }) => order);
    let at = 0;
    for (const record of records) {
      for (let index = 0; index < orders.length; index++) {
        const length = record[index]?.length ?? 0;
        const order = orders[index];
        if (order && length > 0) reordered(order, block, at, made, at);
        at += length + 1;
      }
    }
  }

  #isNull(block: Buffer, from: number, to: number): boolean {
    if (from === to) return this.#isEmptyNull;
    for (const word of this.#nulls) {
      if (word.length === to - from && word.compare(block, from, to) === 0) return true;
    }
    return false;
  }
}

function columnOf(write: WrittenJudge["write"] | null, { signs, dialect }: Syntax): ByteColumn {
  const kind = write?.inBytes ?? null;
  const isKept = kind === "same" || kind === "number";
  const table = Int16Array.from({ length: 256 }, (_, byte) => (isKept ? byte : leftOut));
  if (kind === "same") table[comma] = table[quote] = quotes;
  if (kind === "number") {
    // Beyond ASCII, a sound number has nothing but the sign between thousands.
    table.fill(leftOut, 0x80);
    table[dialect.thousands?.charCodeAt(0) ?? 0xff] = leftOut;
    table[dialect.decimal.charCodeAt(0)] = point;
  }
  table[signs.delimiter] = table[lineFeed] = table[carriageReturn] = ends;
  const word = typeof kind === "function" ? kind : null;
  return {
    table,
    isLeftOut: write === null,
    isText: kind === "same" && write?.hasSigns === true,
    word,
    order: write?.byteOrder ?? null,
    any: write?.any ?? String,
  };
}

/** True where there may be blanks around a value, of any script. */
function isPadded(block: Buffer, from: number, to: number): boolean {
  const [first = 0x41, last = 0x41] = from === to ? [] : [block[from], block[to - 1]];
  return first <= 0x20 || first >= 0x80 || last <= 0x20 || last >= 0x80;
}

/** Writes a word, or a date, which are of ASCII; returns where it ends. */
function wordIn(word: string, made: Buffer, start: number): number {
  for (let index = 0; index < word.length; index++) made[start + index] = word.charCodeAt(index);
  return start + word.length;
}

/** Writes the bytes of a value in another order; returns where they end. */
function reordered(order: readonly number[], block: Buffer, from: number, made: Buffer, start: number): number {
  for (let index = 0; index < order.length; index++) {
    const place = order[index] as number;
    made[start + index] = place === -1 ? dash : (block[from + place] as number);
  }
  return start + order.length;
}

/** Writes a value within quotes; returns where it ends. */
function quoted(value: Buffer, made: Buffer, start: number): number {
  let to = start;
  made[to++] = quote;
  for (const byte of value) {
    if (byte === quote) made[to++] = quote;
    made[to++] = byte;
  }
  made[to++] = quote;
  return to;
}
