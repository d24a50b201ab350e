import { withinInterval } from "./bounds.ts";
import type { Bound, Interval, RowCheck } from "./plan.ts";
import { unexpectedRows } from "./row-check.ts";
import { all, any, q, type Sql, toText } from "./sql.ts";

/**
 * One condition that is true for a row which any of the checks finds unexpected. Where it holds for no row, all of them
 * pass, at a fraction of what counting each would cost: of several bounds on a column only the tightest are left, and a
 * column that may not be NULL is not asked twice.
 */
export function screenOf(checks: readonly RowCheck[]): Sql {
  const refusing = checks.filter(({ refusesNulls }) => refusesNulls);
  const others = merged(checks.filter(({ refusesNulls }) => !refusesNulls));
  const asked = new Set<string>();
  const conditions = others.map(({ column, expected, check }) => {
    const isRefused = refusing.some(({ columns }) => columns[0] === column);
    if (column === null || !isRefused || asked.has(column)) return check ?? q`not (${expected})`;
    asked.add(column);
    return q`(${expected}) is not true`;
  });
  const left = refusing.filter(({ columns: [column = ""] }) => !asked.has(column));
  return any(distinct([...conditions, ...left.map((check) => unexpectedRows(check, null))]));
}

/** What is expected of one column alone, or a check of another kind as it is. */
interface Expected {
  column: string | null;
  expected: Sql;
  check: Sql | null;
}

function merged(checks: readonly RowCheck[]): Expected[] {
  const intervals = new Map<string, { column: string | null; interval: Interval }>();
  const others: Expected[] = [];
  for (const check of checks) {
    const isOfColumn = check.judged === null && !check.countsNulls;
    const column = isOfColumn ? (check.columns[0] ?? null) : null;
    if (check.interval === undefined) {
      others.push({ column, expected: check.expected, check: unexpectedRows(check, null) });
    } else {
      const key = toText(check.interval.expression, "");
      intervals.set(key, { column, interval: tightest(intervals.get(key)?.interval, check.interval) });
    }
  }
  const bounds = [...intervals.values()].map(({ column, interval }) => ({
    column,
    expected: withinInterval(interval),
    check: null,
  }));
  return [...bounds, ...others];
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
  if (toText(a.condition, "") === toText(b.condition, "")) return a;
  // Equal as far as a JavaScript number tells: both must hold.
  return { number: a.number, strict: a.strict || b.strict, limit: null, condition: all([a.condition, b.condition]) };
}

function distinct(conditions: readonly Sql[]): Sql[] {
  return [...new Map(conditions.map((condition) => [toText(condition, ""), condition])).values()];
}
