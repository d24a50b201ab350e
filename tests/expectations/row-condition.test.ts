import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable, type Row } from "./check-table.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const noHole =
  'table samples has no column "hole"; it has id, small, whole, big, amount, ratio, word, code, day, at, seen, flag, nothing, tag, doc, odd name, say "hi".';

const ids = (condition: unknown, found: string, parser: unknown = "great_expectations"): Row => [
  "expect_column_distinct_values_to_be_in_set",
  { column: "id", value_set: null, row_condition: condition, condition_parser: parser },
  found,
];

test("conditions pick rows", () =>
  checkTable(database.sql, "samples", [
    ids('col("whole") == 20', "ok: [2,3]"),
    ids('col("whole")!=20', "ok: [1,4]"),
    ids('  col("whole")   <= 20.5  ', "ok: [1,2,3]"),
    ids('col("amount") > 2.5', "ok: [3,4]"),
    ids('col("ratio") < 1e0', "ok: [1]"),
    ids('col("small") >= "2"', "ok: [2,3,5]"),
    ids('col("word") == "beta"', "ok: [2]"),
    ids("col(\"word\") != 'beta'", "ok: [1,3,4]"),
    ids('col("word") < "b"', "ok: [1,3,4]"),
    ids('col("flag") == "true"', "ok: [1,3]"),
    ids('col("day") >= date("2024-01-31")', "ok: [2,3]"),
    ids("col(\"at\") < date('2024-01-31')", "ok: [1,4]"),
    ids('col("day") == "2024-02-29"', "ok: [3]"),
    ids('col("word").notnull()', "ok: [1,2,3,4]"),
    ids('col("word").NOTNULL()', "ok: [1,2,3,4]"),
    ids('col("odd name") == "x"', "ok: [1,3]"),
    ids('col("tag") == "00000000-0000-0000-0000-000000000002"', "ok: [2]"),
    ids('col("nothing") == 1', "ok: []"),
    ids('col("whole") == 20', "ok: [2,3]", "great_expectations__experimental__"),
    ids(null, "ok: [1,2,3,4,5]", null),
  ]));

const where = (name: string, operator: string, parameter: unknown) => ({
  type: "comparison",
  column: { name },
  operator,
  parameter,
});
const nullity = (name: string, is_null: boolean) => ({ type: "nullity", column: { name }, is_null });
const object = (condition: object, found: string) => ids(condition, found, undefined);

test("conditions that are objects pick rows", () =>
  checkTable(database.sql, "samples", [
    object(where("whole", "==", 20), "ok: [2,3]"),
    object(where("whole", "!=", 20), "ok: [1,4]"),
    object(where("whole", "<=", 20.5), "ok: [1,2,3]"),
    object(where("day", ">=", "2024-01-31"), "ok: [2,3]"),
    object(where("word", "<", "b"), "ok: [1,3,4]"),
    object(where("flag", "==", true), "ok: [1,3]"),
    object(where("tag", "==", "00000000-0000-0000-0000-000000000002"), "ok: [2]"),
    object(where("whole", "IN", [10, 40, 50]), "ok: [1,4]"),
    object(where("whole", "NOT_IN", [10, 40, 50]), "ok: [2,3]"),
    object(where("word", "IN", []), "ok: []"),
    object(nullity("word", true), "ok: [5]"),
    object(nullity("word", false), "ok: [1,2,3,4]"),
    object({ type: "and", conditions: [where("id", ">", 1), where("id", "<", 4)] }, "ok: [2,3]"),
    object({ type: "or", conditions: [where("id", "==", 1), nullity("word", true)] }, "ok: [1,5]"),
    object(
      {
        type: "or",
        conditions: [{ type: "and", conditions: [where("id", ">", 1), where("id", "<", 3)] }, where("id", "==", 5)],
      },
      "ok: [2,5]",
    ),
  ]));

test("an object that is no condition is refused", () =>
  checkTable(database.sql, "samples", [
    object(
      { type: "pass_through", pass_through_filter: "id > 1" },
      'error: argument "row_condition": there is no condition of the type "pass_through" in PostgreSQL; there are comparison, nullity, and, or.',
    ),
    object(
      { type: "and", conditions: ["id > 1"] },
      'error: argument "row_condition": there is no condition of the type "" in PostgreSQL; there are comparison, nullity, and, or.',
    ),
    object(where("hole", "==", 1), `error: argument "row_condition": ${noHole}`),
    object(where("word", "==", null), 'error: argument "row_condition": nothing is == null; a "nullity" asks for it.'),
    object(where("word", "IN", "a"), 'error: argument "row_condition": IN wants a list as its parameter.'),
    object(
      where("word", "~", "a"),
      expect.stringContaining('error: argument "row_condition": operator must be "!=", "<"'),
    ),
  ]));

const cannot = (given: unknown) =>
  `error: argument "row_condition": ${JSON.stringify(given)} cannot be read; write col("name") == 5, col("name") != "text", col("name") >= date("2024-01-31") or col("name").notnull().`;

test("what is no condition is refused", () =>
  checkTable(database.sql, "samples", [
    ids("whole == 20", cannot("whole == 20")),
    ids('col("whole") = 20', cannot('col("whole") = 20')),
    ids("col('whole') == 20", cannot("col('whole') == 20")),
    ids('col("whole") == ', cannot('col("whole") == ')),
    ids(5, cannot(5)),
    ids(
      'col("whole") == 20 and 1=1',
      'error: argument "row_condition": 20 and 1=1 is no number, text in quotes or date for whole; write col("name") == 5, col("name") != "text", col("name") >= date("2024-01-31") or col("name").notnull().',
    ),
    ids(
      'col("word") == "a" or "1"',
      'error: argument "row_condition": "a" or "1" is no number, text in quotes or date for word; write col("name") == 5, col("name") != "text", col("name") >= date("2024-01-31") or col("name").notnull().',
    ),
    ids(
      'col("whole") == date("2024-01-31")',
      'error: argument "row_condition": "2024-01-31" cannot be compared with whole, which is int4.',
    ),
    ids('col("hole") == 1', `error: argument "row_condition": ${noHole}`),
    ids('col("word") == 1', 'error: argument "row_condition": 1 cannot be compared with word, which is text.'),
    ids(
      'col("whole") == 20',
      'error: argument "condition_parser": it must be "great_expectations" for a condition in PostgreSQL.',
      "pandas",
    ),
    ids(
      'col("whole") == 20',
      'error: argument "condition_parser": it must be "great_expectations" for a condition in PostgreSQL.',
      null,
    ),
  ]));

test("shares are of the rows that the condition picks", () => {
  const only = { row_condition: 'col("id") <= 4', condition_parser: "great_expectations" };
  return checkTable(database.sql, "samples", [
    ["expect_column_values_to_not_be_null", { column: "small", ...only }, "no, 1 of 4: null"],
    ["expect_column_values_to_not_be_null", { column: "small", mostly: 0.75, ...only }, "ok, 1 of 4: null"],
    ["expect_column_values_to_be_between", { column: "small", min_value: 2, ...only }, "no, 1 of 3: 1"],
    [
      "expect_column_pair_values_to_be_equal",
      { column_A: "small", column_B: "id", ...only },
      "no, 2 of 4: [2,3] [null,4]",
    ],
  ]);
});
