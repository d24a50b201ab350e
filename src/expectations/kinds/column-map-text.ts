import type { Column } from "../../core/columns.ts";
import type { AnyNumber } from "../../core/exact-number.ts";
import { boundAt, type Limits, noBounds, numberFor, withinInterval } from "../plan/bounds.ts";
import { columnMap, type Entry, StrictBounds } from "../plan/entry.ts";
import { all, name, q, type Sql, some, value } from "../plan/sql.ts";
import { type Family, patternOf, storable, suiteError } from "../plan/values.ts";
import { toPostgresRegex } from "../regex/translate.ts";

const text: readonly Family[] = ["text"];

const Like = { like_pattern: "string" } as const;
const Regexes = { regex_list: "string[] >= 1" } as const;
const Likes = { like_pattern_list: "string[] >= 1" } as const;
/** Whether a text must match one of the patterns, as it does by default, or all of them. */
const MatchOn = { "match_on?": "'any' | 'all' | null" } as const;

/** Column map expectations on texts: their length, and what they match. */
export const columnMapText: readonly Entry[] = [
  columnMap("expect_column_value_lengths_to_equal", { value: "number | string" }, text, (column, args) => {
    const length = numberFor("value", args.value, Number.isFinite);
    return lengths(column, { min_value: length, max_value: length });
  }),
  columnMap("expect_column_value_lengths_to_be_between", StrictBounds, text, (column, args) => {
    const [min, max] = [whole("min_value", args.min_value), whole("max_value", args.max_value)];
    if (min === null && max === null) throw noBounds();
    return lengths(column, { ...args, min_value: min, max_value: max });
  }),

  columnMap("expect_column_values_to_match_regex", { "regex?": "string" }, text, (column, { regex = "(?s).*" }) =>
    regexOn(column, "regex")(regex),
  ),
  columnMap("expect_column_values_to_not_match_regex", { regex: "string" }, text, (column, { regex }) =>
    not(regexOn(column, "regex")(regex)),
  ),
  columnMap("expect_column_values_to_match_regex_list", { ...Regexes, ...MatchOn }, text, (column, args) =>
    (args.match_on === "all" ? all : some)(args.regex_list.map(regexOn(column, "regex_list"))),
  ),
  columnMap("expect_column_values_to_not_match_regex_list", Regexes, text, (column, args) =>
    none(args.regex_list.map(regexOn(column, "regex_list"))),
  ),

  columnMap("expect_column_values_to_match_like_pattern", Like, text, (column, args) =>
    likeOn(column, "like_pattern")(args.like_pattern),
  ),
  columnMap("expect_column_values_to_not_match_like_pattern", Like, text, (column, args) =>
    not(likeOn(column, "like_pattern")(args.like_pattern)),
  ),
  columnMap("expect_column_values_to_match_like_pattern_list", { ...Likes, ...MatchOn }, text, (column, args) =>
    (args.match_on === "all" ? all : some)(args.like_pattern_list.map(likeOn(column, "like_pattern_list"))),
  ),
  columnMap("expect_column_values_to_not_match_like_pattern_list", Likes, text, (column, args) =>
    none(args.like_pattern_list.map(likeOn(column, "like_pattern_list"))),
  ),
];

const not = (condition: Sql) => q`not ${condition}`;
const none = (conditions: readonly Sql[]) => q`not (${some(conditions)})`;

/** A search, as Great Expectations' is: the pattern may match anywhere. */
const regexOn = (column: Column, argument: string) => (pattern: string) => {
  const translated = toPostgresRegex(storable(argument, pattern), (reason) => suiteError(argument, reason));
  return q`${name(column.name)} ~ ${value(patternOf(column), translated)}`;
};

const likeOn = (column: Column, argument: string) => (pattern: string) => {
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern))
    throw suiteError(argument, `"${pattern}" ends with a backslash that escapes nothing`);
  return q`${name(column.name)} like ${value(patternOf(column), storable(argument, pattern))}`;
};

function lengths(column: Column, limits: Limits<AnyNumber>) {
  const expression = q`length(${name(column.name)})`;
  const bound = (side: "min_value" | "max_value", strict: boolean) => {
    const number = limits[side] ?? null;
    const type = Number.isSafeInteger(number) ? "int8" : "numeric";
    return number === null ? null : boundAt(expression, side, Number(number), value(type, String(number)), strict);
  };
  const lower = bound("min_value", limits.strict_min === true);
  const upper = bound("max_value", limits.strict_max === true);
  const interval = { expression, lower, upper };
  return { expected: withinInterval(interval), interval };
}

function whole(argument: string, given: AnyNumber | string | null | undefined): AnyNumber | null {
  const number = numberFor(argument, given, Number.isFinite);
  if (number === null || Number.isInteger(Number(number))) return number;
  throw suiteError(argument, `${JSON.stringify(given)} is not a whole number`);
}
