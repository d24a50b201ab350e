import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { parseSuite } from "../../src/core/suites/suite.ts";
import { evaluateSuite } from "../../src/expectations/evaluate.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable, onRows, type Row } from "./check-table.ts";
import { ask } from "./evaluate-one.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const check = (rows: readonly Row[], table = "nobody") => checkTable(database.sql, table, rows);

test("columns", () =>
  check([
    ["expect_column_to_exist", { column: "b" }, "ok"],
    ["expect_column_to_exist", { column: "B" }, "no"],
    ["expect_column_to_exist", { column: "b", column_index: 1 }, "ok"],
    ["expect_column_to_exist", { column: "b", column_index: 2 }, "no"],
    // Great Expectations takes an index of 0 for none.
    ["expect_column_to_exist", { column: "b", column_index: 0 }, "ok"],
    ["expect_column_to_exist", { column: "c", column_index: -1 }, "ok"],
    ["expect_column_to_exist", { column: "c", column_index: 9 }, "no"],
    ["expect_table_columns_to_match_ordered_list", { column_list: ["a", "b", "c"] }, 'ok: ["a","b","c"]'],
    ["expect_table_columns_to_match_ordered_list", { column_list: ["b", "a", "c"] }, 'no: ["a","b","c"]'],
    ["expect_table_columns_to_match_ordered_list", { column_list: null }, 'ok: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: ["c", "b", "a"], exact_match: true }, 'ok: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: ["c", "b"], exact_match: true }, 'no: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: ["c", "b"], exact_match: false }, 'ok: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: ["c", "b"] }, 'ok: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: ["c", "d"] }, 'no: ["a","b","c"]'],
    ["expect_table_columns_to_match_set", { column_set: null }, 'ok: ["a","b","c"]'],
    ["expect_table_column_count_to_equal", { value: 3 }, "ok: 3"],
    ["expect_table_column_count_to_equal", { value: "4" }, "no: 3"],
    [
      "expect_table_column_count_to_equal",
      { value: "hello" },
      'error: argument "value": value must be a number or a well-formed integer string (was "hello").',
    ],
    ["expect_table_column_count_to_be_between", { min_value: 1, max_value: 3 }, "ok: 3"],
    ["expect_table_column_count_to_be_between", {}, "ok: 3"],
    [
      "expect_table_column_count_to_be_between",
      { max_value: "quack" },
      'error: argument "max_value": "quack" is not a number.',
    ],
  ]));

test("which columns differ is told", async () => {
  const [list, set] = await ask(database.sql, "nobody", [
    ["expect_table_columns_to_match_ordered_list", { column_list: ["a", "c"] }],
    ["expect_table_columns_to_match_set", { column_set: ["a", "d"] }],
  ]);
  expect(list?.result.details).toEqual({
    mismatched: [
      { "Expected Column Position": 1, Expected: "c", Found: "b" },
      { "Expected Column Position": 2, Expected: null, Found: "c" },
    ],
  });
  expect(set?.result.details).toEqual({ mismatched: { unexpected: ["b", "c"], missing: ["d"] } });
});

test("rows", () =>
  check(
    [
      ["expect_table_row_count_to_equal", { value: 5 }, "ok: 5"],
      ["expect_table_row_count_to_equal", { value: 4 }, "no: 5"],
      ["expect_table_row_count_to_equal", { value: 2, ...onRows('col("whole") == 20') }, "ok: 2"],
      ["expect_table_row_count_to_be_between", { min_value: 5, max_value: 5 }, "ok: 5"],
      ["expect_table_row_count_to_be_between", { max_value: 4 }, "no: 5"],
      ["expect_table_row_count_to_be_between", { min_value: "x" }, 'error: argument "min_value": "x" is not a number.'],
      ["expect_table_row_count_to_equal_other_table", { other_table_name: "others" }, 'no: {"self":5,"other":3}'],
      ["expect_table_row_count_to_equal_other_table", { other_table_name: "samples" }, 'ok: {"self":5,"other":5}'],
      [
        "expect_table_row_count_to_equal_other_table",
        { other_table_name: "public.others", ...onRows('col("id") < 4') },
        'ok: {"self":3,"other":3}',
      ],
      [
        "expect_table_row_count_to_equal_other_table",
        { other_table_name: "strangers" },
        'error: argument "other_table_name": the database has no table "strangers".',
      ],
    ],
    "samples",
  ));

const query = (text: string) => ["unexpected_rows_expectation", { unexpected_rows_query: text }] as const;

test("a query of the author's own", () =>
  check(
    [
      [...query("select * from {batch} where whole > 100"), "ok: 0"],
      [...query("select * from {batch} where whole > 30; "), "no: 1"],
      [...query("select id, id from {batch} where word ~ '^a{{1}}' or id = 2 -- both"), "no: 2"],
      [
        ...query("select 1 from {table}"),
        'error: argument "unexpected_rows_query": {table} is not known; only {batch} is, and {{ for a brace.',
      ],
      [...query("select nonsense"), 'error: column "nonsense" does not exist'],
    ],
    "samples",
  ));

test("the rows of an author's query are shown with its columns in its order", async () => {
  const [answer] = await ask(database.sql, "samples", [
    [...query("select whole, 2.50 as b, id from {batch} where id = 1")],
  ]);
  expect(JSON.stringify(answer?.result.details?.unexpected_rows)).toBe('[{"whole":10,"b":2.5,"id":1}]');
});

test("a query of the author's own leaves nothing behind, also where the caller may write", async () => {
  const attempts = [
    "select 1) x) select 1; drop table samples; --",
    "delete from samples returning id",
    "with gone as (delete from samples returning id) select * from gone",
    "select set_config('transaction_read_only', 'off', true)",
    "select lo_create(0)",
    "select nextval('numbers')",
  ];
  await database.sql`create sequence numbers`;
  const expectations = attempts.map((text) => ({
    type: "unexpected_rows_expectation",
    kwargs: { unexpected_rows_query: text },
  }));
  const suite = parseSuite(JSON.stringify({ name: "foul", expectations }), "foul.json", {});
  const left = await database.sql.begin(async (tx) => {
    const [shape] = await catalogTables(tx, [{ schema: "public", name: "samples" }]);
    if (shape === undefined) throw new Error("no table samples");
    const resolveTable = (name: string) => ({ schema: "public", name });
    const target = { relation: resolveTable("samples"), shape, resolveTable, resultFormat: "SUMMARY" } as const;
    const { results } = await evaluateSuite(tx, { ...target, suite });
    expect(results.map(({ success }) => success)).toEqual(attempts.map(() => false));
    // The transaction itself may still write.
    await tx`insert into others values (7)`;
    const [row] = await tx`
      select (select count(*) from samples) as rows, (select count(*) from pg_largeobject_metadata) as objects,
             (select is_called from numbers) as counted`;
    return row;
  });
  expect(left).toEqual({ rows: 5, objects: 0, counted: false });
});
