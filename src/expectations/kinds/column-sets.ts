import type { Column } from "../../core/columns.ts";
import { type Entry, onColumn } from "../plan/entry.ts";
import type { Answer, Query, Scope } from "../plan/plan.ts";
import { all, value as constant, q, relation, type Sql } from "../plan/sql.ts";
import {
  asConstant,
  comparable,
  compareShown,
  constants,
  isPossible,
  type JsonValue,
  jsonValue,
  readable,
  textFor,
} from "../plan/values.ts";

/** Distinct values that results list at most, beyond those of the set that is asked for. */
export const mostListed = 10_000;

/** A distinct value, how often it occurs, and which of the wanted values it is equal to, by their numbers. */
interface Distinct {
  value: JsonValue;
  count: number;
  members: readonly number[];
}

/** Values that an argument gives. */
interface Wanted {
  argument: string;
  wanted: readonly unknown[];
}

/**
 * The distinct values of a column with their counts, those of the wanted set first: so that whether they are all there
 * is known even when there are more than are listed. `only` picks groups by `times`, and `most`, the largest of them.
 */
export function distinctValues(
  column: Column,
  scope: Scope,
  { argument, wanted }: Wanted,
  answer: (found: Distinct[]) => Answer,
  only: Sql = q`true`,
): Query {
  const subject = comparable(column);
  const possible = wanted.flatMap((given, at) => {
    const text = given === null ? null : textFor(column, argument, given);
    return text !== null && isPossible(column, text) ? [{ text, at }] : [];
  });
  const members = constants(
    column,
    possible.map(({ text }) => text),
  );
  const present = all([q`${subject} is not null`, scope.rows]);
  const limit = constant("int8", String(mostListed + wanted.length));
  return {
    kind: "query",
    statement: q`select ${readable(column, q`v`)}, times, to_json(array_positions(${members}, ${asConstant(column, q`v`)})) from (
                   select ${subject} as v, count(*) as times, max(count(*)) over () as most from ${relation}
                    where ${present} group by ${subject}) g
                  where ${only} order by v = some(${members}) desc limit ${limit}`,
    answer: (rows) => {
      const found = rows.map(
        ([raw, count, places]): Distinct => ({
          value: jsonValue(column, raw),
          count: Number(count),
          members: (places as number[]).flatMap((place) => possible[place - 1]?.at ?? []),
        }),
      );
      return answer(found.sort((a, b) => compareShown(a.value, b.value)));
    },
  };
}

/** Column aggregate expectations on the set of a column's distinct values. */
export const columnSets: readonly Entry[] = [
  compareSets("expect_column_distinct_values_to_be_in_set", "unknown[] | null", ["unexpected"]),
  compareSets("expect_column_distinct_values_to_contain_set", "unknown[]", ["missing"]),
  compareSets("expect_column_distinct_values_to_equal_set", "unknown[]", ["unexpected", "missing"]),

  onColumn(
    "expect_column_most_common_value_to_be_in_set",
    { value_set: "unknown[] | null", "ties_okay?": "boolean | null" },
    null,
    (column, { value_set: set, ties_okay: tiesOkay }, scope) => {
      const answer = (modes: Distinct[]): Answer => ({
        success: modes.some(isMember) && (tiesOkay === true || modes.length === 1),
        observed: modes.map(({ value }) => value),
      });
      return distinctValues(column, scope, { argument: "value_set", wanted: set ?? [] }, answer, q`times = most`);
    },
  ),
];

function isMember({ members }: Distinct): boolean {
  return members.length > 0;
}

/** What an expectation on sets lets there be none of: values that are not wanted, or wanted ones that are missing. */
type Refused = readonly ("unexpected" | "missing")[];

function compareSets(type: string, value_set: "unknown[]" | "unknown[] | null", refused: Refused): Entry {
  return onColumn(type, { value_set }, null, (column, { value_set: set }, scope) => {
    const wanted = set ?? [];
    return distinctValues(column, scope, { argument: "value_set", wanted }, (found) => {
      const members = new Set(found.flatMap((one) => one.members));
      const others = {
        // No set, or one of nothing, lets every value pass where it says nothing of those that are missing.
        unexpected: (wanted.length === 0 && !refused.includes("missing") ? [] : found)
          .filter((one) => !isMember(one))
          .map(({ value }) => value),
        missing: wanted.filter((_, at) => !members.has(at)),
      };
      return {
        ...Object.fromEntries(refused.map((side) => [side, others[side]])),
        success: refused.every((side) => others[side].length === 0),
        observed: found.map(({ value }) => value),
        details: { value_counts: found.map(({ value, count }) => ({ value, count })) },
      };
    });
  });
}
