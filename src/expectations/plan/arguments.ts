/** Arguments of 0.x that may still stand in a suite, as long as they ask for nothing. */
export const retired = ["allow_cross_type_comparisons", "output_strftime_format", "auto"];

/** Arguments that every expectation takes, and that Great Expectations of today knows no more. */
const older = ["include_config", "table", "parse_strings_as_datetimes", "profiler_config", ...retired];

/** Arguments that every expectation takes. */
export const common = new Set([
  ...["row_condition", "condition_parser", "result_format", "catch_exceptions", "batch_id", ...older],
  // Where Great Expectations Cloud has parameters from.
  "windows",
]);

/** Arguments that Great Expectations does not know: with one of them, it builds no expectation. */
const unknownThere = new Set([...older, "order_by"]);

/** The arguments as Great Expectations takes them, and what else there is to say. */
export function splitArguments(kwargs: Readonly<Record<string, unknown>>) {
  const isNothing = (name: string) => /^(row_condition|condition_parser)$/.test(name) && kwargs[name] === null;
  const named = Object.entries(kwargs).filter(([name]) => !isNothing(name));
  return {
    known: Object.fromEntries(named.filter(([name]) => !unknownThere.has(name))),
    unknown: Object.fromEntries(named.filter(([name]) => unknownThere.has(name))),
  };
}
