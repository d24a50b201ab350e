import type { Column } from "../../core/columns.ts";
import type { Dialect } from "../../core/written/dialect.ts";
import { type CellType, literally } from "./cell-type.ts";
import { type CellJudge, isMarked, quotedMark, type Role, unquotedNulls, wordsForNull } from "./judge.ts";

/** Finds most of what is sound, and nothing else. A pattern tells words for NULL without looking each value up. */
export function quickOf(column: Column, role: Role, type: CellType, dialect: Dialect): CellJudge["quick"] {
  const { null: nulls, quoted_null } = dialect;
  const mayBeNull = column.nullable && !role.isKey && !role.isOnly;
  const mayBeEmpty = mayBeNull && nulls.includes("");
  const bare = nulls.filter((word) => word !== "");
  const said = quoted_null ? [...bare, ...nulls.map((word) => quotedMark + word)] : bare;
  if (type.isText) {
    return { pattern: textPattern(role, mayBeNull, said, dialect), within: type.within, mayBeEmpty };
  }
  const isValue = (cell: string) => type.pattern.test(cell) && type.within?.(cell) !== false;
  // A word that is a value of the column as well is for the judge.
  const isBoth = (word: string) => isValue(isMarked(word) ? word.slice(1) : word);
  const sure = mayBeNull ? said.filter((word) => !isBoth(word)) : [];
  const unsure = said.filter((word) => !sure.includes(word) && isValue(word));
  return { pattern: orOneOf(type.pattern, sure), within: withinOf(type, sure, unsure), mayBeEmpty };
}

/** Texts but those that would be taken for NULL, or stand for it where nothing may. */
function textPattern(
  { isKey, isOnly }: Role,
  mayBeNull: boolean,
  said: readonly string[],
  { null: nulls, not_null }: Dialect,
): RegExp {
  const allowed = mayBeNull ? [...not_null, ...said] : not_null;
  const taken = (isKey ? wordsForNull : unquotedNulls).filter((word) => !allowed.includes(word));
  const none = mayBeNull ? [] : [...said, ...(nulls.includes("") || isOnly ? [""] : [])];
  const not = [...taken, ...none, ...(isKey || isOnly ? ["\\."] : [])];
  const ahead = `^(?!(?:${not.map(literally).join("|")})$)`;
  return isKey ? new RegExp(`${ahead}[^\\s\\0](?:.*[^\\s])?$`, "s") : new RegExp(ahead);
}

/** Words are themselves, in whichever case the values may be. */
function orOneOf(values: RegExp, words: readonly string[]): RegExp {
  if (words.length === 0) return values;
  // Of numbers: anchored once, a pattern with words takes no longer than one without.
  const [, number] = values.flags === "" ? (/^\^(-\?.*)\$$/.exec(values.source) ?? []) : [];
  if (number !== undefined) return new RegExp(`^(?:${number}|${words.map(literally).join("|")})$`);
  return new RegExp(`(?${values.flags}:${values.source})|^(?:${words.map(literally).join("|")})$`);
}

/** What no pattern can say, of values and of words. */
function withinOf(
  { within }: CellType,
  sure: readonly string[],
  unsure: readonly string[],
): CellJudge["quick"]["within"] {
  if (unsure.length > 0) return (cell) => (within?.(cell) !== false && !unsure.includes(cell)) || sure.includes(cell);
  return within && sure.length > 0 ? (cell) => within(cell) || sure.includes(cell) : within;
}
