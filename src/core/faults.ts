import type { type } from "./checks.ts";

/**
 * Everything that can be wrong with a drop: what it means and what the sender should do about it, or, where it says `here`,
 * whoever runs the console.
 * The reader, the printers, the reject file, the docs and the tests all draw on this table.
 */
export const faultCodes = {
  file_missing: { means: "the file is not in the drop", remedy: "ask the sender for it" },
  file_unreadable: {
    means: "the file cannot be read",
    remedy: "put the file itself there, readable for whoever runs the console",
    here: true,
  },
  file_outside: {
    means: "a link that leads out of the data folder",
    remedy: 'put the file itself there, or write "links": "anywhere" into the manifest, dataset.json',
    here: true,
  },
  file_empty: {
    means: "the file has no bytes",
    remedy: "if the sender's has some, transfer it again; if not, ask for another export",
  },
  file_changed: {
    means: "the file changed while the run went on",
    remedy: "wait until the transfer is complete, then run again",
    here: true,
  },
  file_ambiguous: {
    means: "the table has more than one file",
    remedy: "leave just one of them in the drop",
    here: true,
  },
  file_ending: {
    means: "the file is compressed in another way than its name says, or not at all",
    remedy: "name it as what it is, once: .csv, .csv.gz, .csv.zst or .csv.zip, or as the manifest has it",
    here: true,
  },
  file_corrupt: {
    means: "the compressed file is damaged",
    remedy: "compare its checksum with the sender's: if they differ transfer it again, or else ask for another export",
  },
  file_cut: {
    means: "the file ends before its data does",
    remedy: "compare its size with the sender's: if they differ transfer it again, or else ask for another export",
  },
  not_csv: {
    means: "the file is something else than CSV",
    remedy: "ask the sender for CSV; if it is an error that a download left in the file's place, fetch it again",
  },
  part_columns: { means: "its columns are not those of the table's first part", remedy: "export all parts alike" },
  other_table: { means: "the file is that of another table", remedy: "give each table's file its own name" },
  no_rows: {
    means: "the file has a header but no rows",
    remedy: "if the sender's has some, transfer it again; if not, ask why the export found none",
  },
  encoding: { means: "the bytes are not UTF-8", remedy: "export as UTF-8, or name the encoding in the manifest" },
  nul_byte: { means: "a NUL byte, which PostgreSQL cannot store", remedy: "export as UTF-8 text" },
  line_ends: { means: "the line ends are mixed or a lone carriage return", remedy: "use LF or CRLF throughout" },
  header_missing: {
    means: "the first line is a row, not a header",
    remedy: "export it with the column names in the first line",
  },
  delimiter: { means: "the columns are separated by something other than a comma", remedy: "export with commas" },
  column_missing: { means: "a column of the table is not in the header", remedy: "export it, empty where unknown" },
  column_new: {
    means: "a column that was added to the table after the last drop is not in the header",
    remedy: "name it under absent in the manifest if drops need not carry it, or else ask for files that do",
  },
  column_unknown: { means: "the table has no such column", remedy: "leave it out or correct its name" },
  column_repeated: { means: "the header names a column twice", remedy: "leave one of them out" },
  column_computed: {
    means: "the table fills the column by itself: it is computed of others, or an identity",
    remedy: "leave it out, or name it under ignore in the manifest",
  },
  quote_unclosed: { means: "a quote is opened here and never closed", remedy: 'write a quote inside a value as ""' },
  quote_trailing: { means: "text follows a closing quote", remedy: 'write a quote inside a value as ""' },
  quote_bare: { means: "a quote inside an unquoted value", remedy: 'quote the value and write the quote as ""' },
  quote_escape: { means: "a backslash that escapes nothing", remedy: "within quotes write a backslash as \\\\" },
  row_short: { means: "the row has fewer values than the header", remedy: "export it again with every column" },
  row_long: { means: "the row has more values than the header", remedy: "quote values that contain commas" },
  row_blank: { means: "a blank line between rows", remedy: "remove it" },
  value_too_long: { means: "the value is longer than 1 MB", remedy: "look for a quote that was never closed" },
  not_integer: { means: "not a whole number", remedy: "write plain digits, such as 42" },
  integer_range: { means: "out of the column's integer range", remedy: "correct the number" },
  not_numeric: { means: "not a number", remedy: "write plain digits, as the other values are" },
  numeric_range: { means: "out of the column's numeric range", remedy: "correct the number" },
  not_boolean: { means: "not True or False", remedy: "write one of these words" },
  not_date: {
    means: "not a date in the form YYYY-MM-DD",
    remedy: "write a day that there is, in the form of the others",
  },
  date_range: { means: "outside the dates the manifest allows", remedy: "correct the date" },
  not_timestamp: { means: "not a timestamp in the form YYYY-MM-DD HH:MM:SS", remedy: "write it in that form" },
  not_of_type: { means: "not a value of the column's type", remedy: "correct the value" },
  /**
   * `nan`, `NaN`, `None`, `NaT`, `<NA>`, `NULL`, `null`, `\N`. In a text column only the first five, which are what pandas
   * makes of a missing value when it is turned into text; in quotes they are the words themselves. No key is any of them.
   */
  null_word: {
    means: "a word that stands for NULL",
    remedy:
      "leave the cell empty for NULL, or in a text column quote the word if it is meant; in a key neither helps: ask the sender for its value",
  },
  ambiguous: {
    means: "the value can be read in two ways, as the manifest has it",
    remedy: "leave one of the readings out of written in the manifest, or ask the sender for one form throughout",
  },
  null_forbidden: { means: "empty, where a value is required", remedy: "fill in the value" },
  key_padded: { means: "the key begins or ends with blanks", remedy: "trim it" },
  key_repeated: { means: "the key stands in the file more than once", remedy: "keep one row for each key" },
  key_orphaned: {
    means: "the row refers to a key that is neither in the drop nor live",
    remedy: "add the parent row or leave this one out",
  },
  key_in_use: {
    means: "the row gives up a value that rows of another table refer to",
    remedy: "keep the value, or leave those rows out first",
  },
  check_broken: {
    means: "a CHECK of the table, or of a column's domain, does not hold",
    remedy: "correct the value, or the rule that is named",
  },
  unique_repeated: {
    means: "values that a unique index has once stand there already, in the drop or in a live row that it has not",
    remedy: "correct the value, or leave one of the rows out",
  },
  values_circle: {
    means:
      "rows exchange what a unique index, or an exclusion constraint, lets one of them have, and the table cannot do that",
    remedy: "declare the constraint DEFERRABLE, or have the values go from row to row in two drops",
    here: true,
  },
  rows_excluded: {
    means: "an exclusion constraint keeps the row apart from another one, of the drop or live",
    remedy: "correct the value, or leave one of the rows out",
  },
  row_too_large: {
    means: "the row is larger than an index of its table, or a page, takes",
    remedy: "shorten the value, or have the index hold something shorter, such as its md5",
  },
  row_refused: {
    means: "a trigger of the table refuses the row",
    remedy: "correct the row, or the trigger that is named",
  },
  row_count: { means: "the number of rows is far from the month before", remedy: "check that the export is complete" },
  unexpected: { means: "a value that an expectation does not allow", remedy: "correct the value, or the expectation" },
  rows_lost: {
    means: "PostgreSQL received another number of rows than were read",
    remedy: "report this: it is a defect",
  },
} as const satisfies Record<string, { means: string; remedy: string; here?: true }>;

