import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable, onRows, type Row } from "./check-table.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
  await database.sql`
    create table pairs (id int primary key, a int, b int, c numeric, d double precision, s text, t text, u text)`;
  await database.sql`
    insert into pairs values (1, 1, 1, 1.0, 1, 'x', 'x', 'y'), (2, 2, 1, 2.5, 1.5, 'x', 'y', 'x'), (3, 3, null, 3, 3, null, 'y', null),
      (4, null, 4, null, 4, 'z', null, 'y'), (5, null, null, null, null, null, null, null), (6, 1, 1, 7, 1, 'x', 'x', 'x')`;
});
afterAll(() => database.drop());

const check = (rows: readonly Row[]) => checkTable(database.sql, "pairs", rows);

const equal = "expect_column_pair_values_to_be_equal";
const greater = "expect_column_pair_values_a_to_be_greater_than_b";
const inSet = "expect_column_pair_values_to_be_in_set";
const ab = { column_A: "a", column_B: "b" };

test("two columns equal: a NULL beside a value is unexpected", () =>
  check([
    [equal, ab, "no, 3 of 5: [2,1] [3,null] [null,4]"],
    [equal, { ...ab, ignore_row_if: "both_values_are_missing" }, "no, 3 of 5: [2,1] [3,null] [null,4]"],
    [equal, { ...ab, ignore_row_if: "either_value_is_missing" }, "no, 1 of 3: [2,1]"],
    [equal, { ...ab, ignore_row_if: "neither" }, "no, 4 of 6: [2,1] [3,null] [null,4] [null,null]"],
    [equal, { ...ab, mostly: 0.4 }, "ok, 3 of 5: [2,1] [3,null] [null,4]"],
    [equal, { column_A: "a", column_B: "c", ignore_row_if: "either_value_is_missing" }, "no, 2 of 4: [1,7] [2,2.5]"],
    [equal, { ...ab, ...onRows('col("id") == 6') }, "ok"],
    [
      equal,
      { column_A: "a", column_B: "s" },
      'error: argument "column_B": s is text and a is int4: they cannot be compared.',
    ],
    [
      equal,
      { ...ab, ignore_row_if: "never" },
      'error: argument "ignore_row_if": ignore_row_if must be "both_values_are_missing", "either_value_is_missing" or "neither" (was "never").',
    ],
    [
      equal,
      { column_A: "a", column_B: "x" },
      'error: argument "column_B": table pairs has no column "x"; it has id, a, b, c, d, s, t, u.',
    ],
  ]));

test("one column greater than the other: what cannot be told is not unexpected", () =>
  check([
    [greater, { column_A: "c", column_B: "b" }, "no, 1 of 5: [1,1]"],
    [greater, { column_A: "c", column_B: "b", or_equal: true }, "ok"],
    [greater, { ...ab, or_equal: true, ignore_row_if: "neither" }, "ok"],
    [greater, { column_A: "b", column_B: "a", or_equal: true }, "no, 1 of 5: [1,2]"],
    [greater, { column_A: "s", column_B: "t", or_equal: true }, 'no, 1 of 5: ["x","y"]'],
    [greater, { ...ab, mostly: 0.5 }, "ok, 2 of 5: [1,1] [1,1]"],
  ]));

test("pairs in a set", () =>
  check([
    [
      inSet,
      {
        ...ab,
        value_pairs_set: [
          [1, 1],
          [2, 1],
        ],
      },
      "no, 2 of 5: [3,null] [null,4]",
    ],
    [inSet, { ...ab, value_pairs_set: [[1, 1]] }, "no, 3 of 5: [2,1] [3,null] [null,4]"],
    [
      inSet,
      {
        ...ab,
        value_pairs_set: [
          [1, 1],
          [3, null],
          [null, 4],
          [2.5, 1],
        ],
      },
      "no, 1 of 5: [2,1]",
    ],
    [inSet, { ...ab, value_pairs_set: [] }, "no, 5 of 5: [1,1] [1,1] [2,1] [3,null] [null,4]"],
    [inSet, { ...ab, value_pairs_set: null }, "ok"],
    [
      inSet,
      { column_A: "s", column_B: "a", value_pairs_set: [["x", 1]], ignore_row_if: "either_value_is_missing" },
      'no, 1 of 3: ["x",2]',
    ],
    [
      inSet,
      { ...ab, value_pairs_set: [[1]] },
      'error: argument "value_pairs_set": each of its elements must be a pair.',
    ],
    [
      inSet,
      { ...ab, value_pairs_set: [["x", 1]] },
      'error: argument "value_pairs_set": "x" cannot be compared with a, which is int4.',
    ],
  ]));

