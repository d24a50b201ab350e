/** What a word in a file may be: anything on one line. */
const word = /^[^\0\r\n]*$/;

/**
 * How the files of a dataset are written, where it is not as the console would write them: the manifest's section
 * `written`. The manifest's checker, the README and the reader draw on this table. `of` is what the setting may be,
 * in arktype's notation; `plain` what it is where nobody says.
 */
export const writtenSettings = {
  encoding: {
    of: "string > 0",
    plain: "utf-8",
    means:
      "the encoding, by a name that `TextDecoder` knows, such as `windows-1252`; `utf-16` goes by the byte order mark, and `latin1` is ISO 8859-1 itself",
    example: '"windows-1252"',
  },
  delimiter: {
    of: /^[,;|\t]$/,
    plain: ",",
    means: "what stands between values: a comma, a semicolon, a vertical bar or a tab",
    example: '";"',
  },
  quote: {
    of: /^(?:["']|none)$/,
    plain: '"',
    means: "what a value may be put into: `\"`, `'` or `none`, where a quote is a character like any other",
    example: '"\'"',
  },
  escape: {
    of: /^(?:doubled|backslash)$/,
    plain: "doubled",
    means:
      "how a quote is written within quotes: `doubled`, or after a `backslash`, which stands before a quote or another backslash and nowhere else",
    example: '"backslash"',
  },
  line_ends: {
    of: /^(?:one|mixed)$/,
    plain: "one",
    means: "`one`: all lines end as the header does, in LF or CRLF; `mixed`: in either",
    example: '"mixed"',
  },
  decimal: { of: /^[.,]$/, plain: ".", means: "the sign before a number's fraction", example: '","' },
  thousands: {
    of: /^[.,'\u2019 \u00a0\u202f_]$/,
    plain: null,
    means: "the sign between groups of three digits: a number is grouped throughout or not at all",
    example: '"."',
  },
  dates: {
    of: [word, "[]"],
    plain: ["YYYY-MM-DD"],
    means: "the forms of a date; one that fits two of them and is two days is refused",
    example: '["DD/MM/YYYY"]',
  },
  timestamps: {
    of: [word, "[]"],
    plain: null,
    means: "the forms of a timestamp, for columns with a time zone those that have `Z`",
    example: '["DD/MM/YYYY HH:MM:SS"]',
  },
  true: { of: [word, "[]"], plain: ["true"], means: "the words for true, in either case", example: '["yes"]' },
  false: { of: [word, "[]"], plain: ["false"], means: "the words for false, in either case", example: '["no"]' },
  null: {
    of: [word, "[]"],
    plain: [""],
    means:
      'what stands for NULL where it is not in quotes; without `""` among them an empty cell is an empty text. A word that is a value of its column, too, is refused there',
    example: '["", "NA"]',
  },
  not_null: {
    of: [word, "[]"],
    plain: [],
    means: "words of text and keys that are themselves, though they stand for NULL elsewhere, such as `None`",
    example: '["None"]',
  },
  quoted_null: {
    of: "boolean",
    plain: false,
    means: 'whether what stands for NULL does so in quotes, too, as `""`',
    example: "true",
  },
  trim: {
    of: /^(?:none|unquoted|all)$/,
    plain: "none",
    means: "which values may have blanks around them that are left out",
    example: '"all"',
  },
  header: {
    of: { "[string]": "string > 0" },
    plain: {},
    means: "names in the header, and the columns that they stand for",
    example: '{ "Customer ID": "user_id" }',
  },
  header_case: {
    of: /^(?:exact|ignored)$/,
    plain: "exact",
    means: "whether a name in the header has to be written as the column's is: `exact`, or with its case `ignored`",
    example: '"ignored"',
  },
  ignore: {
    of: ["string", "[]"],
    plain: [],
    means: "names in the header whose columns are passed over",
    example: '["Remarks"]',
  },
  comment: {
    of: /^[!#%&*/;~-]{1,3}$/,
    plain: null,
    means: "what a line begins with that is passed over, header and rows apart",
    example: '"#"',
  },
  header_only: {
    of: "boolean",
    plain: false,
    means:
      "whether a file may have a header and no rows; it is warned about then, and not held against the month before",
    example: "true",
  },
} as const;

type Settings = typeof writtenSettings;
export type WrittenSetting = keyof Settings;

type Shape = { readonly [Name in WrittenSetting as `${Name}?`]: Settings[Name]["of"] };

const optional = Object.entries(writtenSettings).map(([name, { of }]) => [`${name}?`, of]);

/** The section as the manifest's checker knows it. */
export const writtenShape = { "+": "reject", ...(Object.fromEntries(optional) as Shape) } as const;

/** The section as somebody wrote it: what is left out is as it is elsewhere. */
export type Written = { [Name in WrittenSetting]?: ValueOf<Settings[Name]["of"]> };

type ValueOf<Of> = Of extends RegExp
  ? string
  : Of extends readonly unknown[]
    ? string[]
    : Of extends "boolean"
      ? boolean
      : Of extends string
        ? string
        : Record<string, string>;

/** For a refusal: that the manifest may say so, and then the file is read. */
export function acceptedBy(written: Written): string {
  return `the manifest accepts it with ${JSON.stringify({ written }).slice(1, -1)}`;
}
