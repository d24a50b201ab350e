import { evaluateExpression } from "./suite-expression.ts";

type Fail = (reason: string) => Error;

/**
 * A value of a suite with every `{"$PARAMETER": "…"}` in it filled. What stands there is the name of a parameter, or an
 * expression as Great Expectations knows them (suite-expression.ts). `fail` makes the error for what cannot be filled.
 */
export function fillParameters(value: unknown, parameters: Readonly<Record<string, unknown>>, fail: Fail): unknown {
  if (Array.isArray(value)) return value.map((element) => fillParameters(element, parameters, fail));
  if (typeof value !== "object" || value === null) return value;
  const expression = "$PARAMETER" in value ? value.$PARAMETER : undefined;
  if (expression === undefined) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, fillParameters(inner, parameters, fail)]),
    );
  }
  if (typeof expression !== "string") throw fail(`"$PARAMETER" wants a name or an expression in quotes`);
  // A value that stands next to the reference is its default.
  const fallback: unknown = Object.entries(value).find(([key]) => key === `$PARAMETER.${expression}`)?.[1];
  if (fallback !== undefined) return fallback;
  if (Object.hasOwn(parameters, expression)) return parameters[expression];
  return evaluateExpression(expression, parameters, fail);
}

/** The names of the parameters that a value of a suite asks for: plain, or within expressions. */
export function wantedParameters(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const expression = "$PARAMETER" in value ? value.$PARAMETER : undefined;
  if (typeof expression !== "string") return Object.values(value).flatMap(wantedParameters);
  // What stands before a bracket is a function, before an equals sign one of its arguments.
  return [expression, ...(expression.match(/[A-Za-z][\w$]*(?![\w$]*\s*[(=])/g) ?? [])];
}
