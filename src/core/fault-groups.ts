import { type } from "./arktype.ts";
import { type Fault, type FaultCode, faultCodes } from "./faults.ts";
import { formatCount } from "./format.ts";

/** Where one fault stands, and the value as written. */
const Place = type({ "line?": "number", "value?": "string" });

/** All faults of one kind in one column of one file: how many there are, why, and where the first of them stand. */
export const FaultGroup = type({
  file: "string",
  "column?": "string",
  code: type.enumerated(...(Object.keys(faultCodes) as FaultCode[])),
  /** Of the first of them. */
  reason: "string",
  count: "number.integer > 0",
  first: Place.array(),
});
export type FaultGroup = typeof FaultGroup.infer;

/** Places that a group keeps. */
export const placesKept = 3;

/** Faults by file, kind and column, in the order in which each kind was first met. */
export function groupFaults(faults: readonly Fault[]): FaultGroup[] {
  const groups = new Map<string, FaultGroup>();
  for (const fault of faults) {
    const id = JSON.stringify([fault.file, fault.code, fault.column]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, groupOf(fault));
    else {
      group.count++;
      if (group.first.length < placesKept) group.first.push(placeOf(fault));
    }
  }
  return [...groups.values()];
}

/** A group of one. */
export function groupOf(fault: Fault): FaultGroup {
  const { file, column, code, reason } = fault;
  return { file, ...(column !== undefined && { column }), code, reason, count: 1, first: [placeOf(fault)] };
}

export function placeOf({ line, value }: Fault): FaultGroup["first"][number] {
  return { ...(line !== undefined && { line }), ...(value !== undefined && { value }) };
}

/** What is wrong with several: "10,000 values are not numbers". */
const several: Partial<Record<FaultCode, string>> = {
  encoding: "values are not UTF-8",
  nul_byte: "values hold a NUL byte",
  line_ends: "lines end in another way than the first, or in a lone carriage return",
  column_missing: "columns of the table are not in the header",
  column_unknown: "columns are none of the table's",
  column_repeated: "columns are named twice",
  quote_unclosed: "quotes are opened and never closed",
  quote_trailing: "closing quotes are followed by text",
  quote_bare: "values hold a quote but are not quoted",
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
  null_forbidden: "values are empty, where one is required",
  key_padded: "keys begin or end with blanks",
  key_repeated: "keys stand in the file more than once",
  key_orphaned: "rows refer to a key that is neither in the drop nor live",
};

/**
 * A group as one sentence without its file: "watch_hours_30d: 10,000 values are not numeric, first at line 3: `n/a`",
 * or for a single fault "line 3, watch_hours_30d: not a number: `n/a`".
 */
export function describeGroup({ column, code, reason, count, first }: FaultGroup): string {
  const [place] = first;
  const value = place?.value === undefined ? "" : `: \`${place.value}\``;
  const subject = column === undefined ? "" : `${column}: `;
  if (count === 1) return `${place?.line === undefined ? "" : `line ${place.line}, `}${subject}${reason}${value}`;
  const at = place?.line === undefined ? "" : `, first at line ${place.line}`;
  const what = several[code] ?? `times: ${faultCodes[code].means}`;
  return `${subject}${formatCount(count)} ${what}${at}${value}`;
}
