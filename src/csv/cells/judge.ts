import type { Column } from "../../core/columns.ts";
import { plainDialect } from "../../core/written/dialect.ts";
import { acceptedBy } from "../../core/written/settings.ts";
import { accepting } from "./accepting.ts";
import { type CellType, type DateRange, twoReadings, type Wrong } from "./cell-type.ts";
import { cellTypeOf } from "./cell-types.ts";

/** Words that programs write for a missing value. The four that pandas makes of one, and NaN, are none in text when quoted. */
export const unquotedNulls: readonly string[] = ["nan", "NaN", "None", "NaT", "<NA>"];

/** The same where text is no value. */
export const wordsForNull: readonly string[] = [...unquotedNulls, "NULL", "null", "\\N"];

const inText = new Set(unquotedNulls);
const elsewhere = new Set(wordsForNull);
// Looking a long value up means hashing it.
const longest = 4;

/** True for a word that text may be only in quotes. */
export function isUnquotedNull(value: string): boolean {
  return value.length <= longest && inText.has(value);
}

/** True for a word that no key is, nor any value but text. */
export function isNullWord(value: string): boolean {
  return value.length <= longest && elsewhere.has(value);
}

/**
 * Stands before the value of a cell whose quotes say something that its value does not: `""` is an empty string and not
 * NULL, `"None"` is the word itself. No value begins with it otherwise, for a sound block has no NUL byte.
 */
export const quotedMark = "\0";

export function isMarked(cell: string): boolean {
  return cell.charCodeAt(0) === 0;
}

export interface CellJudge {
  /** Matches sound cells only, though not each of them; with `within`, for the quick check of a row. */
  readonly quick: Pick<CellType, "pattern" | "within"> & { mayBeEmpty: boolean };
  /** What is wrong with a cell, as parseBlock gives it; null when nothing is. The last word. */
  judge(cell: string): Wrong | null;
}

const quickText = /^(?!(?:nan|NaN|None|NaT|<NA>)$)/;
const quickRequired = /^(?!(?:nan|NaN|None|NaT|<NA>|\\\.)?$)/;
const quickKey = /^(?!(?:nan|NaN|None|NaT|<NA>|NULL|null|\\N|\\\.)$)[^\s\0](?:.*[^\s])?$/s;

/** What a column is to a file: `isOnly` when it is the only one, for then an empty cell is a blank line. */
export interface Role {
  isKey: boolean;
  isOnly: boolean;
}

/** What stands for NULL, and what may not stand without quotes lest it be taken for it. */
export interface NullWords {
  isNull(value: string, isQuoted: boolean): boolean;
  /** In text. */
  isUnquotedNull(value: string): boolean;
  /** In a key, and in everything but text. */
  isNullWord(value: string): boolean;
}

const plainWords: NullWords = { isNull: (value, isQuoted) => value === "" && !isQuoted, isUnquotedNull, isNullWord };

export function cellJudge(column: Column, role: Role, dates: DateRange): CellJudge {
  const type = cellTypeOf(column, dates);
  const mayBeEmpty = column.nullable && !role.isKey && !role.isOnly;
  const pattern = type.isText ? quickPattern(role.isKey, mayBeEmpty) : type.pattern;
  const judge = judgeOf(column, role, type, plainWords, accepting(column, dates, plainDialect));
  return { quick: { pattern, within: type.within, mayBeEmpty }, judge };
}

/** The last word on a column's cells. */
export function judgeOf(
  column: Column,
  { isKey, isOnly }: Role,
  type: CellType,
  words: NullWords,
  otherwise: (value: string, reason: string) => string,
): (cell: string) => Wrong | null {
  const forbidden: Wrong = { code: "null_forbidden", reason: `empty, where ${column.name} must have a value` };
  const reserved = { ...forbidden, reason: `it stands for NULL, where ${column.name} must have a value` };
  const isSound = (value: string) => type.pattern.test(value) && type.within?.(value) !== false;
  const judge = (cell: string) => {
    const isQuoted = isMarked(cell);
    const value = isQuoted ? cell.slice(1) : cell;
    if (words.isNull(value, isQuoted)) {
      if (value !== "" && !type.isText && isSound(value)) return twoReadings("NULL", value);
      if (column.nullable && !isKey) return null;
      return value === "" ? forbidden : reserved;
    }
    if (isOnly && !isQuoted && value === "\\.") return endOfData;
    const wrong = isKey ? wrongKey(value, words) : wrongWord(value, isQuoted, type, words);
    if (wrong !== null) return wrong;
    const matches = type.pattern.test(value);
    if (matches && type.within?.(value) !== false) return null;
    if (words.isNullWord(value)) return wordFor(value);
    if (value !== "") {
      const why = type.explain(value, matches);
      return matches || why.code === "ambiguous" ? why : { ...why, reason: otherwise(value, why.reason) };
    }
    const reason = isQuoted ? emptyString : `empty, which "null" in the manifest does not name`;
    return { ...type.explain(value, matches), reason };
  };
  return repeating(judge);
}

/** What sound texts look like, but for some of them. */
function quickPattern(isKey: boolean, mayBeEmpty: boolean): RegExp {
  if (isKey) return quickKey;
  return mayBeEmpty ? quickText : quickRequired;
}

/** Verdicts that are kept for one column, and the longest cell that is worth looking up. */
const mostKept = 500;
const longestKept = 24;

/** A column at fault mostly repeats the same few values. Once it is seen to have many, looking them up costs more. */
function repeating(judge: CellJudge["judge"]): CellJudge["judge"] {
  const verdicts = new Map<string, Wrong | null>();
  return (cell) => {
    if (cell.length > longestKept || verdicts.size >= mostKept) return judge(cell);
    const known = verdicts.get(cell);
    if (known !== undefined) return known;
    const verdict = judge(cell);
    verdicts.set(cell, verdict);
    return verdict;
  };
}

const padded: Wrong = {
  code: "key_padded",
  reason: `the key begins or ends with blanks; ${acceptedBy({ trim: "all" })}`,
};

const endOfData: Wrong = {
  code: "not_of_type",
  reason: "a line of just \\. ends the data for PostgreSQL 15 to 17; quote it",
};

/** What to write instead is said by the code's remedy. */
const missing = "a word for a missing value";

/** A word for a missing value, and the settings that accept it. */
function wordFor(value: string, mayBeText = false): Wrong {
  const itself = mayBeText ? `, or as the word itself with "not_null":${JSON.stringify([value])}` : "";
  const accepted = acceptedBy({ null: ["", value] });
  return { code: "null_word", reason: `${missing}; ${accepted}${itself}` };
}

const emptyString = "an empty string in quotes; for NULL leave the cell empty, without quotes";

function wrongKey(value: string, words: NullWords): Wrong | null {
  if (value === "") return { code: "null_forbidden", reason: "an empty string, where a key must have a value" };
  if (words.isNullWord(value)) return { code: "null_word", reason: `${missing}; a key must have a value` };
  return value.trim() === value ? null : padded;
}

/** What text may not be when it stands without quotes. */
function wrongWord(value: string, isQuoted: boolean, { isText }: CellType, words: NullWords): Wrong | null {
  if (isQuoted) return null;
  return isText && words.isUnquotedNull(value) ? wordFor(value, true) : null;
}
