import type { Column } from "../../core/columns.ts";
import type { AnyNumber } from "../../core/exact-number.ts";
import { ordered } from "../plan/bounds.ts";
import { columnPairMap, type Entry, multicolumnMap } from "../plan/entry.ts";
import { all, type ElementType, list, name, q, type Sql, some, value } from "../plan/sql.ts";
import {
  comparable,
  constantFor,
  elementOf,
  type Family,
  familyOf,
  isPossible,
  numeric,
  suiteError,
  temporal,
  textFor,
} from "../plan/values.ts";
import { noRepeats } from "./column-map-order.ts";

/** Column pair expectations. */
export const columnPairs: readonly Entry[] = [
  columnPairMap("expect_column_pair_values_to_be_equal", {}, (a, b) => {
    requireAlike("column_B", a, b);
    // A NULL equals nothing, and is unexpected beside a value.
    return q`(${comparable(a)} = ${comparable(b)}) is true`;
  }),

  columnPairMap(
    "expect_column_pair_values_a_to_be_greater_than_b",
    { "or_equal?": "boolean | null" },
    (a, b, { or_equal: orEqual }) => {
      requireAlike("column_B", a, b);
      return orEqual ? q`(${ordered(a)} >= ${ordered(b)} or ${bothMissing(a, b)})` : q`${ordered(a)} > ${ordered(b)}`;
    },
  ),

  columnPairMap(
    "expect_column_pair_values_to_be_in_set",
    { value_pairs_set: "unknown[][] | null" },
    (a, b, { value_pairs_set: pairs }) => (pairs === null ? q`true` : inPairs(a, b, pairs)),
  ),
];

function inPairs(a: Column, b: Column, pairs: readonly (readonly unknown[])[]): Sql {
  if (pairs.some((pair) => pair.length !== 2))
    throw suiteError("value_pairs_set", "each of its elements must be a pair");
  const withNull = pairs.filter((pair) => pair.includes(null));
  if (withNull.length > mostWithNull)
    throw suiteError("value_pairs_set", `more than ${mostWithNull} pairs hold a null`);
  const whole = pairs
    .filter((pair) => !pair.includes(null))
    .map(([x, y]) => [textFor(a, "value_pairs_set", x), textFor(b, "value_pairs_set", y)] as const)
    .filter(([x, y]) => isPossible(a, x) && isPossible(b, y));
  const [lefts, rights] = [whole.map(([x]) => x), whole.map(([, y]) => y)];
  const sets = q`${list(elementOf(a), lefts)}, ${list(elementOf(b), rights)}`;
  const isOne = q`(${comparable(a)}, ${comparable(b)}) in (select * from unnest(${sets}))`;
  return some([isOne, ...withNull.map(([x, y]) => q`(${equals(a, x)} and ${equals(b, y)})`)]);
}

/** Pairs that hold a null are written out one by one. */
const mostWithNull = 1000;

function equals(column: Column, given: unknown): Sql {
  if (given === null) return q`${name(column.name)} is null`;
  return q`${comparable(column)} = ${constantFor(column, "value_pairs_set", given)}`;
}

/** Throws unless PostgreSQL compares values of the two columns. */
function requireAlike(argument: string, a: Column, b: Column): void {
  const [left, right] = [familyOf(a), familyOf(b)];
  const together = (families: readonly Family[]) => families.includes(left) && families.includes(right);
  const isAlike = left === "other" ? a.type === b.type : left === right || together(numeric) || together(temporal);
  if (isAlike) return;
  throw suiteError(argument, `${b.name} is ${b.type} and ${a.name} is ${a.type}: they cannot be compared`);
}

function bothMissing(a: Column, b: Column): Sql {
  return q`(${name(a.name)} is null and ${name(b.name)} is null)`;
}

/** Multicolumn expectations: on the values that one row has in several columns. */
export const multicolumns: readonly Entry[] = [
  multicolumnMap("expect_multicolumn_sum_to_equal", { sum_total: "number" }, numeric, (columns, args) => {
    const sum = columns.map(addend).reduce((left, right) => q`${left} + ${right}`);
    return q`${sum} = ${value(typeOfSum(columns, args.sum_total), String(args.sum_total))}`;
  }),

  multicolumnMap("expect_multicolumn_values_to_be_equal", {}, null, ([first, ...others]) =>
    all(others.map((column) => q`${isSame(first ?? column, column)} is true`)),
  ),

  multicolumnMap("expect_select_column_values_to_be_unique_within_record", {}, null, (columns) => {
    const pairs = columns.flatMap((a, at) => columns.slice(at + 1).map((b) => isSame(a, b)));
    return q`not ${some(pairs)}`;
  }),

  multicolumnMap("expect_compound_columns_to_be_unique", {}, null, (columns, _, scope, judge) =>
    noRepeats(columns, scope, judge),
  ),
];

/** The type that the total is compared in. */
function typeOfSum(columns: readonly Column[], total: AnyNumber): ElementType {
  if (columns.every(({ type }) => type === "float4")) return "float4";
  if (columns.some((column) => familyOf(column) === "float")) return "float8";
  const isSmall = columns.every((column) => column.type === "int4" || column.type === "int2");
  return isSmall && Number.isSafeInteger(total) ? "int8" : "numeric";
}

/** Sums of integers must not overflow. */
function addend(column: Column): Sql {
  if (familyOf(column) !== "integer") return name(column.name);
  return column.type === "int8" ? q`${name(column.name)}::numeric` : q`${name(column.name)}::int8`;
}

function isSame(a: Column, b: Column): Sql {
  requireAlike("column_list", a, b);
  return q`(${comparable(a)} = ${comparable(b)} or ${bothMissing(a, b)})`;
}
