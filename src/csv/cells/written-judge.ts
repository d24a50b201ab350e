import type { Column } from "../../core/columns.ts";
import type { Dialect } from "../../core/written/dialect.ts";
import { accepting } from "./accepting.ts";
import type { CellType, DateRange } from "./cell-type.ts";
import { type CellJudge, isMarked, isNullWord, isUnquotedNull, judgeOf, type NullWords, type Role } from "./judge.ts";
import { type SureBytes, sureBytes } from "./sure-bytes.ts";
import { quickOf } from "./written-quick.ts";
import { writtenTypeOf } from "./written-types.ts";

/** Text of a sound cell in a CSV that PostgreSQL takes. */
type CellWriter = (cell: string) => string;

export interface WrittenJudge extends CellJudge {
  readonly write: CellWriter;
  readonly sure: SureBytes;
}

/** As `cellJudge` does, of cells that are written as the manifest says. */
export function writtenJudge(column: Column, role: Role, dates: DateRange, dialect: Dialect): WrittenJudge {
  const type = writtenTypeOf(column, dates, dialect);
  const words = nullWords(dialect);
  const judge = judgeOf(column, role, type, words, accepting(column, dates, dialect));
  const sure = sureBytes(column, role, dates, dialect);
  return { quick: quickOf(column, role, type, dialect), judge, write: writerOf(type, words), sure };
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

function writerOf({ plain }: CellType, words: NullWords): CellWriter {
  return (cell) => {
    const isQuoted = isMarked(cell);
    const value = isQuoted ? cell.slice(1) : cell;
    if (words.isNull(value, isQuoted)) return "";
    return quoted(plain === undefined ? value : plain(value));
  };
}
