import type { TableShape } from "../../core/columns.ts";
import type { ConsoleError } from "../../core/errors.ts";
import type { Expectation } from "../../core/suites/suite.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { ResultFormat } from "./result-format.ts";
import type { Sql } from "./sql.ts";

/** What an expectation is compiled against. */
export interface Scope {
  shape: TableShape;
  /** Where another table of this name is. */
  resolveTable(name: string): TableName;
  /** Rows the expectation speaks of (`row_condition`), null for all. */
  rows: Sql | null;
  /** The server's release, such as 150004. */
  serverVersion: number;
}

/** Where an expectation is evaluated. */
export interface Place {
  /** The table that is read. */
  under: TableName;
  /** The table in the queries that are shown, quoted. */
  shownAs: string;
  shape: TableShape;
}

/** What an expectation that looks at the table as a whole found. */
export interface Answer {
  success: boolean;
  /** Great Expectations' observed_value; undefined where it has none. */
  observed?: unknown;
  details?: Record<string, unknown>;
  /** Why it could not be evaluated on these rows; it then failed. */
  exception?: string;
}

/** An expectation that judges row by row. */
export interface RowCheck {
  kind: "rows";
  /** Columns whose values the result shows, in this order. */
  columns: readonly string[];
  /** How unexpected values are shown: bare, as a pair, or by column name. */
  show: "value" | "pair" | "record";
  /** Of the rows the scope speaks of, those that are judged; null for those whose one column is not NULL. */
  judged: Sql | null;
  /** True or NULL for a row as expected, false for an unexpected one. NULL or true where the row is not judged. */
  expected: Sql;
  /** NULLs are judged like any value, and none is called missing. */
  countsNulls: boolean;
  mostly: number;
  /** True when no row as expected holds a NULL in the column. */
  refusesNulls?: boolean;
  /** A lower and an upper bound that `expected` amounts to. */
  interval?: Interval;
  /** Rows to count on, where `expected` needs more than the table's own columns; names a relation with its columns. */
  from?: Sql;
  /** True when counting needs a statement of its own, as uniqueness does. */
  alone: boolean;
  /** The unexpected rows, where there is a cheaper way to find them than by `not (expected)`. */
  unexpected?: Sql;
  /** A statement of its own that gives the three counts of `RowCounts`; only with `alone`. */
  counts?: Sql;
  /** An aggregate that is not zero when the check makes no sense on these rows, and why; only with `alone`. */
  obstacle?: { rows: Sql; exception: string };
}

/** `expression` lies between the bounds, numbers both. */
export interface Interval {
  expression: Sql;
  lower: Bound | null;
  upper: Bound | null;
}

export interface Bound {
  /** The bound as a number, to tell which of two is tighter. */
  number: number;
  strict: boolean;
  /** The bound itself; null when the condition is more than a comparison with it. */
  limit: Sql | null;
  condition: Sql;
}

/** An expectation that is answered by the catalog alone. */
export interface Known {
  kind: "known";
  answer: Answer;
}

/** An expectation on plain aggregates; `terms` join the table's one scan, and `answer` gets their values. */
export interface Aggregate {
  kind: "aggregate";
  terms: readonly Sql[];
  /** True when the terms sort, which is done apart: it would keep the one scan from running in parallel. */
  sorts?: boolean;
  answer(values: readonly unknown[]): Answer;
}

/** An expectation that needs a statement of its own. */
export interface Query {
  kind: "query";
  statement: Sql;
  /** True for SQL that the suite's author wrote: it runs where nothing can be written. */
  foreign?: boolean;
  /** The answer, or a further statement to ask when one is not enough. */
  answer(rows: readonly (readonly unknown[])[]): Answer | Query;
}

export type Plan = RowCheck | Known | Aggregate | Query;

export interface Limits<Value> {
  min_value?: Value | null | undefined;
  max_value?: Value | null | undefined;
  strict_min?: boolean | null | undefined;
  strict_max?: boolean | null | undefined;
}

/** Whether a metric lies between bounds; a metric that is missing, not a number or infinite does not. */
export function within<Value extends number | string>(metric: Value | null, limits: Limits<Value>): Answer {
  if (metric === null || Number.isNaN(metric)) return { success: false, observed: null };
  if (typeof metric === "number" && !Number.isFinite(metric)) return { success: false, observed: String(metric) };
  if (/^-?infinity$/.test(String(metric))) return { success: false, observed: metric };
  const { min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax } = limits;
  const above = min == null || (strictMin ? metric > min : metric >= min);
  const below = max == null || (strictMax ? metric < max : metric <= max);
  return { success: above && below, observed: metric };
}

/** A number, or the number in a text; null for nothing, NaN for anything else. */
export function asNumber(given: unknown): number | null {
  if (given === null || given === undefined) return null;
  if (typeof given === "number") return given;
  return typeof given === "string" && given.trim() !== "" ? Number(given) : Number.NaN;
}

/** An expectation that can be evaluated. */
export interface Compiled {
  expectation: Expectation;
  plan: Plan;
  /** Rows it speaks of; null for all. */
  rows: Sql | null;
  format: ResultFormat;
}

/** An expectation that cannot be: an unknown one, a wrong argument, a column that is not there. */
export interface Unsound {
  expectation: Expectation;
  error: ConsoleError;
}
