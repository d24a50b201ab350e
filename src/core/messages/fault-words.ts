import { type FaultCode, type FaultGroup, faultCodes } from "../faults.ts";
import { formatCount } from "../format.ts";
import { lineWordOf } from "../written/file-names.ts";

/** What is wrong with several: "10,000 values are not numbers". */
const several: Partial<Record<FaultCode, string>> = {
  encoding: "values are not UTF-8",
  nul_byte: "values hold a NUL byte",
  line_ends: "lines end in another way than the first, or in a lone carriage return",
  column_missing: "columns of the table are not in the header",
  column_new: "columns that the table got since the last drop are not in the header",
  column_unknown: "columns are none of the table's",
  column_repeated: "columns are named twice",
  column_computed: "columns are filled by the table itself",
  quote_unclosed: "quotes are opened and never closed",
  quote_trailing: "closing quotes are followed by text",
  quote_bare: "values hold a quote but are not quoted",
  quote_escape: "backslashes escape neither a quote nor another backslash",
  row_short: "rows have fewer values than the header",
  row_long: "rows have more values than the header",
  row_blank: "blank lines stand between rows",
  value_too_long: "values are longer than 1 MB",
  not_integer: "values are not whole numbers",
  integer_range: "values are out of the column's range",
  not_numeric: "values are not numeric",
  numeric_range: "values are out of the column's range",
  not_boolean: "values are not True or False",
  not_date: "values are not dates in the form YYYY-MM-DD",
  date_range: "dates are outside what the manifest allows",
  not_timestamp: "values are not timestamps in the form YYYY-MM-DD HH:MM:SS",
  not_of_type: "values are not of the column's type",
  null_word: "values are words that stand for NULL",
  ambiguous: "values can be read in two ways",
  null_forbidden: "values are empty, where one is required",
  key_padded: "keys begin or end with blanks",
  key_repeated: "keys stand in the file more than once",
  key_orphaned: "rows refer to a key that is neither in the drop nor live",
  key_in_use: "rows give up a value that others refer to",
  check_broken: "rows break the rule, or rules, of a CHECK",
  unique_repeated: "values stand there already, where a unique index has them once",
  values_circle: "values go round in circles among rows that cannot exchange them",
  rows_excluded: "rows meet others that an exclusion constraint keeps them apart from",
  row_too_large: "rows are larger than an index of their table, or a page, takes",
  row_refused: "rows are refused by a trigger",
  unexpected: "values are not as expected",
};

/** Their reason names the rule: of several, that of the first. */
const namingRules = new Set<FaultCode>([
  ...(["check_broken", "unique_repeated", "rows_excluded", "key_in_use"] as const),
  ...(["row_too_large", "row_refused", "values_circle"] as const),
]);

/** So do those of others that a rule by a name of its own is behind. */
const namesRule = / wants a value \(NOT NULL\)$|, as .+ has it$/;

/** What would accept the first of them may not accept them all. */
const suggested = "; `check --suggest` finds out what the manifest has to say to accept them";

/**
 * A group as one sentence without its file: "watch_hours_30d: 10,000 values are not numeric, first at line 3: `n/a`",
 * or for a single fault "line 3, watch_hours_30d: not a number: `n/a`".
 */
export function describeGroup({ file, column, code, reason, count, first }: FaultGroup): string {
  const [place] = first;
  const value = place?.value === undefined ? "" : `: \`${place.value}\``;
  const subject = column === undefined ? "" : `${column}: `;
  const at = place?.line === undefined ? null : `${lineWordOf(file)} ${place.line}`;
  if (count === 1) return `${at === null ? "" : `${at}, `}${subject}${reason}${value}`;
  const what = several[code] ?? `times: ${faultCodes[code].means}`;
  const mended = /the manifest (?:accepts|has to say)/.test(reason) ? suggested : "";
  const rule = namingRules.has(code) || namesRule.test(reason) ? ` (${reason})` : "";
  return `${subject}${formatCount(count)} ${what}${at === null ? "" : `, first at ${at}`}${value}${rule}${mended}`;
}
