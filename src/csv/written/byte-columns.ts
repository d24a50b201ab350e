import type { Dialect } from "../../core/written/dialect.ts";
import type { ByteOrder } from "../cells/cell-type.ts";
import type { WrittenJudge } from "../cells/written-judge.ts";
import type { Syntax } from "./syntax.ts";

const quote = 0x22;
const comma = 0x2c;
const dash = 0x2d;
const point = 0x2e;

/** Stands for what a byte becomes that is left out. */
const leftOut = -1;

/** As numbers, which are looked at for every cell. */
export const byteKinds = { other: 0, same: 1, number: 2, leftOut: 3 } as const;

/** A column of rows that are put right byte by byte: what each byte becomes, and its value where that is another word. */
export interface ByteColumn {
  /** How its values are written: the commonest ways by themselves. */
  kind: (typeof byteKinds)[keyof typeof byteKinds];
  table: Int16Array;
  /** Whether it may hold any sign. */
  isText: boolean;
  /** Where the first byte and the length of a word tell what it becomes: that, by `wordPlace`. */
  words: readonly (Buffer | undefined)[] | null;
  /** Where its value is the same bytes in another order, one of these; null otherwise. */
  orders: readonly ByteOrder[] | null;
  any: (cell: string) => string;
}

export function byteColumn(write: WrittenJudge["write"] | null, { dialect }: Syntax): ByteColumn {
  const kind = write?.inBytes ?? null;
  const orders = write === null || write.byteOrders.length === 0 ? null : write.byteOrders;
  const words = write === null ? null : placed(write.words);
  const isCommon = orders === null && words === null && (kind === "same" || kind === "number");
  return {
    kind: write === null ? byteKinds.leftOut : isCommon ? byteKinds[kind] : byteKinds.other,
    table: numberTable(dialect),
    isText: kind === "same" && write?.hasSigns === true,
    words,
    orders,
    any: write?.any ?? String,
  };
}

function numberTable({ decimal, thousands }: Dialect): Int16Array {
  const table = Int16Array.from({ length: 256 }, (_, byte) => byte);
  // Beyond ASCII, a sound number has nothing but the sign between thousands.
  table.fill(leftOut, 0x80);
  table[thousands?.charCodeAt(0) ?? 0xff] = leftOut;
  table[decimal.charCodeAt(0)] = point;
  return table;
}

const longestWord = 31;

/** Case makes no difference to a letter's last five bits. */
function wordPlace(length: number, first: number): number {
  return (length << 5) | (first & 0x1f);
}

/** Null where two words have one place and become different things. */
function placed(words: ReadonlyMap<string, string>): ByteColumn["words"] {
  const places: Buffer[] = [];
  for (const [word, becomes] of words) {
    const at = wordPlace(word.length, word.charCodeAt(0));
    const other = places[at]?.toString() ?? becomes;
    if (word.length === 0 || word.length > longestWord || other !== becomes) return null;
    places[at] = Buffer.from(becomes);
  }
  return words.size === 0 ? null : places;
}

/**
 * Writes the value between `from` and `end`, of no common kind and not NULL, and returns where that ends; -1 where it takes
 * the value as a text to do so. These are numbers and no object, and it is no method: it runs for many cells.
 */
export function writeBytes(
  { orders, words }: ByteColumn,
  block: Buffer,
  from: number,
  end: number,
  made: Buffer,
  at: number,
) {
  if (orders !== null) {
    const order = orderOf(orders, block, from, end - from);
    if (order !== undefined) return reordered(order, block, from, made, at);
  }
  const word = words?.[wordPlace(end - from, block[from] as number)];
  if (word === undefined) return -1;
  for (let next = 0; next < word.length; next++) made[at + next] = word[next] as number;
  return at + word.length;
}

/** Writes a number by what each of its bytes becomes; returns where it ends. */
export function writeNumber(table: Int16Array, block: Buffer, from: number, end: number, made: Buffer, at: number) {
  let to = at;
  for (let next = from; next < end; next++) {
    const becomes = table[block[next] as number] as number;
    if (becomes >= 0) made[to++] = becomes;
  }
  return to;
}

/** Writes the same bytes; returns where they end, or -1 where they call for quotes. */
export function writeSame(block: Buffer, from: number, end: number, made: Buffer, at: number): number {
  let to = at;
  for (let next = from; next < end; next++) {
    const byte = block[next] as number;
    if (byte === comma || byte === quote) return -1;
    made[to++] = byte;
  }
  return to;
}

/** Writes a value in full; returns where it ends. Most are words, or dates, which are of ASCII. */
export function writeText(text: string, made: Buffer, at: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return at + made.write(text, at);
    made[at + index] = code;
  }
  return at + text.length;
}

/** The order whose signs these bytes have; undefined for none. */
export function orderOf(orders: readonly ByteOrder[], block: Buffer, from: number, length: number) {
  for (const order of orders) {
    if (order.length !== length || block[from + order.first] !== order.firstSign) continue;
    if (block[from + order.second] === order.secondSign) return order;
  }
  return undefined;
}

/** Writes the bytes of a value in another order; returns where they end. */
export function reordered({ places }: ByteOrder, block: Buffer, from: number, made: Buffer, at: number): number {
  for (let index = 0; index < places.length; index++) {
    const place = places[index] as number;
    made[at + index] = place === -1 ? dash : (block[from + place] as number);
  }
  return at + places.length;
}
