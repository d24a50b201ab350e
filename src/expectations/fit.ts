import type { MissingColumn, SuiteFit } from "../core/messages/suites.ts";
import { lacksInOneSentence } from "../core/suites/fit-words.ts";
import { invalid, type Suite } from "../core/suites/suite.ts";
import { compileSuite, type Target } from "./compile.ts";
import { NoColumn } from "./plan/no-column.ts";
import { SuiteError } from "./plan/values.ts";
import { columnsOf, readCondition } from "./row-condition-forms.ts";

/** What a suite has that the table lacks; nothing is run. */
export function fitOf(suite: Suite, target: Target): Pick<SuiteFit, "table" | "expectations" | "missing" | "unsound"> {
  const { name, columns } = target.shape;
  const has = new Set(columns.map((column) => column.name));
  const missing = new Map<string, MissingColumn>();
  for (const [at, { kwargs }] of suite.expectations.entries()) {
    for (const column of namedColumns(kwargs).difference(has)) {
      const known = missing.get(column) ?? { column, expectations: [] };
      known.expectations.push(at + 1);
      missing.set(column, known);
    }
  }
  const unsound = compileSuite(suite, target).flatMap((one, at) => {
    if ("plan" in one) return [];
    const { cause } = one.error;
    const column = cause instanceof NoColumn && missing.has(cause.column) ? cause.column : null;
    const reason = cause instanceof SuiteError ? cause.message : one.error.title;
    return [{ expectation: at + 1, type: one.expectation.type, reason, column }];
  });
  return { table: name, expectations: suite.expectations.length, missing: [...missing.values()], unsound };
}

/** Throws `suite_invalid` where expectations cannot be evaluated against the table, and tells all that it lacks. */
export function requireSound(suite: Suite, target: Target): void {
  const fit = fitOf(suite, target);
  if (fit.unsound.length > 0) throw invalid(suite.path, lacksInOneSentence(fit));
}

/** Arguments whose texts are names of columns, whatever expectation has them. */
const naming = ["column", "column_A", "column_B", "column_list", "column_set", "order_by"];

function namedColumns({ row_condition: condition, result_format: format, ...kwargs }: Record<string, unknown>) {
  const keys = typeof format === "object" && format !== null ? Object.values(format) : [];
  const named = [...naming.map((argument) => kwargs[argument]), ...keys.filter(Array.isArray), conditioned(condition)];
  return new Set(named.flat().filter((one) => typeof one === "string"));
}

function conditioned(condition: unknown): string[] {
  if (typeof condition !== "string") return columnsOf(condition);
  try {
    return columnsOf(readCondition(condition));
  } catch (thrown) {
    if (thrown instanceof SuiteError) return [];
    throw thrown;
  }
}
