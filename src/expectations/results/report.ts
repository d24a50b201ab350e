import type { Verdict } from "../../core/messages/events.ts";
import type { Expectation, Suite } from "../../core/suites/suite.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { dataSource } from "../plan/plan.ts";
import type { Outcome } from "./outcome.ts";
import type { ExpectationValidationResult, SuiteValidationResult } from "./result.ts";

/** The release of Great Expectations whose semantics and result format these are. */
const version = "1.2.0";

export function expectationResult(
  { type, kwargs, severity, rest }: Expectation,
  outcome: Outcome,
): ExpectationValidationResult {
  const exception = "exception" in outcome ? outcome.exception : null;
  const { success, result } = "value" in outcome ? outcome.value : { success: false, result: {} };
  return {
    success,
    expectation_config: { type, kwargs, meta: {}, ...rest },
    result,
    meta: { severity },
    exception_info: {
      raised_exception: exception !== null,
      exception_message: exception,
      exception_traceback: null,
    },
  };
}

/** The verdict that events and the ledger carry. */
export function verdictOf(
  table: string,
  { type, kwargs, severity }: Expectation,
  result: ExpectationValidationResult,
): Verdict {
  const { success, result: fields, exception_info: info } = result;
  return {
    table,
    type,
    ...(typeof kwargs.column === "string" ? { column: kwargs.column } : {}),
    kwargs,
    severity,
    success,
    observed: info.exception_message ?? fields.observed_value ?? null,
    unexpected_count: fields.unexpected_count ?? null,
    unexpected_percent: fields.unexpected_percent ?? null,
  };
}

/** `relation` is the table that was read, `table` what it is called. */
export function validationResult(
  suite: Suite,
  relation: TableName,
  table: string,
  results: ExpectationValidationResult[],
  began: Date,
): SuiteValidationResult {
  const successful = results.filter(({ success }) => success).length;
  return {
    success: successful === results.length,
    results,
    suite_name: suite.name,
    suite_parameters: suite.parameters,
    statistics: {
      evaluated_expectations: results.length,
      successful_expectations: successful,
      unsuccessful_expectations: results.length - successful,
      success_percent: results.length === 0 ? null : (successful / results.length) * 100,
    },
    meta: {
      great_expectations_version: version,
      expectation_suite_name: suite.name,
      run_id: { run_name: null, run_time: began.toISOString() },
      validation_time: began.toISOString(),
      batch_spec: { schema_name: relation.schema, table_name: table },
      batch_markers: { ge_load_time: began.toISOString() },
      active_batch_definition: {
        datasource_name: dataSource,
        data_connector_name: "table",
        data_asset_name: table,
        batch_identifiers: {},
      },
    },
    id: null,
  };
}
