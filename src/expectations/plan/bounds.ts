import type { Column } from "../../core/columns.ts";
import { type AnyNumber, compareNumbers, exactly, isAnyNumber } from "../../core/exact-number.ts";
import type { Bound, Finding, Interval } from "./plan.ts";
import { all, compared, name, q, type Sql, toText } from "./sql.ts";
import { boundFor, type Family, familyOf, numeric, suiteError, temporal, textFor } from "./values.ts";

/** Bounds as Great Expectations' arguments give them; one that is missing or null is none. */
export interface Limits<Value = AnyNumber | string> {
  min_value?: Value | null | undefined;
  max_value?: Value | null | undefined;
  strict_min?: boolean | null | undefined;
  strict_max?: boolean | null | undefined;
}

const sides = {
  min_value: { open: ">", closed: ">=", infinity: Number.NEGATIVE_INFINITY },
  max_value: { open: "<", closed: "<=", infinity: Number.POSITIVE_INFINITY },
} as const;
type Side = keyof typeof sides;

export const bounded: readonly Family[] = [...numeric, ...temporal, "text"];

/** `column` lies between the bounds. NaN and infinities are outside whatever the bounds are. */
export function between(column: Column, limits: Limits): { expected: Sql; interval: Interval | undefined } {
  const { min_value: min = null, max_value: max = null } = limits;
  if (min === null && max === null) throw noBounds();
  const isNumber = numeric.includes(familyOf(column));
  if (min !== null && max !== null) {
    const read = (side: Side, given: AnyNumber | string) => {
      const text = textFor(column, side, given);
      return isNumber ? exactly(text) : text;
    };
    requireOrder(read("min_value", min), read("max_value", max));
  }
  const lower = columnBound(column, "min_value", min, limits.strict_min === true);
  const upper = columnBound(column, "max_value", max, limits.strict_max === true);
  const interval = { expression: ordered(column), lower, upper };
  return { expected: withinInterval(interval), interval: isNumber ? interval : undefined };
}

/** Throws for a lower bound above the upper one. */
export function requireOrder(min: AnyNumber | string | null | undefined, max: AnyNumber | string | null | undefined) {
  const isReversed = min != null && max != null && orderOf(min, max) > 0;
  if (isReversed) throw suiteError("min_value", "it cannot be greater than max_value");
}

export function noBounds() {
  return suiteError("min_value", "min_value and max_value cannot both be missing");
}

/** That a value lies in the interval; where that is one number, that it is that number. */
export function withinInterval({ expression, lower, upper }: Interval): Sql {
  const [from, to] = [lower, upper].map((bound) => (bound === null || bound.strict ? null : bound.limit));
  if (from && to && toText(from, "") === toText(to, "")) return q`${expression} = ${from}`;
  return all([lower?.condition ?? null, upper?.condition ?? null]);
}

/** Texts are compared by code point, whatever the database's collation is. */
export function ordered(column: Column): Sql {
  return familyOf(column) === "text" ? q`${name(column.name)} collate "C"` : name(column.name);
}

/** Where no bound is given, the infinity of a type that has one is; NaN is greater than they are. */
function columnBound(column: Column, side: Side, given: AnyNumber | string | null, strict: boolean): Bound | null {
  if (given !== null) return boundAt(ordered(column), side, Number(given), boundFor(column, side, given), strict);
  const infinity = infinities[familyOf(column)]?.[side];
  return infinity === undefined ? null : boundAt(ordered(column), side, sides[side].infinity, infinity, true);
}

export function boundAt(expression: Sql, side: Side, number: number, limit: Sql, strict: boolean): Bound {
  const { open, closed } = sides[side];
  return { number, strict, limit, condition: compared(expression, strict ? open : closed, limit) };
}

const infinities: Partial<Record<Family, Record<Side, Sql>>> = {
  numeric: { min_value: q`'-Infinity'::numeric`, max_value: q`'Infinity'::numeric` },
  float: { min_value: q`'-Infinity'::float8`, max_value: q`'Infinity'::float8` },
  date: { min_value: q`'-infinity'::date`, max_value: q`'infinity'::date` },
  timestamp: { min_value: q`'-infinity'::timestamp`, max_value: q`'infinity'::timestamp` },
  timestamptz: { min_value: q`'-infinity'::timestamptz`, max_value: q`'infinity'::timestamptz` },
};

/** Whether a metric lies between bounds; a metric that is missing, not a number or infinite does not. */
export function within(metric: AnyNumber | string | null, limits: Limits): Finding {
  if (metric === null || Number.isNaN(metric)) return { success: false, observed: null };
  if (typeof metric === "number" && !Number.isFinite(metric)) return { success: false, observed: String(metric) };
  if (/^-?infinity$/.test(String(metric))) return { success: false, observed: metric };
  const { min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax } = limits;
  const above = min == null || (strictMin ? orderOf(metric, min) > 0 : orderOf(metric, min) >= 0);
  const below = max == null || (strictMax ? orderOf(metric, max) < 0 : orderOf(metric, max) <= 0);
  return { success: above && below, observed: metric };
}

/** Below, equal, above 0: numbers as numbers, texts by code unit. */
function orderOf(a: AnyNumber | string, b: AnyNumber | string): number {
  if (isAnyNumber(a) && isAnyNumber(b)) return compareNumbers(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A number, or the number in a text; null for nothing, NaN for anything else. */
export function asNumber(given: unknown): AnyNumber | null {
  if (given === null || given === undefined) return null;
  if (isAnyNumber(given)) return given;
  return typeof given === "string" && given.trim() !== "" ? exactly(given.trim()) : Number.NaN;
}

/** A number argument, which a suite's parameters may have turned into text; null for none. */
export function numberFor(argument: string, given: unknown, isSound: (number: number) => boolean): AnyNumber | null {
  const number = asNumber(given);
  if (number === null || isSound(Number(number))) return number;
  throw suiteError(argument, `${JSON.stringify(given)} is not a number`);
}

/** Bounds for a metric that is a number. */
export function numberLimits(limits: Limits, isSound: (number: number) => boolean): Limits<AnyNumber> {
  const limit = (side: Side) => numberFor(side, limits[side], isSound);
  return { ...limits, min_value: limit("min_value"), max_value: limit("max_value") };
}
