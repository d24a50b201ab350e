import type { Column } from "../../core/columns.ts";
import { withinInterval } from "../plan/bounds.ts";
import { columnOf, type Entry, entry, OnRowsOfColumn, StrictBounds } from "../plan/entry.ts";
import { asNumber, type Bound, type Plan, type Scope } from "../plan/plan.ts";
import { rowCheck } from "../plan/row-check.ts";
import { all, any, name, q, type Sql, value } from "../plan/sql.ts";
import { elementOf, storable, suiteError } from "../plan/values.ts";
import { toPostgresRegex } from "../regex/translate.ts";

const OnRegex = { ...OnRowsOfColumn, "regex?": "string" } as const;
const OnLike = { ...OnRowsOfColumn, like_pattern: "string" } as const;
const OnRegexes = { ...OnRowsOfColumn, regex_list: "string[] >= 1" } as const;
const OnLikes = { ...OnRowsOfColumn, like_pattern_list: "string[] >= 1" } as const;
const MatchOn = { "match_on?": "'any' | 'all' | null" } as const;

/** Column map expectations on texts: their length, and what they match. */
export const columnMapText: readonly Entry[] = [
  entry(
    "expect_column_value_lengths_to_equal",
    { ...OnRowsOfColumn, value: "number | string" },
    ({ column, mostly, value: wanted }, scope) => {
      const length = numeric("value", wanted);
      return lengths(column, mostly, scope, length, length);
    },
  ),

  entry("expect_column_value_lengths_to_be_between", { ...OnRowsOfColumn, ...StrictBounds }, (args, scope) => {
    const min = whole("min_value", args.min_value);
    const max = whole("max_value", args.max_value);
    if (min === null && max === null) throw suiteError("min_value", "min_value and max_value cannot both be missing");
    // Great Expectations takes strict_min and strict_max here, and does not heed them.
    return lengths(args.column, args.mostly, scope, min, max);
  }),

  entry("expect_column_values_to_match_regex", OnRegex, ({ regex = "(?s).*", ...args }, scope) =>
    texts(args, scope, (column) => regexMatch(column, "regex", regex)),
  ),

  entry(
    "expect_column_values_to_not_match_regex",
    { ...OnRowsOfColumn, regex: "string" },
    ({ regex, ...args }, scope) => texts(args, scope, (column) => q`not ${regexMatch(column, "regex", regex)}`),
  ),

  entry("expect_column_values_to_match_regex_list", { ...OnRegexes, ...MatchOn }, (args, scope) =>
    texts(args, scope, (column) => {
      const matches = args.regex_list.map((pattern) => regexMatch(column, "regex_list", pattern));
      return matchOn(args.match_on, matches);
    }),
  ),

  entry("expect_column_values_to_not_match_regex_list", OnRegexes, (args, scope) =>
    texts(args, scope, (column) => {
      const matches = args.regex_list.map((pattern) => regexMatch(column, "regex_list", pattern));
      return q`not (${any(matches)})`;
    }),
  ),

  entry("expect_column_values_to_match_like_pattern", OnLike, ({ like_pattern: pattern, ...args }, scope) =>
    texts(args, scope, (column) => likeMatch(column, "like_pattern", pattern)),
  ),

  entry("expect_column_values_to_not_match_like_pattern", OnLike, ({ like_pattern: pattern, ...args }, scope) =>
    texts(args, scope, (column) => q`not ${likeMatch(column, "like_pattern", pattern)}`),
  ),

  entry("expect_column_values_to_match_like_pattern_list", { ...OnLikes, ...MatchOn }, (args, scope) =>
    texts(args, scope, (column) => {
      const matches = args.like_pattern_list.map((pattern) => likeMatch(column, "like_pattern_list", pattern));
      return matchOn(args.match_on, matches);
    }),
  ),

  entry("expect_column_values_to_not_match_like_pattern_list", OnLikes, (args, scope) =>
    texts(args, scope, (column) => {
      const matches = args.like_pattern_list.map((pattern) => likeMatch(column, "like_pattern_list", pattern));
      return q`not (${any(matches)})`;
    }),
  ),
];

/** Whether a text must match one of the patterns, as it does by default, or all of them. */
function matchOn(wanted: "any" | "all" | null | undefined, matches: readonly Sql[]): Sql {
  return wanted === "all" ? all(matches) : any(matches);
}

interface Args {
  column: string;
  mostly?: number;
}

function texts({ column, mostly }: Args, scope: Scope, expected: (column: Column) => Sql): Plan {
  const subject = columnOf(scope, "column", column, ["text"]);
  return rowCheck(subject, mostly, expected(subject));
}

/** A search, as Great Expectations' is: the pattern may match anywhere. */
function regexMatch(column: Column, argument: string, pattern: string): Sql {
  const translated = toPostgresRegex(storable(argument, pattern), (reason) => suiteError(argument, reason));
  return q`${name(column.name)} ~ ${value(elementOf(column), translated)}`;
}

function likeMatch(column: Column, argument: string, pattern: string): Sql {
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern))
    throw suiteError(argument, `"${pattern}" ends with a backslash that escapes nothing`);
  return q`${name(column.name)} like ${value(elementOf(column), storable(argument, pattern))}`;
}

function lengths(
  column: string,
  mostly: number | undefined,
  scope: Scope,
  min: number | null,
  max: number | null,
): Plan {
  const subject = columnOf(scope, "column", column, ["text"]);
  const expression = q`length(${name(column)})`;
  const lower = bound(min, (limit) => q`${expression} >= ${limit}`);
  const upper = bound(max, (limit) => q`${expression} <= ${limit}`);
  const interval = { expression, lower, upper };
  return rowCheck(subject, mostly, withinInterval(interval), { interval });
}

function bound(number: number | null, condition: (limit: Sql) => Sql): Bound | null {
  if (number === null) return null;
  const limit = value(Number.isSafeInteger(number) ? "int8" : "numeric", String(number));
  return { number, strict: false, limit, condition: condition(limit) };
}

function numeric(argument: string, given: number | string): number {
  const number = asNumber(given);
  if (number === null || !Number.isFinite(number))
    throw suiteError(argument, `${JSON.stringify(given)} is not a number`);
  return number;
}

function whole(argument: string, given: number | string | null | undefined): number | null {
  if (given === null || given === undefined) return null;
  const number = numeric(argument, given);
  if (!Number.isInteger(number)) throw suiteError(argument, `${JSON.stringify(given)} is not a whole number`);
  return number;
}
