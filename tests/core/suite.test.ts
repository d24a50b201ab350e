import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { parseSuite } from "../../src/core/suites/suite.ts";

const parse = (suite: unknown, parameters: Record<string, string> = {}) =>
  parseSuite(JSON.stringify(suite), "suites/users.json", parameters);

function refusal(suite: unknown, parameters: Record<string, string> = {}): string {
  try {
    parse(suite, parameters);
  } catch (thrown) {
    if (thrown instanceof ConsoleError && thrown.code === "suite_invalid") return thrown.title;
    throw thrown;
  }
  return "none";
}

const one = (expectation: unknown) => ({ name: "users", expectations: [expectation] });

describe("a suite", () => {
  test("of the 1.x shape", () => {
    const suite = parse({
      name: "users",
      meta: { owner: "growth" },
      notes: ["what users have"],
      id: "8c1",
      expectations: [
        {
          type: "expect_column_to_exist",
          kwargs: { column: "user_id" },
          severity: "warning",
          id: "x",
          notes: "why",
          description: "the key",
          meta: { owner: "ops" },
        },
        { type: "expect_table_row_count_to_equal", kwargs: { value: 1 }, severity: null },
      ],
    });
    expect(suite).toEqual({
      name: "users",
      path: "suites/users.json",
      parameters: {},
      notes: ["what users have"],
      meta: { owner: "growth" },
      expectations: [
        {
          type: "expect_column_to_exist",
          kwargs: { column: "user_id" },
          unfilled: null,
          severity: "warning",
          rest: { id: "x", notes: "why", description: "the key", meta: { owner: "ops" } },
        },
        {
          type: "expect_table_row_count_to_equal",
          kwargs: { value: 1 },
          unfilled: null,
          severity: "critical",
          rest: {},
        },
      ],
    });
  });

  test("of the 0.x shape", () => {
    const suite = parse({
      expectation_suite_name: "old",
      data_asset_type: null,
      ge_cloud_id: null,
      expectations: [{ expectation_type: "expect_column_to_exist", kwargs: { column: "a" }, meta: {} }],
    });
    expect(suite.name).toBe("old");
    expect(suite.expectations.map(({ type, severity }) => [type, severity])).toEqual([
      ["expect_column_to_exist", "critical"],
    ]);
  });

  test("says how severe an expectation is where Great Expectations does, or did", () => {
    const severityOf = (expectation: object) =>
      parse(one({ type: "expect_column_to_exist", kwargs: { column: "a" }, ...expectation })).expectations[0];
    const warned = { meta: { severity: "warning" } };
    expect(severityOf(warned)?.severity).toBe("warning");
    expect(severityOf({ ...warned, severity: null })?.severity).toBe("warning");
    // Great Expectations 1.24 knows nothing of what stands in meta.
    expect(severityOf({ ...warned, severity: "critical" })?.severity).toBe("critical");
    expect(severityOf({ meta: { severity: "P3" } })?.severity).toBe("critical");
    // An argument is heeded there before all else, and is none of the expectation itself.
    expect(severityOf({ ...warned, severity: "critical", kwargs: { column: "a", severity: "info" } })).toMatchObject({
      severity: "info",
      kwargs: { column: "a" },
    });
    expect(refusal(one({ type: "a", kwargs: { severity: "fatal" } }))).toContain("kwargs.severity must be");
  });

  test.each([
    [{ expectations: [] }, 'it has no "name" (0.x: "expectation_suite_name")'],
    [{ name: "x" }, "expectations must be an array (was missing)"],
    [{ name: "x", expectations: [1] }, "expectations[0] must be an object (was a number)"],
    [one({ kwargs: {} }), 'expectation 1 has no "type" (0.x: "expectation_type")'],
    [one({ type: "a", kwargs: 1 }), "expectation 1: kwargs must be an object (was a number)"],
    [one({ type: "a", sevrity: "info" }), 'expectation 1 (a) has an unknown field "sevrity"'],
    [
      one({ type: "a", severity: "fatal" }),
      'expectation 1: severity must be "critical", "info", "warning" or null (was "fatal")',
    ],
    [[], "expectations must be an array (was missing)"],
    [null, "must be an object (was null)"],
  ])("%j is refused", (suite, reason) => {
    expect(refusal(suite)).toBe(`The expectation suite suites/users.json is not sound: ${reason}.`);
  });

  test("that is no JSON, or nested without end, is refused", () => {
    expect(() => parseSuite("{", "s.json", {})).toThrow("The expectation suite s.json is not sound: JSON Parse error");
    expect(() => parseSuite('{"name": "\\ud800", "expectations": []}', "s.json", {})).toThrow(
      "half of a surrogate pair",
    );
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    expect(() => parseSuite(`{"name": "x", "expectations": [], "meta": ${deep}}`, "s.json", {})).toThrow(
      "100 levels deep",
    );
  });

  test("whatever the text, it is a suite or refused as unsound", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(one(value))),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseSuite(text, "s.json", {});
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ConsoleError);
          expect((thrown as ConsoleError).code).toBe("suite_invalid");
        }
      }),
    );
  });
});