export type FaultCode = keyof typeof faultCodes;

/** True for what is mended where the drop lies, by whoever runs the console and not by the sender. */
export function isMendedHere(code: FaultCode): boolean {
  return "here" in faultCodes[code];
}

/**
 * What is wrong with a drop, as definitions for the gate where events enter. Apart from the rest that is known of faults:
 * whoever finds faults need not load what checks them.
 */

const code = ["===", ...(Object.keys(faultCodes) as FaultCode[])] as const;

/**
 * One thing wrong with a drop. `line` is 1-based, counts physical lines, and is where the record starts;
 * `value` is as written, escaped and cut to be shown. What does not apply is absent.
 */
export const fault = {
  file: "string",
  "line?": "number",
  "column?": "string",
  "value?": "string",
  code,
  reason: "string",
} as const;

/** Where one fault stands, the value as written, and why where that is not what is said of the first of its group. */
const place = { "line?": "number", "value?": "string", "reason?": "string" } as const;

/** All faults of one kind in one column of one file: how many there are, why, and where the first of them stand. */
export const faultGroup = {
  file: "string",
  "column?": "string",
  code,
  /** Of the first of them. */
  reason: "string",
  count: "number.integer > 0",
  first: [place, "[]"],
} as const;

/** One thing wrong with a drop. */
export type Fault = type.infer<typeof fault>;

/** One thing wrong with a file that need not be named. */
export type FileFault = Omit<Fault, "file">;

/** All faults of one kind in one column of one file. */
export type FaultGroup = type.infer<typeof faultGroup>;

/** Places that a group keeps. */
export const placesKept = 3;

/** Faults by file, kind and column, in the order in which each kind was first met. */
export function groupFaults(faults: readonly Fault[]): FaultGroup[] {
  const kinds = Map.groupBy(faults, ({ file, code, column }) => JSON.stringify([file, code, column]));
  return [...kinds.values()].flatMap((all) =>
    all.slice(0, 1).map((first) => ({
      ...groupOf(first),
      count: all.length,
      first: all.slice(0, placesKept).map((fault) => placeOf(fault, first)),
    })),
  );
}

/** A group of one. */
export function groupOf(fault: Fault): FaultGroup {
  const { file, column, code, reason } = fault;
  return { file, ...(column !== undefined && { column }), code, reason, count: 1, first: [placeOf(fault, fault)] };
}

/** A place in the group that has this reason. */
export function placeOf(
  { line, value, reason }: Fault,
  group: Pick<FaultGroup, "reason">,
): FaultGroup["first"][number] {
  const own = reason === group.reason ? {} : { reason };
  return { ...(line !== undefined && { line }), ...(value !== undefined && { value }), ...own };
}
