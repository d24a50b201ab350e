import { formatCount } from "../format.ts";
import type { Verdict } from "../messages/events.ts";
import { escapeControl } from "../text.ts";

/** The characters beyond ASCII that the words need, as far as the terminal has them. */
export interface Signs {
  atLeast: string;
  atMost: string;
  ellipsis: string;
}

type Kwargs = Readonly<Record<string, unknown>>;
type Say = (kwargs: Kwargs, long: boolean) => string;

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
  const say = Object.hasOwn(words, type) ? words[type] : undefined;
  const said = say === undefined ? plainName(type, named) : say(named, long);
  const shown = escapeControl(said + mostly(named) + where(named));
  return shown.replaceAll("≥", signs.atLeast).replaceAll("≤", signs.atMost).replaceAll("…", signs.ellipsis);
}

/** What was observed, short enough for a cell. */
export function observedInWords(observed: unknown): string {
  if (observed === null || observed === undefined) return "";
  if (typeof observed === "number") return formatCount(Number(observed.toPrecision(6)));
  const counts = counted(observed);
  if (counts !== null) return `${formatCount(counts.self)} and ${formatCount(counts.other)}`;
  if (Array.isArray(observed)) return `${observed.length} values`;
  return escapeControl(typeof observed === "string" ? observed : JSON.stringify(observed));
}

/** The rows of a table and of the one it is compared with. */
function counted(observed: unknown): { self: number; other: number } | null {
  if (typeof observed !== "object" || observed === null || !("self" in observed) || !("other" in observed)) return null;
  const { self, other } = observed;
  return typeof self === "number" && typeof other === "number" ? { self, other } : null;
}

const subject = (kwargs: Kwargs) => text(kwargs.column);
const pair = (kwargs: Kwargs) => [text(kwargs.column_A), text(kwargs.column_B)] as const;
const columns = (kwargs: Kwargs) => listed(kwargs.column_list, true);

const onColumn =
  (verb: string): Say =>
  (kwargs) =>
    `${subject(kwargs)} ${verb}`;
const bounded =
  (name: (kwargs: Kwargs) => string): Say =>
  (kwargs) =>
    bounds(name(kwargs), kwargs);
const ofColumn = (metric: string) => bounded((kwargs) => `${metric} of ${subject(kwargs)}`);
const inSet =
  (name: (kwargs: Kwargs) => string, verb: string): Say =>
  (kwargs, long) =>
    `${name(kwargs)} ${verb} ${listed(kwargs.value_set, long)}`;
const matching =
  (verb: string, argument: string): Say =>
  (kwargs, long) => {
    const patterns = kwargs[argument];
    if (!Array.isArray(patterns)) return `${subject(kwargs)} ${verb} ${text(patterns)}`;
    const how = kwargs.match_on === "all" ? "all of " : verb.startsWith("is") ? "any of " : "";
    return `${subject(kwargs)} ${verb} ${how}${listed(patterns, long, "patterns")}`;
  };

