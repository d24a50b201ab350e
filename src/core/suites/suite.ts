import { checked } from "../checks.ts";
import { ConsoleError, messageOf } from "../errors.ts";
import { ExactNumber, parseExactJson } from "../exact-number.ts";
import { type Severity, severities } from "../messages/verdicts.ts";
import { evaluateExpression } from "./suite-expression.ts";
import { descriptiveFields, expectationFields, expectationShape, suiteShape } from "./suite-shape.ts";

type Fail = (reason: string) => Error;

/** How Great Expectations names a result of another validation, alone or in an expression. */
const storedElsewhere = /\burn:great_expectations:/;

/**
 * A value of a suite with every `{"$PARAMETER": "…"}` in it filled. What stands there is the name of a parameter, or an
 * expression as Great Expectations knows them (suite-expression.ts). `fail` makes the error for what cannot be filled.
 */
function fillParameters(value: unknown, parameters: Readonly<Record<string, unknown>>, fail: Fail): unknown {
  if (Array.isArray(value)) return value.map((element) => fillParameters(element, parameters, fail));
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return value;
  const fields: Record<string, unknown> = { ...value };
  const { $PARAMETER: expression } = fields;
  if (expression === undefined) return mapValues(fields, (inner) => fillParameters(inner, parameters, fail));
  if (typeof expression !== "string") throw fail(`"$PARAMETER" wants a name or an expression in quotes`);
  // A value that stands next to the reference is its default.
  const fallback = fields[`$PARAMETER.${expression}`];
  if (fallback !== undefined) return fallback;
  if (Object.hasOwn(parameters, expression)) return parameters[expression];
  if (storedElsewhere.test(expression)) {
    throw fail(
      `$PARAMETER "${expression}": it is a result that Great Expectations stored elsewhere; write a name, and give it as --parameter NAME=VALUE`,
    );
  }
  return evaluateExpression(expression, parameters, fail);
}

function mapValues<Value, Mapped>(record: Readonly<Record<string, Value>>, map: (value: Value, key: string) => Mapped) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** The names of the parameters that a value of a suite asks for: plain, or within expressions. */
function wantedParameters(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const expression = "$PARAMETER" in value ? value.$PARAMETER : undefined;
  if (typeof expression !== "string") return Object.values(value).flatMap(wantedParameters);
  if (storedElsewhere.test(expression)) return [expression];
  // What stands before a bracket is a function, before an equals sign one of its arguments.
  return [expression, ...(expression.match(/[A-Za-z][\w$]*(?![\w$]*\s*[(=])/g) ?? [])];
}

/** One expectation of a suite, its `$PARAMETER`s filled in. The arguments are checked against a table later on. */
export interface Expectation {
  /** Great Expectations' name for it, such as `expect_column_values_to_be_unique`. */
  type: string;
  kwargs: Record<string, unknown>;
  /** Why one of its `$PARAMETER`s could not be filled: then it cannot be evaluated. */
  unfilled: string | null;
  severity: Severity;
  /** What the suite says besides: meta, notes, description, id; results repeat it. */
  rest: Record<string, unknown>;
}

/** A Great Expectations suite, of the 0.x or the 1.x shape. */
export interface Suite {
  name: string;
  path: string;
  expectations: Expectation[];
  /** The parameters that were there to fill `$PARAMETER`s, by name. */
  parameters: Record<string, unknown>;
  /** What it says of itself, whatever that is; null where it says nothing. */
  notes: unknown;
  meta: unknown;
}

/**
 * The suite that a JSON text describes; `parameters` are those of the command line and win over the suite's own.
 * Throws `suite_invalid`, naming file, expectation and argument.
 */
export function parseSuite(text: string, path: string, parameters: Readonly<Record<string, string>>): Suite {
  const shape = checked(suiteShape, parseJson(text, path), ({ summary }) => invalid(path, summary));
  const name = shape.name ?? shape.expectation_suite_name;
  if (name === undefined) throw invalid(path, `it has no "name" (0.x: "expectation_suite_name")`);
  const own = { ...shape.evaluation_parameters, ...shape.suite_parameters };
  const wanted = new Set([...Object.keys(own), ...wantedParameters(shape.expectations)]);
  const idle = Object.keys(parameters).find((one) => !wanted.has(one));
  if (idle !== undefined) throw noSuchParameter(path, idle, wanted);
  const values = { ...own, ...mapValues(parameters, asValue) };
  const expectations = shape.expectations.map((entry, index) => parseExpectation(entry, path, index, values));
  const { notes = null, meta = null } = shape;
  return { name, path, expectations, parameters: values, notes, meta };
}

function parseExpectation(
  entry: object,
  path: string,
  index: number,
  parameters: Record<string, unknown>,
): Expectation {
  const shape = checked(expectationShape, entry, ({ summary }) =>
    invalid(path, `expectation ${index + 1}: ${summary}`),
  );
  const name = shape.type ?? shape.expectation_type;
  if (name === undefined) throw invalid(path, `expectation ${index + 1} has no "type" (0.x: "expectation_type")`);
  const unknown = Object.keys(entry).find((key) => !Object.hasOwn(expectationFields, key));
  if (unknown !== undefined) throw invalid(path, `${expectationName(index, name)} has an unknown field "${unknown}"`);
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => Object.hasOwn(descriptiveFields, key)));
  const { severity: asArgument, ...kwargs } = shape.kwargs ?? {};
  // In this order by Great Expectations; it leaves `meta` to others, who kept it there before it had a place for it.
  const severity = asArgument ?? shape.severity ?? severityIn(rest.meta) ?? "critical";
  return { type: name, ...filledArguments(kwargs, parameters), severity, rest };
}

