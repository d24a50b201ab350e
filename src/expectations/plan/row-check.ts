import type { Column } from "../../core/columns.ts";
import { withinInterval } from "./bounds.ts";
import type { Bound, Interval, RowCheck } from "./plan.ts";
import { all, any, name, q, type Sql, toText } from "./sql.ts";

type Extras = Partial<
  Pick<RowCheck, "countsNulls" | "refusesNulls" | "interval" | "from" | "alone" | "unexpected" | "counts" | "obstacle">
>;

/** A check of one column, NULLs left out. `expected` is NULL where the column is: the screen finds NULLs by that. */
export function rowCheck(column: Column, mostly: number | undefined, expected: Sql, extras: Extras = {}): RowCheck {
  return {
    kind: "rows",
    columns: [column.name],
    show: "value",
    judged: null,
    expected,
    countsNulls: false,
    mostly: mostly ?? 1,
    alone: false,
    ...extras,
  };
}

/** A check of two columns together; by default rows where both are NULL are not judged. */
export function pairCheck(columns: readonly [string, string], args: PairArgs, expected: Sql): RowCheck {
  const present = columns.map((column) => q`${name(column)} is not null`);
  const judged = {
    both_values_are_missing: any(present),
    either_value_is_missing: all(present),
    neither: q`true`,
  }[args.ignore_row_if ?? "both_values_are_missing"];
  return { ...common(columns, args.mostly, expected), show: "pair", judged };
}

/** A check of several columns together; by default rows where all are NULL are not judged. */
export function recordCheck(columns: readonly string[], args: RecordArgs, expected: Sql): RowCheck {
  const present = columns.map((column) => q`${name(column)} is not null`);
  return { ...common(columns, args.mostly, expected), show: "record", judged: judgedRecords(args, present) };
}

/** The records that `ignore_row_if` leaves, by the conditions that each column holds a value. */
export function judgedRecords({ ignore_row_if: ignored }: RecordArgs, present: readonly Sql[]): Sql {
  if (ignored === "never") return q`true`;
  return ignored === "any_value_is_missing" ? all(present) : any(present);
}

interface PairArgs {
  mostly?: number;
  ignore_row_if?: "both_values_are_missing" | "either_value_is_missing" | "neither";
}

interface RecordArgs {
  mostly?: number;
  ignore_row_if?: "all_values_are_missing" | "any_value_is_missing" | "never";
}

function common(columns: readonly string[], mostly: number | undefined, expected: Sql) {
  return { kind: "rows" as const, columns, expected, countsNulls: false, mostly: mostly ?? 1, alone: false };
}

/** The condition that picks the unexpected rows, of those the scope speaks of. */
export function unexpectedRows({ judged, expected, unexpected }: RowCheck, rows: Sql | null): Sql {
  const conditions = [rows, judged].flatMap((one) => (one === null ? [] : [one]));
  return all([...conditions, unexpected ?? q`not (${expected})`]);
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
  return any([...(together.length === 0 ? [] : [q`(${all(together)}) is not true`]), ...distinct(alone)]);
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
