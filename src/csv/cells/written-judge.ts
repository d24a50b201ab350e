import type { Column } from "../../core/columns.ts";
import type { Dialect } from "../../core/written/dialect.ts";
import { accepting } from "./accepting.ts";
import type { ByteOrder, CellType, DateRange } from "./cell-type.ts";
import { type CellJudge, isMarked, isNullWord, isUnquotedNull, judgeOf, type NullWords, type Role } from "./judge.ts";
import { quickOf } from "./written-quick.ts";
import { writtenTypeOf } from "./written-types.ts";

/** Text of a sound cell in a CSV that PostgreSQL takes. */
type CellWriter = (cell: string) => string;

export interface WrittenJudge extends CellJudge {
  readonly write: {
    any: CellWriter;
    /** The same of what has no quotes and is not NULL: by its bytes, or as a word of ASCII. */
    inBytes: "same" | "number" | CellWriter;
    /** Where it is the same bytes in another order, or one of a few words; see `CellType`. */
    byteOrders: readonly ByteOrder[];
    words: ReadonlyMap<string, string>;
    /** Whether there may be any sign in it. */
    hasSigns: boolean;
  };
}

/** As `cellJudge` does, of cells that are written as the manifest says. */
export function writtenJudge(column: Column, role: Role, dates: DateRange, dialect: Dialect): WrittenJudge {
  const type = writtenTypeOf(column, dates, dialect);
  const words = nullWords(dialect);
  const judge = judgeOf(column, role, type, words, accepting(column, dates, dialect));
  return { quick: quickOf(column, role, type, dialect), judge, write: writersOf(column, type, words) };
}

function nullWords({ null: nulls, not_null, quoted_null }: Dialect): NullWords {
  // Looking a value up in a set means hashing it, which costs more than holding it against a few words.
  const isNull = (value: string) => nulls.includes(value);
  const isKept = (value: string) => not_null.includes(value);
  return {
    isNull: (value, isQuoted) => (!isQuoted || quoted_null) && isNull(value),
    isUnquotedNull: (value) => isUnquotedNull(value) && !isKept(value),
    isNullWord: (value) => isNullWord(value) && !isKept(value),
  };
}

const toQuote = /[",\r\n]|^$|^\\\.$/;

function quoted(value: string): string {
  return toQuote.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Types whose values are digits, letters and dashes. */
const withoutSigns = /^(?:int[248]|bool|uuid|date)$/;

function writersOf(
  { type }: Column,
  { plain, isDigits = false, byteOrders = [], words: known = new Map() }: CellType,
  words: NullWords,
): WrittenJudge["write"] {
  const any: CellWriter = (cell) => {
    const isQuoted = isMarked(cell);
    const value = isQuoted ? cell.slice(1) : cell;
    if (words.isNull(value, isQuoted)) return "";
    return quoted(plain === undefined ? value : plain(value));
  };
  const inBytes = plain === undefined ? "same" : isDigits ? "number" : plain;
  return { any, inBytes, byteOrders, words: known, hasSigns: !withoutSigns.test(type) };
}
