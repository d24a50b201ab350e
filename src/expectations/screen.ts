import type { Bound, Interval, RowCheck } from "./plan.ts";
import { unexpectedRows } from "./row-check.ts";
import { all, any, q, type Sql, toText } from "./sql.ts";

/**
 * One condition that is true for a row which any of the checks finds unexpected. Where it holds for no row, all of them
 * pass, at a fraction of what counting each would cost: of several bounds on a column only the tightest are left.
 */
export function screenOf(checks: readonly RowCheck[]): Sql {
  const intervals = new Map<string, Interval>();
  const conditions: Sql[] = [];
  for (const check of checks) {
    if (check.interval === undefined) conditions.push(unexpectedRows(check, null));
    else {
      const key = toText(check.interval.expression, "");
      intervals.set(key, tightest(intervals.get(key), check.interval));
    }
  }
  const bounds = [...intervals.values()].map(
    ({ lower, upper }) => q`not (${all([...conditionsOf(lower), ...conditionsOf(upper)])})`,
  );
  return any(distinct([...bounds, ...conditions]));
}

function conditionsOf(bound: Bound | null): Sql[] {
  return bound === null ? [] : [bound.condition];
}

function tightest(a: Interval | undefined, b: Interval): Interval {
  if (a === undefined) return b;
  return {
    expression: a.expression,
    lower: tighter(a.lower, b.lower, (x, y) => x > y),
    upper: tighter(a.upper, b.upper, (x, y) => x < y),
  };
}

function tighter(a: Bound | null, b: Bound | null, isTighter: (a: number, b: number) => boolean): Bound | null {
  if (a === null || b === null) return a ?? b;
  if (isTighter(a.number, b.number)) return a;
  if (isTighter(b.number, a.number)) return b;
  // Equal as far as a JavaScript number tells: both must hold.
  return { ...a, condition: all(distinct([a.condition, b.condition])) };
}

function distinct(conditions: readonly Sql[]): Sql[] {
  return [...new Map(conditions.map((condition) => [toText(condition, ""), condition])).values()];
}