test("Cramér's phi of two columns read as categories", () =>
  check([
    [
      "expect_column_pair_cramers_phi_value_to_be_less_than",
      { column_A: "s", column_B: "t", threshold: 0.2 },
      "error: a column has fewer than two values, so there is no association",
    ],
    ["expect_column_pair_cramers_phi_value_to_be_less_than", { column_A: "t", column_B: "u" }, "ok: 0"],
  ]));

test("Cramér's phi of what goes together", async () => {
  await database.sql`create table marks as select n % 3 as a, n % 3 * 2 as b, n % 2 as c, n / 2 % 2 as d from generate_series(1, 120) n`;
  const phi = "expect_column_pair_cramers_phi_value_to_be_less_than";
  await checkTable(database.sql, "marks", [
    [phi, { column_A: "a", column_B: "b", threshold: 0.9 }, "no: 1"],
    [phi, { column_A: "c", column_B: "d", threshold: 0.1 }, "ok: 0"],
    [phi, { column_A: "a", column_B: "c", threshold: 0 }, "ok: 0"],
  ]);
});

const sum = "expect_multicolumn_sum_to_equal";
const differ = "expect_select_column_values_to_be_unique_within_record";
const together = "expect_compound_columns_to_be_unique";

test("sums over columns", () =>
  check([
    [sum, { column_list: ["a", "b"], sum_total: 2 }, 'no, 1 of 5: {"a":2,"b":1}'],
    [sum, { column_list: ["a", "b"], sum_total: 2, mostly: 0.8 }, 'ok, 1 of 5: {"a":2,"b":1}'],
    [
      sum,
      { column_list: ["a", "b"], sum_total: 2, ignore_row_if: "any_value_is_missing" },
      'no, 1 of 3: {"a":2,"b":1}',
    ],
    [sum, { column_list: ["a", "b"], sum_total: 2, ignore_row_if: "never" }, 'no, 1 of 6: {"a":2,"b":1}'],
    [
      sum,
      { column_list: ["a", "c", "d"], sum_total: 3 },
      'no, 3 of 5: {"a":1,"c":7,"d":1} {"a":2,"c":2.5,"d":1.5} {"a":3,"c":3,"d":3}',
    ],
    [
      sum,
      { column_list: ["a", "s"], sum_total: 3 },
      'error: argument "column_list": s is text; this expectation is for number columns.',
    ],
  ]));

test("a sum that an integer cannot hold", async () => {
  await database.sql`create table large as select 2147483647 as a, 2147483647 as b, 9223372036854775807 as c`;
  await checkTable(database.sql, "large", [
    [sum, { column_list: ["a", "b"], sum_total: 4294967294 }, "ok"],
    [sum, { column_list: ["c", "c"], sum_total: 1 }, 'no, 1 of 1: {"c":9223372036854775807}'],
  ]);
});

test("values that differ within a row", () =>
  check([
    [
      differ,
      { column_list: ["s", "t", "u"] },
      'no, 4 of 5: {"s":"x","t":"x","u":"x"} {"s":"x","t":"x","u":"y"} {"s":"x","t":"y","u":"x"} {"s":null,"t":"y","u":null}',
    ],
    [differ, { column_list: ["a", "b"] }, 'no, 2 of 5: {"a":1,"b":1} {"a":1,"b":1}'],
    [
      differ,
      { column_list: ["a", "b"], ignore_row_if: "never" },
      'no, 3 of 6: {"a":1,"b":1} {"a":1,"b":1} {"a":null,"b":null}',
    ],
    [differ, { column_list: ["a"] }, "ok"],
  ]));

test("keys of several columns: one that holds a NULL is like no other", () =>
  check([
    [together, { column_list: ["a", "b"] }, 'no, 2 of 5: {"a":1,"b":1} {"a":1,"b":1}'],
    [together, { column_list: ["a", "b", "c"] }, "ok"],
    [together, { column_list: ["s", "u"], mostly: 0.5 }, 'ok, 2 of 4: {"s":"x","u":"x"} {"s":"x","u":"x"}'],
    [together, { column_list: ["a", "b"], ...onRows('col("id") < 6') }, "ok"],
    [together, { column_list: [] }, 'error: argument "column_list": column_list must be non-empty.'],
  ]));
