import { exitCodeOf } from "../../core/errors.ts";
import { formatCounted } from "../../core/format.ts";
import type { Verdict } from "../../core/messages/events.ts";
import type { ExpectationResult, Validation } from "../../core/messages/listings.ts";
import { type Column, table, type View } from "./table.ts";
import { expectationInOneLine, observation } from "./words.ts";

const columns: Column<ExpectationResult>[] = [
  {
    title: "VERDICT",
    cell: (one) => verdictOf(one),
    style: ({ success }) => (success ? "green" : "red"),
  },
  {
    title: "EXPECTATION",
    cell: ({ expectation_config }) => expectationInOneLine(named(expectation_config)),
    flexible: true,
  },
  { title: "FOUND", cell: found, flexible: true },
];

/** `validate`: one suite against one table. */
export const validationView: View<Validation> = {
  json: ({ result }) => result,
  text({ result: { results, statistics } }, look) {
    const { evaluated_expectations: all, successful_expectations: passed } = statistics;
    return `${table(columns, results, look)}${passed} of ${formatCounted(all, "expectation")} passed\n`;
  },
  exitCode: ({ success }) => (success ? 0 : exitCodeOf("expectation_failed")),
};

function verdictOf({ success, exception_info, meta: { severity } }: ExpectationResult): string {
  if (success) return "passed";
  if (exception_info.raised_exception) return "error";
  return severity === undefined || severity === "critical" ? "failed" : severity;
}

function found({ result, exception_info }: ExpectationResult): string {
  if (exception_info.raised_exception) return exception_info.exception_message ?? "";
  const { observed_value, unexpected_count, unexpected_percent } = result;
  return observation({
    observed: observed_value,
    unexpected_count: numberOrNull(unexpected_count),
    unexpected_percent: numberOrNull(unexpected_percent),
  });
}

const numberOrNull = (value: unknown) => (typeof value === "number" ? value : null);

function named({ type, kwargs }: ExpectationResult["expectation_config"]): Pick<Verdict, "type" | "column" | "kwargs"> {
  return { type, kwargs, ...(typeof kwargs.column === "string" && { column: kwargs.column }) };
}
