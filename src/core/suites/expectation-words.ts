import { type AnyNumber, isAnyNumber } from "../exact-number.ts";
import { formatCount } from "../format.ts";
import type { Verdict } from "../messages/verdicts.ts";
import { escapeControl } from "../text.ts";
import { conditionInWords } from "./condition-words.ts";

/** The characters beyond ASCII that the words need, as far as the terminal has them. */
export interface Signs {
  atLeast: string;
  atMost: string;
  ellipsis: string;
}

type Kwargs = Readonly<Record<string, unknown>>;
/** Words with `{argument}`s in them: `{argument|noun}` is a list, `{bounds}` are those of min_value and max_value. */
type Words = string | ((kwargs: Kwargs, long: boolean) => string);

/**
 * An expectation as a person would say it, on one line and safe to show: `watch_hours_30d ≥ 0`, `contract_type in 3
 * values`; `long` words list the values of sets. A type that is not known says its name.
 */
export function expectationInWords(
  { type, column, kwargs }: Pick<Verdict, "type" | "column" | "kwargs">,
  signs: Signs,
  long = false,
): string {
  const named: Kwargs = { ...(column !== undefined && { column }), ...kwargs };
  const words = Object.hasOwn(wordsByType, type) ? wordsByType[type] : undefined;
  const said = words === undefined ? plainName(type, named) : filled(words, named, long);
  const { mostly, row_condition: condition } = named;
  const share = typeof mostly === "number" && mostly < 1 ? ` (${Number((mostly * 100).toFixed(2))} % of rows)` : "";
  const picked = conditionInWords(condition);
  const where = picked === "" ? "" : ` where ${picked}`;
  const shown = escapeControl(said + share + where);
  return shown.replaceAll("≥", signs.atLeast).replaceAll("≤", signs.atMost).replaceAll("…", signs.ellipsis);
}

function filled(words: Words, kwargs: Kwargs, long: boolean): string {
  const template = typeof words === "string" ? words : words(kwargs, long);
  return template.replace(/\{(\w+)\|?(\w*)\}/g, (_, argument: string, noun: string) => {
    if (argument === "bounds") return bounds(kwargs);
    return noun === "" ? text(kwargs[argument]) : listed(kwargs[argument], long || argument === "column_list", noun);
  });
}

/** What was observed, short enough for a cell. */
export function observedInWords(observed: unknown): string {
  if (observed === null || observed === undefined) return "";
  if (isAnyNumber(observed)) return formatCount(shortened(observed));
  const counts = counted(observed);
  if (counts !== null) return `${formatCount(counts.self)} and ${formatCount(counts.other)}`;
  if (Array.isArray(observed)) return `${observed.length} values`;
  return escapeControl(typeof observed === "string" ? observed : JSON.stringify(observed));
}

/** What was observed as one number to be drawn, as the ledger's statements have it; null where it is none. */
export function figureOf(observed: unknown): number | null {
  if (isAnyNumber(observed)) return Number(observed);
  if (Array.isArray(observed)) return observed.length;
  return counted(observed)?.self ?? null;
}

/** Whole numbers stay as they are, and so does what stands before a point. */
function shortened(number: AnyNumber): AnyNumber {
  if (typeof number !== "number" || Number.isInteger(number)) return number;
  const wholeDigits = String(Math.trunc(Math.abs(number))).length;
  return Number(number.toPrecision(Math.max(6, wholeDigits + 2)));
}

/** The rows of a table and of the one it is compared with. */
function counted(observed: unknown): { self: number; other: number } | null {
  if (typeof observed !== "object" || observed === null || !("self" in observed) || !("other" in observed)) return null;
  const { self, other } = observed;
  return typeof self === "number" && typeof other === "number" ? { self, other } : null;
}

const matching = (verb: string, argument: string) => (kwargs: Kwargs) => {
  const several = verb.startsWith("is") ? "any of " : "";
  const how = kwargs.match_on === "all" ? "all of " : several;
  return `{column} ${verb} ${Array.isArray(kwargs[argument]) ? `${how}{${argument}|patterns}` : `{${argument}}`}`;
};
const ordered = (verb: string) => (kwargs: Kwargs) =>
  `{column} ${kwargs.strictly ? `strictly ${verb}` : verb} by {order_by}`;

