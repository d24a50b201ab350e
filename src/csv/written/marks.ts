import { type Dialect, plainDialect } from "../../core/written/dialect.ts";
import { unquotedNulls } from "../cells/judge.ts";

/** Quoted cells whose quotes say something that their value does not. */
export interface Marks {
  /** False where no cell of the block can be one. */
  mayBeIn(block: Buffer): boolean;
  /** Of the bytes of a quoted cell, its quotes included. */
  isMarked(block: Buffer, from: number, to: number): boolean;
  /** The same of its value. */
  isMarkedValue(value: string): boolean;
}

export function marksOf({ quote, null: nulls, not_null, trim, ...others }: Dialect): Marks {
  const words = [...new Set(["", "\\.", ...unquotedNulls, ...nulls, ...not_null])];
  const escaped = (word: string) =>
    others.escape === "backslash" ? word.replace(/["'\\]/g, "\\$&") : word.replaceAll(quote, quote + quote);
  const texts = words.map((word) => quote + escaped(word) + quote);
  // A byte each, as cells are looked up.
  const inBytes = new Set(texts.map((text) => Buffer.from(text).toString("latin1")));
  const longest = Math.max(...[...inBytes].map((text) => text.length));
  const values = new Set(words);
  // Where blanks are left out of what is not quoted, those within quotes are the value's own.
  const keepsBlanks = trim === "unquoted";
  const isPadded = (value: string) => keepsBlanks && value.trim() !== value;
  return {
    mayBeIn: (block) => keepsBlanks || texts.some((text) => block.includes(text)),
    isMarked(block, from, to) {
      if (to - from <= longest && inBytes.has(block.toString("latin1", from, to))) return true;
      return keepsBlanks && isPadded(block.toString("utf8", from + 1, to - 1));
    },
    isMarkedValue: (value) => values.has(value) || isPadded(value),
  };
}

export const plainMarks = marksOf(plainDialect);