function severityIn(meta: unknown): Severity | undefined {
  const said = typeof meta === "object" && meta !== null && "severity" in meta ? meta.severity : undefined;
  return severities.find((severity) => severity === said);
}

class ParameterError extends Error {}

/** The arguments with their parameters filled; one that cannot be stays as it is written. */
function filledArguments(
  written: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, unknown>>,
): Pick<Expectation, "kwargs" | "unfilled"> {
  let unfilled: string | null = null;
  const kwargs = mapValues(written, (value, argument) => {
    try {
      return fillParameters(value, parameters, (reason) => new ParameterError(reason));
    } catch (thrown) {
      if (!(thrown instanceof ParameterError)) throw thrown;
      unfilled ??= `argument "${argument}": ${thrown.message}`;
      return value;
    }
  });
  return { kwargs, unfilled };
}

function noSuchParameter(path: string, name: string, wanted: ReadonlySet<string>): ConsoleError {
  const names = [...wanted].filter((one) => /^[\w$]+$/.test(one) && one !== "PI" && one !== "E").sort();
  return new ConsoleError("usage", `The expectation suite ${path} has no parameter "${name}".`, {
    hint: names.length === 0 ? "It has none at all: leave --parameter out." : `It has ${names.join(", ")}.`,
  });
}

/** How messages speak of one expectation: `expectation 3 (expect_column_to_exist)`. */
export function expectationName(index: number, name: string): string {
  return `expectation ${index + 1} (${name})`;
}

const deepest = 100;

function parseJson(text: string, path: string): unknown {
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch (cause) {
    throw invalid(path, messageOf(cause), cause);
  }
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    // Everything after this walks the tree by recursion.
    if (depth > deepest) throw invalid(path, `it is nested more than ${deepest} levels deep`);
    if (level.some((value) => typeof value === "string" && !value.isWellFormed())) {
      throw invalid(path, "one of its texts holds half of a surrogate pair, which is no character");
    }
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
  return json;
}

/** A command-line value: JSON where it is JSON (`5`, `true`, `["a"]`), else plain text. */
function asValue(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return text;
  }
}

/** The error for a suite that cannot be evaluated as it stands. */
export function invalid(path: string, reason: string, cause?: unknown): ConsoleError {
  return new ConsoleError("suite_invalid", `The expectation suite ${path} is not sound: ${reason}.`, {
    hint: "Correct the suite, then run again. Nothing was evaluated.",
    cause,
  });
}
