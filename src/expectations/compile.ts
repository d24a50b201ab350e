import type { TableShape } from "../core/columns.ts";
import { type Expectation, expectationName, invalid, type Suite } from "../core/suites/suite.ts";
import { whyMissing } from "./kinds/elsewhere.ts";
import { registry } from "./kinds/registry.ts";
import { common, retired } from "./plan/arguments.ts";
import type { Compiled, Scope, Unsound } from "./plan/plan.ts";
import { formatFor, type GivenFormat } from "./plan/result-format.ts";
import { familyOf, SuiteError, suiteError, temporal } from "./plan/values.ts";
import { parseRowCondition } from "./row-condition.ts";

/** What a suite is compiled against; for the oldest release of the server that is supported unless it is known. */
export interface Target extends Omit<Scope, "rows" | "serverVersion">, Partial<Pick<Scope, "serverVersion">> {
  /** How much each result holds, unless an expectation says otherwise. */
  resultFormat: GivenFormat;
}

const oldestSupported = 150_000;

/** Every expectation of a suite, compiled against a table; nothing is run. */
export function compileSuite(suite: Suite, target: Target): (Compiled | Unsound)[] {
  return suite.expectations.map((expectation, index) => {
    try {
      return compileOne(expectation, target);
    } catch (thrown) {
      if (!(thrown instanceof SuiteError)) throw thrown;
      const error = invalid(suite.path, `${expectationName(index, expectation.type)}: ${thrown.message}`, thrown);
      return { expectation, error };
    }
  });
}

function compileOne(expectation: Expectation, target: Target): Compiled {
  const { type, kwargs } = expectation;
  const entry = registry.get(type);
  if (entry === undefined) throw suiteError(null, whyMissing(type));
  if (expectation.unfilled !== null) throw suiteError(null, expectation.unfilled);
  refuseRetired(kwargs, target.shape);
  const rows = parseRowCondition(kwargs.row_condition, kwargs.condition_parser, target.shape);
  const own = Object.fromEntries(Object.entries(kwargs).filter(([argument]) => !common.has(argument)));
  const plan = entry.compile(own, { serverVersion: oldestSupported, ...target, rows });
  if (plan.kind === "known" && rows !== null && !entry.arguments.includes("mostly")) {
    throw suiteError("row_condition", "this expectation does not look at rows");
  }
  return { expectation, plan, rows, format: formatFor(kwargs.result_format, target.resultFormat, target.shape) };
}

function refuseRetired(kwargs: Readonly<Record<string, unknown>>, shape: TableShape): void {
  for (const argument of retired) {
    if (kwargs[argument]) throw suiteError(argument, "Great Expectations 1.x does not know it; remove it");
  }
  const column = shape.columns.find(({ name }) => name === kwargs.column);
  if (kwargs.parse_strings_as_datetimes && (column === undefined || !temporal.includes(familyOf(column)))) {
    throw suiteError("parse_strings_as_datetimes", "only date and time columns hold dates and times; remove it");
  }
}