const wordsByType: Record<string, Words> = {
  expect_column_values_to_not_be_null: "{column} is not null",
  expect_column_values_to_be_null: "{column} is null",
  expect_column_values_to_be_unique: "{column} is unique",
  expect_column_values_to_be_between: "{column} {bounds}",
  expect_column_values_to_be_in_set: "{column} in {value_set|values}",
  expect_column_values_to_not_be_in_set: "{column} not in {value_set|values}",
  expect_column_values_to_be_of_type: "{column} is of type {type_}",
  expect_column_values_to_be_in_type_list: "{column} is of {type_list|types}",
  expect_column_type_to_be: "{column} is of type {type_}",
  expect_column_values_to_match_regex: matching("matches", "regex"),
  expect_column_values_to_not_match_regex: matching("does not match", "regex"),
  expect_column_values_to_match_regex_list: matching("matches", "regex_list"),
  expect_column_values_to_not_match_regex_list: matching("does not match", "regex_list"),
  expect_column_values_to_match_like_pattern: matching("is like", "like_pattern"),
  expect_column_values_to_not_match_like_pattern: matching("is not like", "like_pattern"),
  expect_column_values_to_match_like_pattern_list: matching("is like", "like_pattern_list"),
  expect_column_values_to_not_match_like_pattern_list: matching("is not like", "like_pattern_list"),
  expect_column_values_to_match_strftime_format: matching("is a time as", "strftime_format"),
  expect_column_values_to_be_json_parseable: "{column} is JSON",
  expect_column_values_to_be_increasing: ordered("increases"),
  expect_column_values_to_be_decreasing: ordered("decreases"),
  expect_column_value_lengths_to_be_between: "length of {column} {bounds}",
  expect_column_value_lengths_to_equal: "length of {column} = {value}",
  expect_column_value_z_scores_to_be_less_than: (kwargs) =>
    `${kwargs.double_sided ? "|z-score|" : "z-score"} of {column} < {threshold}`,
  expect_column_values_to_not_be_outliers: "{column} has no outliers",
  expect_column_pair_values_to_be_equal: "{column_A} = {column_B}",
  expect_column_pair_values_a_to_be_greater_than_b: (kwargs) => `{column_A} ${kwargs.or_equal ? "≥" : ">"} {column_B}`,
  expect_column_pair_values_to_be_in_set: "({column_A}, {column_B}) in {value_pairs_set|pairs}",
  expect_column_pair_cramers_phi_value_to_be_less_than: "Cramér's φ of {column_A} and {column_B} < {threshold}",
  expect_compound_columns_to_be_unique: "{column_list|values} is unique",
  expect_multicolumn_sum_to_equal: "sum of {column_list|values} = {sum_total}",
  expect_multicolumn_values_to_be_equal: "{column_list|values} are equal in each row",
  expect_select_column_values_to_be_unique_within_record: "{column_list|values} differ in each row",
  expect_column_min_to_be_between: "min of {column} {bounds}",
  expect_column_max_to_be_between: "max of {column} {bounds}",
  expect_column_sum_to_be_between: "sum of {column} {bounds}",
  expect_column_mean_to_be_between: "mean of {column} {bounds}",
  expect_column_median_to_be_between: "median of {column} {bounds}",
  expect_column_stdev_to_be_between: "stdev of {column} {bounds}",
  expect_column_unique_value_count_to_be_between: "unique values of {column} {bounds}",
  expect_column_proportion_of_unique_values_to_be_between: "unique share of {column} {bounds}",
  expect_column_proportion_of_non_null_values_to_be_between: "known share of {column} {bounds}",
  expect_column_quantile_values_to_be_between: "quantiles of {column} in their ranges",
  expect_column_distinct_values_to_be_in_set: "distinct {column} in {value_set|values}",
  expect_column_distinct_values_to_contain_set: "distinct {column} contain {value_set|values}",
  expect_column_distinct_values_to_equal_set: "distinct {column} = {value_set|values}",
  expect_column_most_common_value_to_be_in_set: "most common {column} in {value_set|values}",
  expect_column_kl_divergence_to_be_less_than: "KL divergence of {column} < {threshold}",
  expect_column_to_exist: "there is a column {column}",
  expect_table_columns_to_match_set: (kwargs) =>
    kwargs.exact_match === true ? "columns match the set" : "columns contain the set",
  expect_table_columns_to_match_ordered_list: "columns match the list",
  expect_table_column_count_to_equal: "columns = {value}",
  expect_table_column_count_to_be_between: "columns {bounds}",
  expect_table_row_count_to_equal: "rows = {value}",
  expect_table_row_count_to_be_between: "rows {bounds}",
  expect_table_row_count_to_equal_other_table: "as many rows as {other_table_name}",
  expect_query_results_to_match_comparison: (_, long) =>
    long ? "the query returns the rows of the query that it is compared with" : "two queries give the same rows",
  unexpected_rows_expectation: (_, long) => (long ? "the query returns no rows" : "a query of its own"),
};

function bounds({ min_value: min, max_value: max, strict_min: above, strict_max: below }: Kwargs): string {
  const lower = `${above ? ">" : "≥"} ${text(min)}`;
  const upper = `${below ? "<" : "≤"} ${text(max)}`;
  if (isMissing(min)) return isMissing(max) ? "is known" : upper;
  if (isMissing(max)) return lower;
  if (text(min) === text(max) && !above && !below) return `= ${text(min)}`;
  return above || below ? `${lower} and ${upper}` : `within ${text(min)}…${text(max)}`;
}

/** Sets that are short are spelt out in few words, too. */
const shortSet = 20;

function listed(values: unknown, long: boolean, noun: string): string {
  if (!Array.isArray(values)) return `any ${noun}`;
  const all = `{${values.map(text).join(", ")}}`;
  if (long || all.length <= shortSet) return all;
  return `${values.length} ${values.length === 1 ? noun.slice(0, -1) : noun}`;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (isAnyNumber(value)) return formatCount(value);
  if (isMissing(value)) return "?";
  // What stands for it until a suite is evaluated.
  const { $PARAMETER: expression } = Object(value);
  return typeof expression === "string" ? expression : JSON.stringify(value);
}

/** `expect_column_values_to_sparkle` as `x values to sparkle`. */
function plainName(type: string, kwargs: Kwargs): string {
  const rest = type.replace(/^expect_(column_|table_)?/, "").replaceAll("_", " ");
  return isMissing(kwargs.column) ? rest : `${text(kwargs.column)} ${rest}`;
}
