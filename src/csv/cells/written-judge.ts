import type { Column } from "../../core/columns.ts";
import type { Dialect } from "../../core/written/dialect.ts";
import { accepting } from "./accepting.ts";
import type { CellType, DateRange } from "./cell-type.ts";
import {
  type CellJudge,
  isMarked,
  isNullWord,
  isUnquotedNull,
  judgeOf,
  type NullWords,
  quickPattern,
  quotedMark,
  type Role,
} from "./judge.ts";
import { writtenTypeOf } from "./written-types.ts";

/** Text of a sound cell in a CSV that PostgreSQL takes. */
type CellWriter = (cell: string) => string;

export interface WrittenJudge extends CellJudge {
  readonly write: {
    any: CellWriter;
    /** The same of what has no quotes and is not NULL: by its bytes, or as a word of ASCII. */
    inBytes: "same" | "number" | CellWriter;
    /** Where it is the same bytes in another order; see `CellType`. */
    byteOrder: readonly number[] | null;
    /** Whether there may be any sign in it. */
    hasSigns: boolean;
  };
}

/** As `cellJudge` does, of cells that are written as the manifest says. */
export function writtenJudge(column: Column, role: Role, dates: DateRange, dialect: Dialect): WrittenJudge {
  const type = writtenTypeOf(column, dates, dialect);
  const words = nullWords(dialect);
  const judge = judgeOf(column, role, type, words, accepting(column, dates, dialect));
  return { quick: quickOf(column, role, type, words, dialect), judge, write: writersOf(column, type, words) };
}

function nullWords({ null: nulls, not_null, quoted_null }: Dialect): NullWords {
  const isNull = oneOf(nulls);
  const isKept = oneOf(not_null);
  return {
    isNull: (value, isQuoted) => (!isQuoted || quoted_null) && isNull(value),
    isUnquotedNull: (value) => isUnquotedNull(value) && !isKept(value),
    isNullWord: (value) => isNullWord(value) && !isKept(value),
  };
}

/** Looking a value up means hashing it, which costs more than holding it against a few words. */
function oneOf(words: readonly string[]): (value: string) => boolean {
  if (words.length > 8) {
    const all = new Set(words);
    return (value) => all.has(value);
  }
  return (value) => {
    for (const word of words) if (word === value) return true;
    return false;
  };
}

/** Finds most of what is sound, and nothing else. */
function quickOf(
  column: Column,
  { isKey, isOnly }: Role,
  type: CellType,
  words: NullWords,
  dialect: Dialect,
): CellJudge["quick"] {
  const { null: nulls, quoted_null } = dialect;
  const mayBeNull = column.nullable && !isKey && !isOnly;
  const mayBeEmpty = mayBeNull && nulls.includes("");
  if (type.isText && isPlainOfNulls(dialect)) {
    return { pattern: quickPattern(isKey, mayBeEmpty), within: type.within, mayBeEmpty };
  }
  if (type.isText) {
    const within = (cell: string) => {
      const isQuoted = isMarked(cell);
      const value = isQuoted ? cell.slice(1) : cell;
      if (words.isNull(value, isQuoted)) return mayBeNull;
      if (isKey ? wrongAsKey(value, words) : !isQuoted && wrongUnquoted(value, isOnly, words)) return false;
      return type.within?.(value) !== false;
    };
    return { pattern: type.pattern, within, mayBeEmpty };
  }
  const said = nulls.filter((word) => word !== "");
  if (said.length === 0 && !quoted_null) return { pattern: type.pattern, within: type.within, mayBeEmpty };
  const isSound = (value: string) => type.pattern.test(value) && type.within?.(value) !== false;
  const all = [...said, ...(quoted_null ? nulls.map((word) => quotedMark + word) : [])];
  // A word that is a value of the column as well is for the judge.
  const sure = mayBeNull ? all.filter((cell) => !isSound(isMarked(cell) ? cell.slice(1) : cell)) : [];
  const [isWord, isSure] = [oneOf(all), oneOf(sure)];
  if (sure.length < all.length) {
    return { pattern: /^/, within: (cell) => (isWord(cell) ? isSure(cell) : isSound(cell)), mayBeEmpty };
  }
  const literally = all.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
  const pattern = new RegExp(`^(?:${literally})$|${type.pattern.source}`, type.pattern.flags);
  const { within } = type;
  return { pattern, within: within && ((cell) => isWord(cell) || within(cell)), mayBeEmpty };
}

/** Where NULL is what it is elsewhere, one look at a text is enough. */
function isPlainOfNulls({ null: nulls, not_null, quoted_null }: Dialect): boolean {
  return nulls.length === 1 && nulls[0] === "" && not_null.length === 0 && !quoted_null;
}

function wrongAsKey(value: string, words: NullWords): boolean {
  return value === "" || words.isNullWord(value) || value.trim() !== value;
}

function wrongUnquoted(value: string, isOnly: boolean, words: NullWords): boolean {
  return words.isUnquotedNull(value) || (isOnly && (value === "" || value === "\\."));
}

const toQuote = /[",\r\n]|^$|^\\\.$/;

function quoted(value: string): string {
  return toQuote.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Types whose values are digits, letters and dashes. */
const withoutSigns = /^(?:int[248]|bool|uuid|date)$/;

function writersOf(
  { type }: Column,
  { plain, isDigits = false, byteOrder = [] }: CellType,
  words: NullWords,
): WrittenJudge["write"] {
  const any: CellWriter = (cell) => {
    const isQuoted = isMarked(cell);
    const value = isQuoted ? cell.slice(1) : cell;
    if (words.isNull(value, isQuoted)) return "";
    return quoted(plain === undefined ? value : plain(value));
  };
  const inBytes = plain === undefined ? "same" : isDigits ? "number" : plain;
  return { any, inBytes, byteOrder: byteOrder.length === 0 ? null : byteOrder, hasSigns: !withoutSigns.test(type) };
}
