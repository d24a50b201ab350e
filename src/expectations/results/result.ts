import type { Severity } from "../../core/messages/verdicts.ts";
import type { JsonValue } from "../plan/values.ts";

/** Great Expectations' answer for one expectation, named as it names things. */
export interface ExpectationValidationResult {
  success: boolean;
  expectation_config: { type: string; kwargs: Record<string, unknown>; severity: Severity } & Record<string, unknown>;
  result: ResultFields;
  meta: Record<string, never>;
  exception_info: { raised_exception: boolean; exception_message: string | null; exception_traceback: string | null };
}

/** An unexpected value: of one column, of a pair, or of a record by column name. */
export type Shown = JsonValue | JsonValue[] | Record<string, JsonValue>;

export interface ResultFields {
  observed_value?: unknown;
  details?: Record<string, unknown>;
  element_count?: number;
  unexpected_count?: number;
  unexpected_percent?: number | null;
  partial_unexpected_list?: Shown[];
  unexpected_index_column_names?: string[];
  missing_count?: number;
  /** Values of a set that the column has not. */
  partial_missing_list?: unknown[];
  missing_percent?: number | null;
  unexpected_percent_total?: number | null;
  unexpected_percent_nonmissing?: number | null;
  unexpected_rows?: Record<string, JsonValue>[];
  partial_unexpected_counts?: ({ value: Shown; count: number } | { error: string })[];
  partial_unexpected_index_list?: Record<string, JsonValue | JsonValue[]>[];
  unexpected_list?: Shown[];
  unexpected_index_list?: Record<string, JsonValue | JsonValue[]>[];
  /** SQL that finds the unexpected rows. */
  unexpected_index_query?: string;
}

/** Great Expectations' validation result of a suite. */
export interface SuiteValidationResult {
  success: boolean;
  results: ExpectationValidationResult[];
  suite_name: string;
  suite_parameters: Record<string, unknown>;
  statistics: {
    evaluated_expectations: number;
    successful_expectations: number;
    unsuccessful_expectations: number;
    /** null for an empty suite. */
    success_percent: number | null;
  };
  meta: Record<string, unknown>;
  id: null;
}
