import { severities } from "../messages/verdicts.ts";

const record = { "[string]": "unknown" } as const;

/** A suite of Great Expectations, of the 0.x or the 1.x shape. */
export const suiteShape = {
  "name?": "string > 0",
  "expectation_suite_name?": "string > 0",
  expectations: "object[]",
  "suite_parameters?": [record, "|", "null"],
  "evaluation_parameters?": [record, "|", "null"],
  "notes?": "unknown",
  "meta?": "unknown",
} as const;

/** One expectation of it. */
export const expectationShape = {
  "type?": "string > 0",
  "expectation_type?": "string > 0",
  "kwargs?": { ...record, "severity?": ["===", ...severities] },
  "severity?": ["===", ...severities, null],
} as const;

/** What the fields of a suite mean, in the words of its JSON Schema. Others that stand there are left alone. */
export const suiteFields = {
  $schema: "where editors find what is written here; Great Expectations refuses a suite that has it",
  name: "the suite's name",
  expectation_suite_name: "the suite's name, as Great Expectations 0.x writes it",
  expectations: "what is expected of the table",
  suite_parameters: "values for `$PARAMETER`s that the command line does not give",
  evaluation_parameters: "the same, as Great Expectations 0.x writes it",
  meta: "whatever there is to say of the suite",
  notes: "what the suite is for",
  id: "the suite's number in Great Expectations Cloud",
} as const satisfies Record<string, string>;

/** Fields of an expectation that only describe it: results repeat them. */
export const descriptiveFields = {
  description: "the expectation in somebody's own words",
  notes: "why it is expected",
  meta: "whatever else there is to say of it",
  id: "its number in Great Expectations Cloud",
  rendered_content: "as Great Expectations drew it",
  expectation_context: "where it came from",
  success_on_last_run: "how it went, as Great Expectations 0.x writes it",
  ge_cloud_id: "its number in Great Expectations Cloud, as 0.x writes it",
} as const satisfies Record<string, string>;

/** Every field that an expectation may have. */
export const expectationFields = {
  type: "what is expected",
  expectation_type: "what is expected, as Great Expectations 0.x writes it",
  kwargs: "its arguments",
  severity:
    "`critical`, as without the field, rejects a drop that does not meet it; `warning` and `info` are counted and listed",
  ...descriptiveFields,
} as const satisfies Record<string, string>;
