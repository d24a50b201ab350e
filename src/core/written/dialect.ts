import { type Form, parseForm } from "./forms.ts";
import { type Written, type WrittenSetting, writtenSettings } from "./settings.ts";

/** How one table's files are written: each setting has its value. */
export type Dialect = { [Name in WrittenSetting]: NonNullable<Written[Name]> | Nullable<Name> };
type Nullable<Name extends WrittenSetting> = (typeof writtenSettings)[Name]["plain"] extends null ? null : never;

/** Settings that say nothing of a row: with these alone a file's text is what PostgreSQL takes, once it is UTF-8. */
const ofFiles: readonly WrittenSetting[] = ["encoding", "header", "header_case", "comment", "header_only"];
const names = Object.keys(writtenSettings) as WrittenSetting[];

/** What is said later wins, setting by setting. */
export function dialectOf(...sections: readonly (Written | Dialect | undefined)[]): Dialect {
  const plain = Object.fromEntries(names.map((name) => [name, writtenSettings[name].plain]));
  return Object.assign(plain, ...sections) as Dialect;
}

export const plainDialect = dialectOf();

/** True for a setting that is as it is where nobody says. */
export function isPlainSetting(dialect: Dialect, name: WrittenSetting): boolean {
  return JSON.stringify(dialect[name]) === JSON.stringify(plainDialect[name]);
}

/** Settings that are not. */
export function setIn(dialect: Dialect): WrittenSetting[] {
  return names.filter((name) => !isPlainSetting(dialect, name));
}

/** True where rows are written as the console would write them. */
export function hasPlainRows(dialect: Dialect): boolean {
  return dialect === plainDialect || setIn(dialect).every((name) => ofFiles.includes(name));
}

/** True where any program that reads CSV with a header reads the file as it is. */
export function hasPlainText(dialect: Dialect): boolean {
  return hasPlainRows(dialect) && setIn(dialect).every((name) => name !== "encoding" && name !== "comment");
}

/** The forms among these, which were found sound. */
export function formsOf(written: readonly string[]): Form[] {
  return written.map(parseForm).filter((form) => typeof form !== "string");
}

/** Names that are ours: UTF-16 of either order, and Latin-1 itself, for which TextDecoder reads windows-1252. */
const ownEncodings: Record<string, string> = {
  utf8: "utf-8",
  "utf-8": "utf-8",
  "utf-16": "utf-16",
  utf16: "utf-16",
  latin1: "latin1",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
  "iso8859-1": "latin1",
};

/** The encoding's one name; null for one that nobody knows. */
export function encodingNamed(label: string): string | null {
  const own = ownEncodings[label.toLowerCase()];
  if (own !== undefined) return own;
  try {
    return new TextDecoder(label as Bun.Encoding).encoding;
  } catch {
    return null;
  }
}

/** What the settings say that cannot be, each by itself or together; null when they are sound. */
export function whyNotWritten(dialect: Dialect): string | null {
  return rules.map((rule) => rule(dialect)).find((reason) => reason !== null) ?? null;
}

const rules: ((dialect: Dialect) => string | null)[] = [
  ({ encoding }) => (encodingNamed(encoding) === null ? `encoding: nobody knows "${encoding}"` : null),
  ({ quote, ...others }) =>
    quote === "none" && others.escape === "backslash"
      ? 'escape: where quote is "none" there is nothing to escape'
      : null,
  ({ decimal, thousands }) => (decimal === thousands ? `decimal and thousands are both "${decimal}"` : null),
  ({ comment, delimiter }) =>
    comment?.startsWith(delimiter) ? `comment and delimiter both begin with "${delimiter}"` : null,
  ({ dates }) => (dates.length === 0 ? "dates: it names no form" : null),
  ({ dates, timestamps }) =>
    [...dates, ...(timestamps ?? [])].map(parseForm).find((form) => typeof form === "string") ?? null,
  ({ dates }) => {
    const timed = formsOf(dates).find(({ hasTime }) => hasTime);
    return timed === undefined ? null : `dates: "${timed.form}" is the form of a timestamp`;
  },
  ({ true: yes, false: no, null: nulls, not_null }) => {
    const lower = (words: readonly string[]) => words.map((one) => one.toLowerCase());
    const shared = (one: readonly string[], other: readonly string[]) => one.find((each) => other.includes(each));
    const both = shared(lower(yes), lower(no));
    if (both !== undefined) return `"${both}" is a word for true and for false`;
    const truth = shared(lower(nulls), lower([...yes, ...no]));
    if (truth !== undefined) return `"${truth}" is a word for NULL and for true or false`;
    const kept = shared(nulls, not_null);
    return kept === undefined ? null : `"${kept}" is in null and in not_null`;
  },
  ({ header, ignore }) => {
    const both = ignore.find((name) => Object.hasOwn(header, name));
    return both === undefined ? null : `"${both}" is in header and in ignore`;
  },
];
