import { type Verdict, wordOf } from "../../core/messages/verdicts.ts";
import type { Expectation, Suite } from "../../core/suites/suite.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { splitArguments } from "../plan/arguments.ts";
import { dataSource } from "../plan/plan.ts";
import type { Outcome } from "./outcome.ts";
import type { ExpectationValidationResult, SuiteValidationResult } from "./result.ts";

/** The release of Great Expectations that the console is held to (tests/gx-differential): in meaning and in form. */
export const greatExpectations = "1.24.1";

export function expectationResult(expectation: Expectation, outcome: Outcome): ExpectationValidationResult {
  const { type, severity } = expectation;
  const exception = "exception" in outcome ? outcome.exception : null;
  const { success, result } = "value" in outcome ? outcome.value : { success: false, result: {} };
  return {
    success,
    expectation_config: { type, ...described(expectation), severity },
    result,
    meta: {},
    exception_info: {
      raised_exception: exception !== null,
      exception_message: exception,
      // There is no trace that would help anybody; Great Expectations' pages fail as a whole over one that is null.
      exception_traceback: exception,
    },
  };
}

/** What the suite says of it, as far as Great Expectations lets an expectation say it: its pages fail over all else. */
function described({ kwargs, rest }: Expectation) {
  const { meta, notes, description, id, ge_cloud_id: cloudId } = rest;
  const { known, unknown } = splitArguments(kwargs);
  const key = [id, cloudId].find((one) => typeof one === "string" && uuid.test(one));
  return {
    kwargs: known,
    meta: { ...(typeof meta === "object" && !Array.isArray(meta) && meta), ...unknown },
    ...(notes !== undefined && notes !== null && { notes }),
    ...(typeof description === "string" && { description }),
    ...(key !== undefined && { id: key }),
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The verdict that events and the ledger carry. */
export function verdictOf(
  table: string,
  { type, kwargs, severity }: Expectation,
  result: ExpectationValidationResult,
): Verdict {
  const { success, result: fields, exception_info: info } = result;
  const error = info.exception_message;
  return {
    table,
    type,
    ...(typeof kwargs.column === "string" ? { column: kwargs.column } : {}),
    kwargs,
    severity,
    verdict: wordOf(result),
    success,
    ...(error !== null && { error }),
    observed: fields.observed_value ?? null,
    unexpected_count: fields.unexpected_count ?? null,
    unexpected_percent: fields.unexpected_percent ?? null,
  };
}

/** `relation` is the table that was read, `table` what it is called. */
export function validationResult(
  suite: Pick<Suite, "name" | "parameters">,
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
      great_expectations_version: greatExpectations,
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
