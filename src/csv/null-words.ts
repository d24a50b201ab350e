/** Words that programs write for a missing value. The four that pandas makes of one, and NaN, are none in text when quoted. */
export const unquotedNulls: readonly string[] = ["nan", "NaN", "None", "NaT", "<NA>"];

const inText = new Set(unquotedNulls);
const elsewhere = new Set([...unquotedNulls, "NULL", "null", "\\N"]);
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
