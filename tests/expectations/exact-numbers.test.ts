import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { validateTable } from "../../src/expectations/validate.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  await sql`create table large (id int8 primary key, n int8, m numeric, p int8)`;
  await sql`
    insert into large values (9007199254740993, 1541815603606036489, 0.12345678901234567891, 9223372036854775807),
      (9007199254740995, 1541815603606036490, 1541815603606036489.5, -9223372036854775808)`;
});
afterAll(() => database.drop());

/** The result as JSON, of a suite that is written as JSON: both as their readers have them, digit by digit. */
async function resultOf(type: string, kwargs: string, parameters = {}): Promise<string> {
  const suiteText = `{"name": "large", "expectations": [{"type": "expect_${type}", "kwargs": {${kwargs}}}]}`;
  const request = { suiteText, suitePath: "large.json", table: "large", parameters, resultFormat: "COMPLETE" } as const;
  const { results } = await validateTable(database.sql, request);
  const [answer] = results;
  return JSON.stringify({ success: answer?.success, ...answer?.exception_info, ...answer?.result });
}

/** Each tells numbers apart that are one to a JavaScript number; then what its result says. */
const cases: [type: string, kwargs: string, success: boolean, said: string][] = [
  ["column_max_to_be_between", '"column": "n", "max_value": 1541815603606036489', false, ":1541815603606036490"],
  ["column_max_to_be_between", '"column": "n", "max_value": 1541815603606036490', true, ":1541815603606036490"],
  ["column_max_to_be_between", '"column": "n", "max_value": "1541815603606036489"', false, ":1541815603606036490"],
  ["column_min_to_be_between", '"column": "n", "min_value": 1541815603606036490', false, ":1541815603606036489"],
  ["column_min_to_be_between", '"column": "m", "min_value": 0.12345678901234567891', true, ":0.12345678901234567891"],
  ["column_min_to_be_between", '"column": "m", "min_value": 0.12345678901234567892', false, ":0.12345678901234567891"],
  ["column_sum_to_be_between", '"column": "n", "max_value": 3083631207212072978', false, ":3083631207212072979"],
  ["column_sum_to_be_between", '"column": "n", "max_value": 3083631207212072979', true, ":3083631207212072979"],
  ["column_mean_to_be_between", '"column": "n", "max_value": 1541815603606036489', false, ":1541815603606036"],
  ["column_median_to_be_between", '"column": "n", "max_value": 1541815603606036489', false, ":1541815603606036489.5"],
  ["column_median_to_be_between", '"column": "p", "max_value": 0, "min_value": -1', true, ":-0.5"],
  ["column_values_to_be_between", '"column": "n", "max_value": 1541815603606036489', false, "[1541815603606036490]"],
  ["column_values_to_be_between", '"column": "id", "min_value": 9007199254740995', false, "[9007199254740993]"],
  ["column_values_to_be_in_set", '"column": "n", "value_set": [1541815603606036489, 1541815603606036490]', true, "[]"],
  ["column_values_to_be_in_set", '"column": "n", "value_set": [1541815603606036488]', false, "[1541815603606036489,"],
  ["column_values_to_be_in_set", '"column": "p", "value_set": [9223372036854775807]', false, "[-9223372036854775808]"],
  [
    "column_values_to_not_be_in_set",
    '"column": "n", "value_set": [1541815603606036490]',
    false,
    "[1541815603606036490]",
  ],
  ["column_values_to_not_be_in_set", '"column": "n", "value_set": [1541815603606036491]', true, "[]"],
  [
    "column_values_to_not_be_in_set",
    '"column": "m", "value_set": [1541815603606036489.5]',
    false,
    "[1541815603606036489.5]",
  ],
  [
    "column_distinct_values_to_equal_set",
    '"column": "n", "value_set": [1541815603606036490, 1541815603606036489]',
    true,
    "[1541815603606036489,1541815603606036490]",
  ],
  [
    "column_distinct_values_to_contain_set",
    '"column": "n", "value_set": [1541815603606036488]',
    false,
    '{"value":1541815603606036490,"count":1}',
  ],
  [
    "column_most_common_value_to_be_in_set",
    '"column": "n", "value_set": [1541815603606036491], "ties_okay": true',
    false,
    "[1541815603606036489,1541815603606036490]",
  ],
  [
    "column_quantile_values_to_be_between",
    '"column": "n", "quantile_ranges": {"quantiles": [1], "value_ranges": [[null, 1541815603606036490]]}',
    true,
    '"values":[1541815603606036490]',
  ],
  [
    "column_pair_values_to_be_in_set",
    '"column_A": "id", "column_B": "n", "value_pairs_set": [[9007199254740993, 1541815603606036489]]',
    false,
    "[[9007199254740995,1541815603606036490]]",
  ],
  ["multicolumn_sum_to_equal", '"column_list": ["n", "n"], "sum_total": 3083631207212072978', false, "036490}"],
  ["table_row_count_to_equal", '"value": 9007199254740993', false, ":2"],
  [
    "column_kl_divergence_to_be_less_than",
    '"column": "n", "threshold": 0.1, "partition_object": {"values": [1541815603606036489, 1541815603606036490], "weights": [0.5, 0.5]}',
    true,
    '"values":[1541815603606036489,1541815603606036490]',
  ],
];

describe("numbers that no JavaScript number holds", () => {
  test.each(cases)("%s %s", async (type, kwargs, success, said) => {
    const result = await resultOf(type, kwargs);
    expect(result).toStartWith(`{"success":${success},"raised_exception":false`);
    expect(result).toContain(said);
  });

  test("keys tell the row", async () => {
    const result = await resultOf("column_values_to_be_in_set", '"column": "n", "value_set": [1541815603606036489]');
    expect(result).toContain('"unexpected_index_list":[{"id":9007199254740995,"n":1541815603606036490}]');
  });

  test("a bound that a parameter gives is the number that is written there", async () => {
    const kwargs = '"column": "n", "max_value": {"$PARAMETER": "most"}';
    const most = (value: string) => resultOf("column_max_to_be_between", kwargs, { most: value });
    expect(await most("1541815603606036489")).toStartWith('{"success":false');
    expect(await most("1541815603606036490")).toStartWith('{"success":true');
  });

  test("a lower bound above the upper one is refused, however near they are", async () => {
    const result = await resultOf(
      "column_values_to_be_between",
      '"column": "n", "min_value": 1541815603606036490, "max_value": 1541815603606036489',
    );
    expect(result).toContain("it cannot be greater than max_value");
  });

  test("arguments that are shares or thresholds take any number of digits", async () => {
    const kwargs = '"column": "n", "min_value": 0, "mostly": 0.50000000000000000001';
    expect(await resultOf("column_values_to_be_between", kwargs)).toStartWith('{"success":true');
  });
});

test("a row condition picks the row whose number it says", async () => {
  const kwargs = (n: string) =>
    `"column": "n", "value_set": [1541815603606036489], "row_condition": "col(\\"id\\") == ${n}", "condition_parser": "great_expectations"`;
  const all = await resultOf("column_values_to_be_in_set", kwargs("9007199254740993"));
  expect(all).toStartWith('{"success":true,"raised_exception":false');
  const other = await resultOf("column_values_to_be_in_set", kwargs("9007199254740995"));
  expect(other).toContain("[1541815603606036490]");
});