const words: Record<string, Say> = {
  expect_column_values_to_not_be_null: onColumn("is not null"),
  expect_column_values_to_be_null: onColumn("is null"),
  expect_column_values_to_be_unique: onColumn("is unique"),
  expect_column_values_to_be_between: bounded(subject),
  expect_column_values_to_be_in_set: inSet(subject, "in"),
  expect_column_values_to_not_be_in_set: inSet(subject, "not in"),
  expect_column_values_to_be_of_type: (kwargs) => `${subject(kwargs)} is of type ${text(kwargs.type_)}`,
  expect_column_values_to_be_in_type_list: (kwargs, long) =>
    `${subject(kwargs)} is of ${listed(kwargs.type_list, long, "types")}`,
  expect_column_values_to_match_regex: matching("matches", "regex"),
  expect_column_values_to_not_match_regex: matching("does not match", "regex"),
  expect_column_values_to_match_regex_list: matching("matches", "regex_list"),
  expect_column_values_to_not_match_regex_list: matching("does not match", "regex_list"),
  expect_column_values_to_match_like_pattern: matching("is like", "like_pattern"),
  expect_column_values_to_not_match_like_pattern: matching("is not like", "like_pattern"),
  expect_column_values_to_match_like_pattern_list: matching("is like", "like_pattern_list"),
  expect_column_values_to_not_match_like_pattern_list: matching("is not like", "like_pattern_list"),
  expect_column_values_to_match_strftime_format: matching("is a time as", "strftime_format"),
  expect_column_values_to_be_json_parseable: onColumn("is JSON"),
  expect_column_values_to_be_increasing: (kwargs) => ordered(kwargs, "increases"),
  expect_column_values_to_be_decreasing: (kwargs) => ordered(kwargs, "decreases"),
  expect_column_value_lengths_to_be_between: bounded((kwargs) => `length of ${subject(kwargs)}`),
  expect_column_value_lengths_to_equal: (kwargs) => `length of ${subject(kwargs)} = ${text(kwargs.value)}`,
  expect_column_value_z_scores_to_be_less_than: (kwargs) =>
    `${kwargs.double_sided ? "|z-score|" : "z-score"} of ${subject(kwargs)} < ${text(kwargs.threshold)}`,
  expect_column_pair_values_to_be_equal: (kwargs) => pair(kwargs).join(" = "),
  expect_column_pair_values_a_to_be_greater_than_b: (kwargs) => pair(kwargs).join(kwargs.or_equal ? " ≥ " : " > "),
  expect_column_pair_values_to_be_in_set: (kwargs, long) =>
    `(${pair(kwargs).join(", ")}) in ${listed(kwargs.value_pairs_set, long, "pairs")}`,
  expect_column_pair_cramers_phi_value_to_be_less_than: (kwargs) =>
    `Cramér's φ of ${pair(kwargs).join(" and ")} < ${text(kwargs.threshold)}`,
  expect_compound_columns_to_be_unique: (kwargs) => `${columns(kwargs)} is unique`,
  expect_multicolumn_sum_to_equal: (kwargs) => `sum of ${columns(kwargs)} = ${text(kwargs.sum_total)}`,
  expect_select_column_values_to_be_unique_within_record: (kwargs) => `${columns(kwargs)} differ in each row`,
  expect_column_min_to_be_between: ofColumn("min"),
  expect_column_max_to_be_between: ofColumn("max"),
  expect_column_sum_to_be_between: ofColumn("sum"),
  expect_column_mean_to_be_between: ofColumn("mean"),
  expect_column_median_to_be_between: ofColumn("median"),
  expect_column_stdev_to_be_between: ofColumn("stdev"),
  expect_column_unique_value_count_to_be_between: ofColumn("unique values"),
  expect_column_proportion_of_unique_values_to_be_between: ofColumn("unique share"),
  expect_column_quantile_values_to_be_between: (kwargs) => `quantiles of ${subject(kwargs)} in their ranges`,
  expect_column_distinct_values_to_be_in_set: inSet((kwargs) => `distinct ${subject(kwargs)}`, "in"),
  expect_column_distinct_values_to_contain_set: inSet((kwargs) => `distinct ${subject(kwargs)}`, "contain"),
  expect_column_distinct_values_to_equal_set: inSet((kwargs) => `distinct ${subject(kwargs)}`, "="),
  expect_column_most_common_value_to_be_in_set: inSet((kwargs) => `most common ${subject(kwargs)}`, "in"),
  expect_column_kl_divergence_to_be_less_than: (kwargs) =>
    `KL divergence of ${subject(kwargs)} < ${text(kwargs.threshold)}`,
  expect_column_to_exist: (kwargs) => `there is a column ${subject(kwargs)}`,
  expect_table_columns_to_match_set: (kwargs) =>
    kwargs.exact_match === true ? "columns match the set" : "columns contain the set",
  expect_table_columns_to_match_ordered_list: () => "columns match the list",
  expect_table_column_count_to_equal: (kwargs) => `columns = ${text(kwargs.value)}`,
  expect_table_column_count_to_be_between: bounded(() => "columns"),
  expect_table_row_count_to_equal: (kwargs) => `rows = ${text(kwargs.value)}`,
  expect_table_row_count_to_be_between: bounded(() => "rows"),
  expect_table_row_count_to_equal_other_table: (kwargs) => `as many rows as ${text(kwargs.other_table_name)}`,
  unexpected_rows_expectation: (_, long) => (long ? "the query returns no rows" : "a query of its own"),
};

function bounds(
  name: string,
  { min_value: min, max_value: max, strict_min: above, strict_max: below }: Kwargs,
): string {
  const lower = `${above ? ">" : "≥"} ${text(min)}`;
  const upper = `${below ? "<" : "≤"} ${text(max)}`;
  if (isMissing(min)) return isMissing(max) ? `${name} is known` : `${name} ${upper}`;
  if (isMissing(max)) return `${name} ${lower}`;
  if (min === max && !above && !below) return `${name} = ${text(min)}`;
  return above || below ? `${name} ${lower} and ${upper}` : `${name} within ${text(min)}…${text(max)}`;
}

function ordered(kwargs: Kwargs, verb: string): string {
  return `${subject(kwargs)} ${kwargs.strictly ? `strictly ${verb}` : verb} by ${text(kwargs.order_by)}`;
}

function mostly({ mostly: share }: Kwargs): string {
  return typeof share === "number" && share < 1 ? ` (${Number((share * 100).toFixed(2))} % of rows)` : "";
}

function where({ row_condition: condition }: Kwargs): string {
  return typeof condition === "string" ? ` where ${condition}` : "";
}

/** Sets that are short are spelt out in few words, too. */
const shortSet = 20;

function listed(values: unknown, long: boolean, noun = "values"): string {
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
  if (typeof value === "number") return formatCount(value);
  return isMissing(value) ? "?" : JSON.stringify(value);
}

/** `expect_column_values_to_sparkle` as `x values to sparkle`. */
function plainName(type: string, kwargs: Kwargs): string {
  const rest = type.replace(/^expect_(column_|table_)?/, "").replaceAll("_", " ");
  return isMissing(kwargs.column) ? rest : `${subject(kwargs)} ${rest}`;
}
