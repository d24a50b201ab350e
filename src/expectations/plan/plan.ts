import type { TableShape } from "../../core/columns.ts";
import type { ConsoleError } from "../../core/errors.ts";
import type { Expectation } from "../../core/suites/suite.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { FormatOptions } from "./result-format.ts";
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
  /** True where this table and those that it is compared with are known to be on one server. */
  isTogether?: boolean | undefined;
}

/** What an expectation that looks at the table as a whole found. */
export interface Finding {
  success: boolean;
  /** Great Expectations' observed_value; undefined where it has none. */
  observed?: unknown;
  /** Of a comparison of sets: the column's values that were not wanted, and the wanted ones that it has not. */
  unexpected?: readonly unknown[];
  missing?: readonly unknown[];
  details?: Record<string, unknown>;
}

/** The finding, or why it could not be evaluated on these rows: then it failed. */
export type Answer = Finding | { exception: string };

/** An expectation that judges row by row. It is counted by the table's one scan unless it has `from` or `counts`. */
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
  mostly: number;
  /** True when NULLs are judged like any value, and none is called missing. */
  countsNulls?: boolean;
  /** True when no row as expected holds a NULL in the column. */
  refusesNulls?: boolean;
  /** A lower and an upper bound that `expected` amounts to. */
  interval?: Interval | undefined;
  /** Rows to count on, where `expected` needs more than the table's own columns; names a relation with its columns. */
  from?: Sql;
  /** The unexpected rows, where there is a cheaper way to find them than by `not (expected)`. */
  unexpected?: Sql;
  /** A statement that gives the rows spoken of, judged and unexpected, where a scan cannot count them. */
  counts?: Sql;
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
interface Aggregate {
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

/** An expectation that two queries of the suite's author give the same rows. */
export interface Match {
  kind: "match";
  base: Sql;
  comparison: Sql;
  mostly: number;
}

export type Plan = RowCheck | Known | Aggregate | Query | Match;

/** What Great Expectations calls a data source: there is one, the database. */
export const dataSource = "postgresql";

/** An expectation that can be evaluated. */
export interface Compiled<Kind extends Plan = Plan> {
  expectation: Expectation;
  plan: Kind;
  /** Rows it speaks of; null for all. */
  rows: Sql | null;
  format: FormatOptions;
}

/** An expectation that cannot be: an unknown one, a wrong argument, a column that is not there. */
export interface Unsound {
  expectation: Expectation;
  error: ConsoleError;
}

export function isRowCheck(one: Compiled | Unsound | undefined): one is Compiled<RowCheck> {
  return one !== undefined && "plan" in one && one.plan.kind === "rows";
}
