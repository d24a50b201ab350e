import type { Verdict } from "./events.ts";
import { formatCount } from "./format.ts";
import { escapeControl } from "./text.ts";

/** The characters beyond ASCII that the words need, as far as the terminal has them. */
export interface Signs {
  atLeast: string;
  atMost: string;
  ellipsis: string;
}

type Kwargs = Record<string, unknown>;
type Named = Pick<Verdict, "type" | "column" | "kwargs">;

/** How to say it: with which signs, and whether long sets are spelt out. */
interface Style {
  signs: Signs;
  whole: boolean;
}

/** The expectations of Great Expectations' core set in words; a type not listed here is spelt out. */
const phrases: Record<string, (column: string, kwargs: Kwargs, style: Style) => string> = {
  expect_column_values_to_not_be_null: (column) => `${column} is not null`,
  expect_column_values_to_be_null: (column) => `${column} is null`,
  expect_column_values_to_be_unique: (column) => `${column} is unique`,
  expect_compound_columns_to_be_unique: (_, kwargs) => `${list(kwargs.column_list)} together are unique`,
  expect_column_values_to_be_between: (column, kwargs, style) => range(column, kwargs, style),
  expect_column_min_to_be_between: (column, kwargs, style) => range(`least ${column}`, kwargs, style),
  expect_column_max_to_be_between: (column, kwargs, style) => range(`greatest ${column}`, kwargs, style),
  expect_column_mean_to_be_between: (column, kwargs, style) => range(`mean of ${column}`, kwargs, style),
  expect_column_median_to_be_between: (column, kwargs, style) => range(`median of ${column}`, kwargs, style),
  expect_column_stdev_to_be_between: (column, kwargs, style) => range(`deviation of ${column}`, kwargs, style),
  expect_column_sum_to_be_between: (column, kwargs, style) => range(`sum of ${column}`, kwargs, style),
  expect_column_unique_value_count_to_be_between: (column, kwargs, style) =>
    range(`values of ${column}`, kwargs, style),
  expect_column_values_to_be_in_set: (column, kwargs, style) => `${column} in ${set(kwargs.value_set, style)}`,
  expect_column_values_to_not_be_in_set: (column, kwargs, style) => `${column} not in ${set(kwargs.value_set, style)}`,
  expect_column_distinct_values_to_be_in_set: (column, kwargs, style) =>
    `${column} only in ${set(kwargs.value_set, style)}`,
  expect_column_distinct_values_to_equal_set: (column, kwargs, style) =>
    `${column} takes ${set(kwargs.value_set, style)}`,
  expect_column_values_to_match_regex: (column, kwargs) => `${column} matches /${plain(kwargs.regex)}/`,
  expect_column_values_to_not_match_regex: (column, kwargs) => `${column} does not match /${plain(kwargs.regex)}/`,
  expect_column_values_to_be_of_type: (column, kwargs) => `${column} is of type ${plain(kwargs.type_)}`,
  expect_column_value_lengths_to_be_between: (column, kwargs, style) => range(`length of ${column}`, kwargs, style),
  expect_column_pair_values_a_to_be_greater_than_b: (_, kwargs, style) =>
    `${plain(kwargs.column_A)} ${kwargs.or_equal === true ? style.signs.atLeast : ">"} ${plain(kwargs.column_B)}`,
  expect_table_row_count_to_be_between: (_, kwargs, style) => range("rows", kwargs, style),
  expect_table_row_count_to_equal: (_, kwargs) => `rows = ${plain(kwargs.value)}`,
  expect_table_row_count_to_equal_other_table: (_, kwargs) => `as many rows as ${plain(kwargs.other_table_name)}`,
  expect_table_columns_to_match_set: (_, kwargs) =>
    `columns match the set${kwargs.exact_match === false ? " at least" : ""}`,
  expect_table_columns_to_match_ordered_list: () => "columns match the list, in order",
  expect_table_column_count_to_equal: (_, kwargs) => `columns = ${plain(kwargs.value)}`,
  expect_column_to_exist: (column) => `column ${column} exists`,
};

/** One expectation as a person would say it, on one line and safe to show; `whole` spells long sets out. */
export function expectationInWords(verdict: Named, signs: Signs, whole = false): string {
  const kwargs = verdict.kwargs as Kwargs;
  const column = verdict.column ?? plain(kwargs.column ?? "");
  const phrase = phrases[verdict.type];
  const words = phrase?.(column, kwargs, { signs, whole }) ?? spelledOut(verdict.type, column);
  const { mostly } = kwargs;
  return escapeControl(typeof mostly === "number" && mostly < 1 ? `${words} for ${mostly * 100} %` : words);
}

function spelledOut(type: string, column: string): string {
  return `${type.replace(/^expect_(column_)?/, "").replaceAll("_", " ")}${column === "" ? "" : ` (${column})`}`;
}

function range(subject: string, kwargs: Kwargs, { signs }: Style): string {
  const { min_value: min, max_value: max } = kwargs;
  const has = (bound: unknown) => bound !== undefined && bound !== null;
  const low = kwargs.strict_min === true ? ">" : signs.atLeast;
  const high = kwargs.strict_max === true ? "<" : signs.atMost;
  if (has(min) && has(max)) {
    return min === max ? `${subject} = ${plain(min)}` : `${subject} within ${plain(min)}${signs.ellipsis}${plain(max)}`;
  }
  if (has(min)) return `${subject} ${low} ${plain(min)}`;
  return has(max) ? `${subject} ${high} ${plain(max)}` : `${subject} is anything`;
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(plain).join(", ") : plain(value);
}

/** A set that is too long to be read in passing is only counted. */
function set(value: unknown, { whole }: Style): string {
  const listed = list(value);
  return !whole && Array.isArray(value) && value.length > 1 && listed.length > 20
    ? `${value.length} values`
    : `{${listed}}`;
}

function plain(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number"
      ? formatCount(value)
      : JSON.stringify(value ?? null);
}

/** What was observed, short enough for a cell. */
export function observedInWords(observed: unknown): string {
  if (observed === null || observed === undefined) return "";
  if (typeof observed === "number") return formatCount(Number(observed.toPrecision(6)));
  if (Array.isArray(observed)) return `${observed.length} values`;
  return escapeControl(typeof observed === "string" ? observed : JSON.stringify(observed));
}
