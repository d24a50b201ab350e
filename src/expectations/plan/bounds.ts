import type { Column } from "../../core/columns.ts";
import type { Bound, Interval } from "./plan.ts";
import { all, name, q, type Sql, toText } from "./sql.ts";
import { boundFor, type Family, familyOf, numeric, suiteError, temporal, textFor } from "./values.ts";

interface Given {
  min_value?: number | string | null;
  max_value?: number | string | null;
  strict_min?: boolean | null;
  strict_max?: boolean | null;
}

export const bounded: readonly Family[] = [...numeric, ...temporal, "text"];

/** `column` lies between the bounds. NaN and infinities are outside whatever the bounds are. */
export function between(column: Column, given: Given): { expected: Sql; interval: Interval | null } {
  const { min_value: min = null, max_value: max = null } = given;
  if (min === null && max === null) throw suiteError("min_value", "min_value and max_value cannot both be missing");
  if (min !== null && max !== null) orderly(column, min, max);
  const expression = ordered(column);
  const lower = bound(column, expression, "min_value", min, given.strict_min === true);
  const upper = bound(column, expression, "max_value", max, given.strict_max === true);
  const interval = { expression, lower, upper };
  const merges = numeric.includes(familyOf(column));
  return { expected: withinInterval(interval), interval: merges ? interval : null };
}

/** That a value lies in the interval; where that is one number, that it is that number. */
export function withinInterval({ expression, lower, upper }: Interval): Sql {
  const [from, to] = [pointOf(lower), pointOf(upper)];
  if (from !== null && to !== null && toText(from, "") === toText(to, "")) return q`${expression} = ${from}`;
  return all([lower, upper].flatMap((one) => (one === null ? [] : [one.condition])));
}

function pointOf(bound: Bound | null): Sql | null {
  return bound === null || bound.strict ? null : bound.limit;
}

/** Texts are compared by code point, whatever the database's collation is. */
export function ordered(column: Column): Sql {
  return familyOf(column) === "text" ? q`${name(column.name)} collate "C"` : name(column.name);
}

function bound(
  column: Column,
  expression: Sql,
  argument: "min_value" | "max_value",
  given: number | string | null,
  strict: boolean,
): Bound | null {
  const lower = argument === "min_value";
  if (given === null) return finite(column, expression, lower);
  const constant = boundFor(column, argument, given);
  const number = Number(given);
  if (lower) {
    const condition = strict ? q`${expression} > ${constant}` : q`${expression} >= ${constant}`;
    return { number, strict, limit: constant, condition };
  }
  const condition = strict ? q`${expression} < ${constant}` : q`${expression} <= ${constant}`;
  return { number, strict, limit: constant, condition };
}

/** Stands in for a missing bound where the type has infinities; NaN is greater than they are. */
function finite(column: Column, expression: Sql, lower: boolean): Bound | null {
  const infinity = infinities[familyOf(column)];
  if (infinity === undefined) return null;
  const [least, greatest] = infinity;
  return lower
    ? { number: Number.NEGATIVE_INFINITY, strict: true, limit: least, condition: q`${expression} > ${least}` }
    : { number: Number.POSITIVE_INFINITY, strict: true, limit: greatest, condition: q`${expression} < ${greatest}` };
}

const infinities: Partial<Record<Family, readonly [Sql, Sql]>> = {
  numeric: [q`'-Infinity'::numeric`, q`'Infinity'::numeric`],
  float: [q`'-Infinity'::float8`, q`'Infinity'::float8`],
  date: [q`'-infinity'::date`, q`'infinity'::date`],
  timestamp: [q`'-infinity'::timestamp`, q`'infinity'::timestamp`],
  timestamptz: [q`'-infinity'::timestamptz`, q`'infinity'::timestamptz`],
};

function orderly(column: Column, min: number | string, max: number | string): void {
  const isNumber = numeric.includes(familyOf(column));
  const from = isNumber ? Number(min) : textFor(column, "min_value", min);
  const to = isNumber ? Number(max) : textFor(column, "max_value", max);
  if (from > to) throw suiteError("min_value", "it cannot be greater than max_value");
}
