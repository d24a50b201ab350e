import type { Column } from "../../core/columns.ts";
import { type Entry, onColumn } from "../plan/entry.ts";
import type { Answer, Query, Scope } from "../plan/plan.ts";
import { all, value as constant, list, q, relation, type Sql } from "../plan/sql.ts";
import {
  comparable,
  compareShown,
  elementOf,
  familyOf,
  type JsonValue,
  jsonValue,
  numeric,
  temporal,
} from "../plan/values.ts";

/** Distinct values that results list at most, beyond those of the set that is asked for. */
export const mostListed = 10_000;

/** A distinct value, its key for comparisons, and how often it occurs. */
interface Distinct {
  value: JsonValue;
  key: string;
  count: number;
}

/**
 * The distinct values of a column with their counts, those of the wanted set first: so that whether they are all there
 * is known even when there are more than are listed. `only` picks groups by `times`, and `most`, the largest of them.
 */
export function distinctValues(
  column: Column,
  scope: Scope,
  wanted: readonly unknown[],
  answer: (found: Distinct[]) => Answer,
  only: Sql = q`true`,
): Query {
  const subject = comparable(column);
  const members = list(elementOf(column), membersFor(column, wanted));
  const present = all([q`${subject} is not null`, scope.rows]);
  const limit = constant("int8", String(mostListed + wanted.length));
  return {
    kind: "query",
    statement: q`select v, times from (
                   select ${subject} as v, count(*) as times, max(count(*)) over () as most from ${relation}
                    where ${present} group by ${subject}) g
                  where ${only} order by v = some(${members}) desc limit ${limit}`,
    answer: (rows) => {
      const found = rows.map(([raw, count]): Distinct => {
        const value = jsonValue(column, raw);
        const key = temporal.includes(familyOf(column)) ? `moment ${value}` : keyOf(value);
        return { value, key, count: Number(count) };
      });
      return answer(found.sort((a, b) => compareShown(a.value, b.value)));
    },
  };
}

/** As Python compares: 1 is 1.0 and true, `"1"` is not; no text is a date. */
export function keyOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `number ${Number(value)}`;
  return typeof value === "string" ? `text ${value}` : JSON.stringify(value);
}

/** The wanted values that a column's values can equal, as texts of its type. */
function membersFor(column: Column, wanted: readonly unknown[]): string[] {
  const family = familyOf(column);
  const numbers = wanted.filter((value) => typeof value === "number" || typeof value === "boolean").map(Number);
  if (family === "integer") return numbers.filter(Number.isSafeInteger).map(String);
  if (numeric.includes(family)) return numbers.map(String);
  if (family === "bool") return numbers.flatMap((number) => ["false", "true"][number] ?? []);
  if (temporal.includes(family)) return [];
  return wanted.filter((value) => typeof value === "string").filter((text) => !text.includes("\0"));
}

/** Column aggregate expectations on the set of a column's distinct values. */
export const columnSets: readonly Entry[] = [
  compareSets(
    "expect_column_distinct_values_to_be_in_set",
    "unknown[] | null",
    (found, wanted) => wanted.size === 0 || found.isSubsetOf(wanted),
  ),
  compareSets("expect_column_distinct_values_to_contain_set", "unknown[]", (found, wanted) =>
    found.isSupersetOf(wanted),
  ),
  compareSets(
    "expect_column_distinct_values_to_equal_set",
    "unknown[]",
    (found, wanted) => found.size === wanted.size && found.isSubsetOf(wanted),
  ),

  onColumn(
    "expect_column_most_common_value_to_be_in_set",
    { value_set: "unknown[] | null", "ties_okay?": "boolean | null" },
    null,
    (column, { value_set: set, ties_okay: tiesOkay }, scope) => {
      const wanted = new Set((set ?? []).map(keyOf));
      const answer = (modes: Distinct[]): Answer => ({
        success: modes.some(({ key }) => wanted.has(key)) && (tiesOkay === true || modes.length === 1),
        observed: modes.map(({ value }) => value),
      });
      return distinctValues(column, scope, set ?? [], answer, q`times = most`);
    },
  ),
];

function compareSets(
  type: string,
  value_set: "unknown[]" | "unknown[] | null",
  isSuccess: (found: Set<string>, wanted: Set<string>) => boolean,
): Entry {
  return onColumn(type, { value_set }, null, (column, args, scope) => {
    const wanted = args.value_set ?? [];
    return distinctValues(column, scope, wanted, (found) => ({
      success: isSuccess(new Set(found.map(({ key }) => key)), new Set(wanted.map(keyOf))),
      observed: found.map(({ value }) => value),
      details: { value_counts: found.map(({ value, count }) => ({ value, count })) },
    }));
  });
}
