import { withinInterval } from "./bounds.ts";
import type { Bound, Interval, RowCheck } from "./plan.ts";
import { all, q, type Sql, some, toText } from "./sql.ts";

/** The condition that picks the unexpected rows, of those the scope speaks of. */
export function unexpectedRows({ judged, expected, unexpected }: RowCheck, rows: Sql | null): Sql {
  return all([rows, judged, unexpected ?? q`not (${expected})`]);
}

/**
 * One condition that is true for a row which any of the checks finds unexpected. Where it holds for no row, all of them
 * pass, at a fraction of what counting each would cost: of several bounds on a column only the tightest are left, and
 * what is expected of columns that may not be NULL is one conjunction, which is not true where one of them is.
 */
export function screenOf(checks: readonly RowCheck[]): Sql {
  const refusing = checks.filter(({ refusesNulls }) => refusesNulls);
  const refused = new Set(refusing.map(({ columns: [column = ""] }) => column));
  const others = merged(checks.filter(({ refusesNulls }) => !refusesNulls));
  const demanded = others.filter(({ column }) => column !== null && refused.has(column));
  const asked = new Set(demanded.map(({ column }) => column));
  const present = refusing.filter(({ columns: [column = ""] }) => !asked.has(column));
  const together = distinct([...demanded, ...present].map(({ expected }) => expected));
  const alone = others.filter((one) => !demanded.includes(one)).map((one) => one.check ?? q`not (${one.expected})`);
  return some([...(together.length === 0 ? [] : [q`(${all(together)}) is not true`]), ...distinct(alone)]);
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
  if (a.limit !== null && b.limit !== null && toText(a.limit, "") === toText(b.limit, "")) return a.strict ? a : b;
  // Equal as far as a JavaScript number tells: both must hold.
  return { number: a.number, strict: a.strict || b.strict, limit: null, condition: all([a.condition, b.condition]) };
}

function distinct(conditions: readonly Sql[]): Sql[] {
  return [...new Map(conditions.map((condition) => [toText(condition, ""), condition])).values()];
}
