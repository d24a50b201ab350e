import type { Column } from "../../core/columns.ts";
import { quotedMark, unquotedNulls } from "../parse.ts";
import { type CellType, type DateRange, soundness, type Wrong } from "./cell-type.ts";
import { cellTypeOf } from "./cell-types.ts";

/** Where a column stands, as far as its cells' soundness hangs on it. */
export interface Place {
  isKey: boolean;
  /** The only column of the file: then an empty cell is a blank line. */
  isOnly: boolean;
}

export interface CellJudge {
  /** Matches sound cells only, though not each of them; with `within`, for the quick check of a row. */
  readonly quick: { pattern: RegExp; within: ((value: string) => boolean) | null; mayBeEmpty: boolean };
  /** What is wrong with a cell, as parseBlock gives it; null when nothing is. The last word. */
  judge(cell: string): Wrong | null;
}

/** Words for a missing value that no column but one of text could hold. */
const nullWords: ReadonlySet<string> = new Set([...unquotedNulls, "NULL", "null", "\\N"]);

const quickText = /^(?!(?:nan|NaN|None|NaT|<NA>)$)/;
const quickOnlyText = /^(?!(?:nan|NaN|None|NaT|<NA>|\\\.)?$)/;
const quickKey = /^(?!(?:nan|NaN|None|NaT|<NA>|NULL|null|\\N|\\\.)$)[^\s\0](?:.*[^\s])?$/s;
const isPadded = (value: string) => value.trim() !== value;

export function cellJudge(column: Column, place: Place, dates: DateRange): CellJudge {
  const type = cellTypeOf(column, dates);
  const isSound = soundness(type);
  const pattern = type.isText ? textPattern(place) : type.pattern;
  const judge = (cell: string) => {
    const isQuoted = cell.startsWith(quotedMark);
    const value = isQuoted ? cell.slice(1) : cell;
    const wrong = value === "" ? judgeEmpty(column, place, type, isQuoted) : judgeWords(value, place, type, isQuoted);
    if (wrong !== undefined) return wrong;
    return isSound(value) ? null : type.explain(value);
  };
  const mayBeEmpty = column.nullable && !place.isKey && !place.isOnly;
  return { quick: { pattern, within: type.within, mayBeEmpty }, judge };
}

function textPattern({ isKey, isOnly }: Place): RegExp {
  if (isKey) return quickKey;
  return isOnly ? quickOnlyText : quickText;
}

/** undefined when the type has to tell. */
function judgeEmpty(column: Column, place: Place, type: CellType, isQuoted: boolean): Wrong | null | undefined {
  if (!isQuoted) {
    if (column.nullable && !place.isKey) return null;
    return { code: "null_forbidden", reason: `empty, where ${column.name} must have a value` };
  }
  if (place.isKey) return { code: "null_forbidden", reason: "an empty string, where a key must have a value" };
  if (type.isText) return undefined;
  return { ...type.explain(""), reason: "an empty string in quotes; for NULL leave the cell empty, without quotes" };
}

/** undefined when the type has to tell. */
function judgeWords(value: string, { isKey, isOnly }: Place, type: CellType, isQuoted: boolean): Wrong | undefined {
  if (isOnly && value === "\\." && !isQuoted) {
    return { code: "not_of_type", reason: "a line of just \\. ends the data for PostgreSQL 15 to 17; quote it" };
  }
  const isWord = type.isText && !isKey ? unquotedNulls.has(value) && !isQuoted : nullWords.has(value);
  if (isWord) {
    const otherwise = type.isText && !isKey ? ", or quote it if the word itself is meant" : "";
    const instead = isKey ? "; a key must have a value" : `; leave the cell empty for NULL${otherwise}`;
    return { code: "null_word", reason: `a word for a missing value${instead}` };
  }
  if (isKey && isPadded(value)) return { code: "key_padded", reason: "the key begins or ends with blanks" };
  return undefined;
}
