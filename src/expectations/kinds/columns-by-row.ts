import type { Column } from "../../core/columns.ts";
import { ordered } from "../plan/bounds.ts";
import { columnOf, type Entry, entry, OnRowsOfColumns, OnRowsOfPair } from "../plan/entry.ts";
import type { Scope } from "../plan/plan.ts";
import { judgedRecords, pairCheck, recordCheck } from "../plan/row-check.ts";
import { any, commas, type ElementType, list, name, q, type Sql, value } from "../plan/sql.ts";
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

const ValuePairs = "unknown[][] | null";

/** Column pair expectations. */
export const columnPairs: readonly Entry[] = [
  entry("expect_column_pair_values_to_be_equal", OnRowsOfPair, (args, scope) => {
    const [a, b] = alike(args, scope);
    // A NULL equals nothing, and is unexpected beside a value.
    return pairCheck([a.name, b.name], args, q`(${comparable(a)} = ${comparable(b)}) is true`);
  }),

  entry(
    "expect_column_pair_values_a_to_be_greater_than_b",
    { ...OnRowsOfPair, "or_equal?": "boolean | null" },
    (args, scope) => {
      const [a, b] = alike(args, scope);
      const [left, right] = [ordered(a), ordered(b)];
      const bothMissing = q`(${name(a.name)} is null and ${name(b.name)} is null)`;
      const expected = args.or_equal ? q`(${left} >= ${right} or ${bothMissing})` : q`${left} > ${right}`;
      return pairCheck([a.name, b.name], args, expected);
    },
  ),

  entry("expect_column_pair_values_to_be_in_set", { ...OnRowsOfPair, value_pairs_set: ValuePairs }, (args, scope) => {
    const a = columnOf(scope, "column_A", args.column_A);
    const b = columnOf(scope, "column_B", args.column_B);
    return pairCheck(
      [a.name, b.name],
      args,
      args.value_pairs_set === null ? q`true` : inPairs(a, b, args.value_pairs_set),
    );
  }),
];

function alike(
  { column_A, column_B }: { column_A: string; column_B: string },
  scope: Scope,
): readonly [Column, Column] {
  const a = columnOf(scope, "column_A", column_A);
  const b = columnOf(scope, "column_B", column_B);
  if (!comparableWith(a, b))
    throw suiteError("column_B", `${b.name} is ${b.type} and ${a.name} is ${a.type}: they cannot be compared`);
  return [a, b];
}

/** Whether PostgreSQL compares values of the two columns. */
export function comparableWith(a: Column, b: Column): boolean {
  const [left, right] = [familyOf(a), familyOf(b)];
  const together = (families: readonly Family[]) => families.includes(left) && families.includes(right);
  return left === "other" ? a.type === b.type : left === right || together(numeric) || together(temporal);
}

function inPairs(a: Column, b: Column, pairs: readonly (readonly unknown[])[]): Sql {
  if (pairs.some((pair) => pair.length !== 2))
    throw suiteError("value_pairs_set", "each of its elements must be a pair");
  const withNull = pairs.filter((pair) => pair.includes(null));
  if (withNull.length > mostWithNull)
    throw suiteError("value_pairs_set", `more than ${mostWithNull} pairs hold a null`);
  const whole = pairs
    .filter((pair) => !pair.includes(null))
    .map(([x, y]) => [textFor(a, argument, x), textFor(b, argument, y)] as const)
    .filter(([x, y]) => isPossible(a, x) && isPossible(b, y));
  const sets = [
    list(
      elementOf(a),
      whole.map(([x]) => x),
    ),
    list(
      elementOf(b),
      whole.map(([, y]) => y),
    ),
  ];
  const isOne = q`(${comparable(a)}, ${comparable(b)}) in (select * from unnest(${commas(sets)}))`;
  return any([isOne, ...withNull.map(([x, y]) => q`(${equals(a, x)} and ${equals(b, y)})`)]);
}

const argument = "value_pairs_set";
/** Pairs that hold a null are written out one by one. */
const mostWithNull = 1000;

function equals(column: Column, given: unknown): Sql {
  if (given === null) return q`${name(column.name)} is null`;
  return q`${comparable(column)} = ${constantFor(column, argument, given)}`;
}

/** Multicolumn expectations: on the values that one row has in several columns. */
export const multicolumns: readonly Entry[] = [
  entry("expect_multicolumn_sum_to_equal", { ...OnRowsOfColumns, sum_total: "number" }, (args, scope) => {
    const columns = columnsOf(scope, args.column_list, numeric);
    const sum = columns.map(addend).reduce((left, right) => q`${left} + ${right}`);
    const total = value(typeOfSum(columns, args.sum_total), String(args.sum_total));
    return recordCheck(args.column_list, args, q`${sum} = ${total}`);
  }),

  entry("expect_select_column_values_to_be_unique_within_record", OnRowsOfColumns, (args, scope) => {
    const columns = columnsOf(scope, args.column_list);
    const pairs = columns.flatMap((a, at) => columns.slice(at + 1).map((b) => [a, b] as const));
    return recordCheck(args.column_list, args, q`not ${any(pairs.map(([a, b]) => same(a, b)))}`);
  }),

  entry("expect_compound_columns_to_be_unique", OnRowsOfColumns, (args, scope) => {
    const columns = columnsOf(scope, args.column_list);
    const { expected, ...rest } = noRepeats(columns, scope, (present) => judgedRecords(args, present));
    return { ...recordCheck(args.column_list, args, expected), ...rest };
  }),
];

function columnsOf(scope: Scope, names: readonly string[], accepts?: readonly Family[]): Column[] {
  return names.map((column) => columnOf(scope, "column_list", column, accepts));
}

/** The type that the total is compared in. */
function typeOfSum(columns: readonly Column[], total: number): ElementType {
  if (columns.some((column) => familyOf(column) === "float")) return "float8";
  const isSmall = columns.every((column) => column.type === "int4" || column.type === "int2");
  return isSmall && Number.isSafeInteger(total) ? "int8" : "numeric";
}

/** Sums of integers must not overflow. */
function addend(column: Column): Sql {
  if (familyOf(column) !== "integer") return name(column.name);
  return column.type === "int8" ? q`${name(column.name)}::numeric` : q`${name(column.name)}::int8`;
}

function same(a: Column, b: Column): Sql {
  if (!comparableWith(a, b)) {
    throw suiteError("column_list", `${b.name} is ${b.type} and ${a.name} is ${a.type}: they cannot be compared`);
  }
  const [left, right] = [name(a.name), name(b.name)];
  return q`(${comparable(a)} = ${comparable(b)} or (${left} is null and ${right} is null))`;
}
