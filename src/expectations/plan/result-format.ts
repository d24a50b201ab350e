import { checked, type type } from "../../core/checks.ts";
import type { TableShape } from "../../core/columns.ts";
import { type ResultFormat, resultFormats } from "../../core/messages/requests.ts";
import { NoColumn } from "./no-column.ts";
import { suiteError } from "./values.ts";

const level = ["===", ...resultFormats] as const;
/** What a result_format has to look like. */
export const formatShape = [
  level,
  "|",
  {
    "+": "reject",
    "result_format?": level,
    "partial_unexpected_count?": "number.integer >= 0",
    "include_unexpected_rows?": "boolean",
    "unexpected_index_column_names?": "string[] | null",
    "exclude_unexpected_values?": "boolean",
    "return_unexpected_index_query?": "boolean",
  },
] as const;
/** A result_format as suites and callers write it. */
export type GivenFormat = type.infer<typeof formatShape>;

/** How much of an answer is wanted, as Great Expectations' result_format says it. */
export interface FormatOptions {
  level: ResultFormat;
  /** Unexpected values listed at most, below COMPLETE. */
  partial: number;
  /** Columns that tell which row an unexpected value is from; the table's key unless others are named. */
  keys: readonly string[];
  /** True when the query that finds the unexpected rows is wanted. */
  query: boolean;
  withoutValues: boolean;
  wholeRows: boolean;
}

/** The format that an expectation's own result_format asks for, or, where it has none, the caller's. */
export function formatFor(own: unknown, callers: GivenFormat, shape: TableShape): FormatOptions {
  const wanted =
    own === undefined || own === null
      ? callers
      : checked(formatShape, own, ({ summary }) => suiteError("result_format", summary.replaceAll("\n", "; ")));
  const options = typeof wanted === "string" ? { result_format: wanted } : wanted;
  if (options.include_unexpected_rows && options.result_format === undefined) {
    throw suiteError("result_format", "include_unexpected_rows wants a result_format beside it");
  }
  const level = options.result_format ?? "BASIC";
  const keys = options.unexpected_index_column_names ?? shape.key;
  const missing = keys.find((key) => !shape.columns.some((column) => column.name === key));
  if (missing !== undefined) throw new NoColumn("result_format", shape, missing);
  return {
    level,
    partial: options.partial_unexpected_count ?? 20,
    keys,
    query: options.return_unexpected_index_query ?? level === "COMPLETE",
    withoutValues: options.exclude_unexpected_values ?? false,
    wholeRows: options.include_unexpected_rows ?? false,
  };
}
