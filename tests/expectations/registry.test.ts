import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { expectationInWords } from "../../src/core/suites/expectation-words.ts";
import { registry } from "../../src/expectations/kinds/registry.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { onRows } from "./check-table.ts";
import { ask, inShort, type Kwargs } from "./evaluate-one.ts";
import { examples } from "./examples.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

test("there is an example of every expectation, and it can be evaluated", async () => {
  expect(Object.keys(examples).sort()).toEqual([...registry.keys()].sort());
  const answers = await ask(database.sql, "samples", Object.entries(examples));
  expect(answers.filter((one) => one.exception_info.raised_exception).map(inShort)).toEqual([]);
});

test("every expectation is said in words of its own", () => {
  const signs = { atLeast: ">=", atMost: "<=", ellipsis: "...", phi: "phi", accent: "e" };
  for (const [type, kwargs] of Object.entries(examples)) {
    const named = typeof kwargs.column === "string" ? { column: kwargs.column } : {};
    const spelledOut = type.replace(/^expect_(column_|table_)?/, "").replaceAll("_", " ");
    expect(expectationInWords({ type, kwargs, ...named }, signs)).not.toContain(spelledOut);
  }
});

/** What the answer says to the examples with something changed. */
async function changed(change: (kwargs: Kwargs) => Kwargs): Promise<Record<string, string>> {
  const asked = Object.entries(examples).map(([type, kwargs]): [string, Kwargs] => [type, change(kwargs)]);
  const answers = await ask(database.sql, "samples", asked);
  return Object.fromEntries(answers.map((answer, at) => [asked[at]?.[0], inShort(answer)]));
}

test("an argument that there is not is refused by name", async () => {
  for (const [type, said] of Object.entries(await changed((kwargs) => ({ ...kwargs, coloumn: 1 })))) {
    expect([type, said]).toEqual([
      type,
      expect.stringContaining('error: argument "coloumn": there is no such argument; it takes'),
    ]);
  }
});

test("a column that the table lacks is refused by name", async () => {
  const said = await changed((kwargs) => ({
    ...kwargs,
    ...("column" in kwargs && { column: "nope" }),
    ...("column_A" in kwargs && { column_A: "nope" }),
    ...("column_list" in kwargs && { column_list: ["id", "nope"] }),
  }));
  // These ask about columns, and answer.
  const { expect_column_to_exist: exists, expect_table_columns_to_match_ordered_list: ordered, ...others } = said;
  expect([exists, ordered?.slice(0, 3)]).toEqual(["no", "no:"]);
  for (const [type, answer] of Object.entries(others)) {
    const { column, column_A, column_list: list } = examples[type] ?? {};
    const argument =
      column !== undefined ? "column" : column_A !== undefined ? "column_A" : list !== undefined ? "column_list" : null;
    if (argument !== null)
      expect([type, answer]).toEqual([
        type,
        expect.stringContaining(`error: argument "${argument}": table samples has no column "nope"`),
      ]);
  }
});

test("what is missing is refused by name", async () => {
  const answers = await changed(() => ({}));
  const free = ["expect_table_row_count_to_be_between", "expect_table_column_count_to_be_between"];
  for (const [type, answer] of Object.entries(answers)) {
    expect([type, answer]).toEqual([
      type,
      free.includes(type) ? expect.stringContaining("ok: ") : expect.stringContaining("(was missing)"),
    ]);
  }
});

test("an unknown expectation, and what 1.x no longer takes, is refused", async () => {
  const between = { column: "whole", min_value: 1 };
  const answers = await ask(database.sql, "samples", [
    ["expect_column_values_to_sparkle", { column: "whole" }],
    ["constructor", {}],
    ["expect_column_values_to_be_dateutil_parseable", { column: "word" }],
    ["expect_column_chisquare_test_p_value_to_be_greater_than", { column: "word", p: 0.1 }],
    ["expect_column_values_to_be_between", { ...between, allow_cross_type_comparisons: true }],
    ["expect_column_values_to_be_between", { ...between, allow_cross_type_comparisons: null, include_config: true }],
    ["expect_column_values_to_be_between", { ...between, parse_strings_as_datetimes: true }],
    [
      "expect_column_values_to_be_between",
      { column: "at", min_value: "2024-01-01", parse_strings_as_datetimes: true, mostly: 0.5 },
    ],
    // One whose parameter nobody gives fails alone.
    ["expect_column_values_to_be_between", { ...between, max_value: { $PARAMETER: "most" } }],
    ["expect_column_values_to_be_between", { ...between, windows: [{ parameter_name: "most" }] }],
    ["expect_column_values_to_be_between", { ...between, mostly: 1.1 }],
    ["expect_column_values_to_be_between", { ...between, mostly: "most" }],
    ["expect_column_values_to_be_between", { ...between, strict_min: "yes" }],
    ["expect_column_to_exist", { column: "id", ...onRows('col("id") == 1') }],
  ]);
  expect(answers.map(inShort)).toEqual([
    "error: there is no such expectation.",
    "error: there is no such expectation.",
    "error: Great Expectations itself runs it in pandas alone; remove it, or ask for expect_column_values_to_match_strftime_format.",
    "error: Great Expectations 1.x does not run it anywhere, and 0.x ran it in pandas alone; remove it.",
    'error: argument "allow_cross_type_comparisons": Great Expectations 1.x does not know it; remove it.',
    "ok",
    'error: argument "parse_strings_as_datetimes": only date and time columns hold dates and times; remove it.',
    'ok, 1 of 4: "2023-12-31T00:00:00"',
    'error: argument "max_value": $PARAMETER "most": no parameter "most": give it as --parameter most=VALUE.',
    "ok",
    'error: argument "mostly": mostly must be at most 1 (was 1.1).',
    'error: argument "mostly": mostly must be a number (was a string).',
    'error: argument "strict_min": strict_min must be false, null or true (was "yes").',
    'error: argument "row_condition": this expectation does not look at rows.',
  ]);
});
