import type { Column } from "../core/columns.ts";
import { ordered } from "./bounds.ts";
import { columnOf, type Entry, entry, OnRowsOfPair } from "./entry.ts";
import { fault } from "./fault.ts";
import type { Scope } from "./plan.ts";
import { pairCheck } from "./row-check.ts";
import { any, commas, list, name, q, type Sql } from "./sql.ts";
import {
  comparable,
  constantFor,
  elementOf,
  type Family,
  familyOf,
  isPossible,
  numeric,
  temporal,
  textFor,
} from "./values.ts";

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
    throw fault("column_B", `${b.name} is ${b.type} and ${a.name} is ${a.type}: they cannot be compared`);
  return [a, b];
}

/** Whether PostgreSQL compares values of the two columns. */
export function comparableWith(a: Column, b: Column): boolean {
  const [left, right] = [familyOf(a), familyOf(b)];
  const together = (families: readonly Family[]) => families.includes(left) && families.includes(right);
  return left === "other" ? a.type === b.type : left === right || together(numeric) || together(temporal);
}

function inPairs(a: Column, b: Column, pairs: readonly (readonly unknown[])[]): Sql {
  if (pairs.some((pair) => pair.length !== 2)) throw fault("value_pairs_set", "each of its elements must be a pair");
  const withNull = pairs.filter((pair) => pair.includes(null));
  if (withNull.length > mostWithNull) throw fault("value_pairs_set", `more than ${mostWithNull} pairs hold a null`);
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