function thrown(work: () => unknown): ConsoleError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConsoleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parameters", () => {
  test("a name that the suite does not know is refused, with those that it knows", () => {
    const range = { min_value: { $PARAMETER: "low" }, max_value: { $PARAMETER: "trunc(rows * 0.9)" } };
    const suite = {
      name: "s",
      expectations: [{ type: "expect_table_row_count_to_be_between", kwargs: range }],
      suite_parameters: { rows: 10 },
    };
    expect(parse(suite, { low: "1", rows: "2" }).parameters).toEqual({ low: 1, rows: 2 });
    expect(thrown(() => parse(suite, { low: "1", lo: "1" }))).toMatchObject({
      code: "usage",
      title: expect.stringContaining('has no parameter "lo"'),
      hint: "It has low, rows.",
    });
    expect(thrown(() => parse(suite, { low: "1", trunc: "1" })).title).toContain('has no parameter "trunc"');
    expect(thrown(() => parse({ name: "s", expectations: [] }, { lo: "1" })).hint).toContain("none at all");
  });

  const value = (reference: unknown, parameters: Record<string, string> = {}, suiteParameters?: object) =>
    parse(
      {
        ...one({ type: "t", kwargs: { a: reference } }),
        ...(suiteParameters && { suite_parameters: suiteParameters }),
      },
      parameters,
    ).expectations[0]?.kwargs.a;

  test("are filled from the command line, as JSON where it is JSON", () => {
    expect(value({ $PARAMETER: "low" }, { low: "5" })).toBe(5);
    expect(value({ $PARAMETER: "low" }, { low: "five" })).toBe("five");
    expect(value({ $PARAMETER: "set" }, { set: '["a", 1]' })).toEqual(["a", 1]);
    expect(value([{ x: { $PARAMETER: "low" } }], { low: "true" })).toEqual([{ x: true }]);
  });

  test("may stand in the suite, where the command line wins", () => {
    expect(value({ $PARAMETER: "low" }, {}, { low: 1 })).toBe(1);
    expect(value({ $PARAMETER: "low" }, { low: "2" }, { low: 1 })).toBe(2);
    expect(value({ $PARAMETER: "low", "$PARAMETER.low": 3 })).toBe(3);
  });

  test("may be reckoned with", () => {
    const numbers: [string, unknown][] = [
      ["1 + 2 * 3", 7],
      ["(1 + 2) * -rows / 2", -15],
      ["2 ^ 3 ^ 2", 512],
      ["trunc(rows * 0.95) + round(2.5) + round(3.14159, 2)", 14.14],
      ["abs(sgn(-3)) + sin(0) + cos(0) + exp(0) - tan(0)", 3],
      ["datetime(2024, 2, 29) - timedelta(days=1, hours=2)", "2024-02-27T22:00:00"],
      ["start + timedelta(0, 90)", "2024-01-31T00:01:30"],
      ["datetime(2024, 1, 1, microsecond=500000)", "2024-01-01T00:00:00.500"],
      ["1e3 + .5", 1000.5],
    ];
    for (const [expression, result] of numbers) {
      expect([expression, value({ $PARAMETER: expression }, {}, { rows: 10, start: "2024-01-31" })]).toEqual([
        expression,
        result,
      ]);
    }
    expect(value({ $PARAMETER: "now()" })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    expect(Number(value({ $PARAMETER: "2 * PI + E - E" }))).toBeCloseTo(2 * Math.PI);
  });

  test.each([
    ["low", 'no parameter "low": give it as --parameter low=VALUE'],
    ["1 +", "it ends too soon"],
    ["1 2", 'unexpected "2"'],
    ["now() + 1", "times and numbers cannot be added"],
    ["timedelta(days=1)", "it is not a number or a moment"],
    ["timedelta(years=1)", 'timedelta knows no "years"'],
    ["datetime(2024, 2, 30)", "there is no such day"],
    ["1 / 0", "division by zero"],
    ["system(1)", 'there is no function "system"'],
    ["toString(1)", 'there is no function "toString"'],
    ["1; 2", 'cannot be read from "; 2" on'],
    ["word + 1", 'parameter "word" is neither a number nor a date'],
    ["(".repeat(300), "it is too long"],
    ["urn:great_expectations:validations:s:e.result", "it is a result that Great Expectations stored elsewhere"],
  ])("%s cannot be filled", (expression, reason) => {
    const suite = one({ type: "t", kwargs: { a: { $PARAMETER: expression } } });
    const [expectation] = parse({ ...suite, suite_parameters: { word: "abc" } }).expectations;
    expect(expectation?.unfilled).toContain(`argument "a": $PARAMETER "${expression}": ${reason}`);
    expect(expectation?.kwargs).toEqual({ a: { $PARAMETER: expression } });
  });
});
