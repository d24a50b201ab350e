import { expect, test } from "bun:test";
import fc from "fast-check";
import { exactly } from "../../src/core/exact-number.ts";
import { expectationInWords, observedInWords } from "../../src/core/suites/expectation-words.ts";

const unicode = { atLeast: "≥", atMost: "≤", ellipsis: "…" };
const ascii = { atLeast: ">=", atMost: "<=", ellipsis: "~" };

test("an expectation as a person would say it", () => {
  const cases: [type: string, column: string | undefined, kwargs: object, words: string][] = [
    ["expect_column_values_to_not_be_null", "user_id", {}, "user_id is not null"],
    ["expect_column_values_to_be_between", "watch_hours_30d", { min_value: 0 }, "watch_hours_30d ≥ 0"],
    ["expect_column_values_to_be_between", "age", { max_value: 120, strict_max: true }, "age < 120"],
    ["expect_column_mean_to_be_between", "fee", { min_value: 20, max_value: 35 }, "mean of fee within 20…35"],
    [
      "expect_column_values_to_be_in_set",
      "contract",
      { value_set: ["One year", "Two year"] },
      "contract in {One year, Two year}",
    ],
    ["expect_column_values_to_be_in_set", "plan", { value_set: ["Month-to-month", "One year"] }, "plan in 2 values"],
    ["expect_table_columns_to_match_set", undefined, { exact_match: true }, "columns match the set"],
    ["expect_table_columns_to_match_set", undefined, {}, "columns contain the set"],
    ["expect_table_row_count_to_equal_other_table", undefined, { other_table_name: "users" }, "as many rows as users"],
    ["expect_column_values_to_not_be_null", "email", { mostly: 0.95 }, "email is not null (95 % of rows)"],
    ["expect_column_values_to_be_weird_in_ways", "a\tb", {}, "a\\tb values to be weird in ways"],
  ];
  for (const [type, column, kwargs, words] of cases) {
    const verdict = { type, kwargs, ...(column !== undefined && { column }) };
    expect(expectationInWords(verdict, unicode)).toBe(words);
    expect(expectationInWords(verdict, ascii)).toMatch(/^[\x20-\x7e]*$/);
  }
});

test("anything a suite may hold can be said on one line", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("expect_column_values_to_be_between", "expect_column_values_to_be_in_set", "x"),
      fc.dictionary(fc.string(), fc.anything()),
      (type, kwargs) => {
        expect(expectationInWords({ type, kwargs }, unicode)).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => expect(observedInWords(value)).not.toMatch(/\p{Cc}/u)));
});

test("what was observed keeps all that stands before its point", () => {
  const said: [unknown, string][] = [
    [9007199254740994, "9,007,199,254,740,994"],
    [exactly("9007199254740993"), "9,007,199,254,740,993"],
    [exactly("1541815603606036489.5"), "1,541,815,603,606,036,489.5"],
    [1234567890123.456, "1,234,567,890,123.46"],
    [29.133333333333333, "29.1333"],
    [0.1234567, "0.123457"],
    [-3, "-3"],
  ];
  expect(said.map(([observed]) => observedInWords(observed))).toEqual(said.map(([, words]) => words));
});
