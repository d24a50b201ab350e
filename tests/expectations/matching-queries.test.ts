import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { onRows } from "./check-table.ts";
import { ask, inShort, type Kwargs } from "./evaluate-one.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const type = "expect_query_results_to_match_comparison";

async function matched(base_query: string, comparison_query: string, more: Kwargs = {}) {
  const source = { comparison_data_source_name: "postgresql" };
  const [answer] = await ask(database.sql, "samples", [[type, { base_query, comparison_query, ...source, ...more }]]);
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

/** The rows that each query has alone, or why it could not be told. */
async function apart(base: string, comparison: string): Promise<unknown> {
  const answer = await matched(base, comparison);
  const { details } = answer.result;
  return details === undefined ? inShort(answer) : [details.unexpected_rows, details.missing_rows];
}

test("rows match in any order, however columns are called, and as often as they are there", async () => {
  const found = await matched(
    "select whole, word from {batch} where id < 4 -- three of them",
    "select * from (values (20, 'Gamma'), (10, 'alpha'), (20, 'beta')) wanted(n, t);",
  );
  expect(found).toMatchObject({ success: true, result: { unexpected_count: 0, unexpected_percent: 0 } });
  expect(await apart("select whole from {batch}", "values (20), (20), (20), (null), (7)")).toEqual([
    [{ whole: 10 }, { whole: 40 }],
    [{ column1: 7 }, { column1: 20 }],
  ]);
});

test("mostly is a share of the rows of the query that has more", async () => {
  const [two, four] = ["select id from {batch} where id < 3", "values (1), (2), (8), (9)"];
  for (const [mostly, success] of [
    [0.5, true],
    [0.51, false],
  ] as const) {
    expect(await matched(two, four, { mostly })).toMatchObject({
      success,
      result: { unexpected_count: 2, unexpected_percent: 50 },
    });
  }
  const nothing = await matched("select id from {batch} where false", "select 1 where false");
  expect(nothing).toMatchObject({ success: true, result: { unexpected_count: 0, unexpected_percent: 0 } });
});

test("values are alike as Python has them: numbers and booleans as numbers, texts as texts, NaN never", async () => {
  const alike: [base: string, comparison: string][] = [
    ["1::int8", "1.00::numeric"],
    ["0.5::float4", "0.50::numeric"],
    ["-0.0::float8", "0"],
    ["9007199254740993::int8", "9007199254740993::numeric"],
    ["true", "1::smallint"],
    ["'Infinity'::float8", "'Infinity'::numeric"],
    ["'a'::text", "'a'::varchar(3)"],
    ["null::int", "null::text"],
    ["date '2024-02-29'", "date '2024-02-29'"],
    ["timestamptz '2024-01-01 10:00+02'", "timestamptz '2024-01-01 08:00Z'"],
    ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"],
  ];
  const unlike: [base: string, comparison: string][] = [
    ["9007199254740993::int8", "9007199254740992::float8"],
    ["1", "'1'::text"],
    ["'a'::char(3)", "'a'::text"],
    ["date '2024-02-29'", "'2024-02-29'::text"],
    ["date '2024-02-29'", "timestamp '2024-02-29'"],
    ["'NaN'::numeric", "'NaN'::numeric"],
    ["1, 2", "1"],
  ];
  const outcome = async ([base, comparison]: [string, string]) => ({
    compared: `${base} and ${comparison}`,
    success: (await matched(`select ${base}`, `select ${comparison}`)).success,
  });
  const expected = (pairs: [string, string][], success: boolean) =>
    pairs.map(([base, comparison]) => ({ compared: `${base} and ${comparison}`, success }));
  expect(await Promise.all(alike.map(outcome))).toEqual(expected(alike, true));
  expect(await Promise.all(unlike.map(outcome))).toEqual(expected(unlike, false));
});

test("two hundred rows of each query count; those that do not match are listed whole", async () => {
  const series = (rows: number) =>
    `select n, 9007199254740992 + n as big, n > 1 as more from generate_series(1, ${rows}) n`;
  expect(await matched(series(500), series(200))).toMatchObject({ success: true });
  expect(await apart(series(2), series(1))).toEqual([[{ n: 2, big: 9007199254740994, more: true }], []]);
  const answer = await matched(series(1), "select 1 where false");
  expect(JSON.stringify(answer.result.details)).toBe(
    '{"missing_rows":[],"unexpected_rows":[{"n":1,"big":9007199254740993,"more":false}]}',
  );
});

test("what a result holds is less where less is asked for", async () => {
  const [base, comparison] = ["select 1", "select 2"];
  const resultOf = async (result_format: string) => (await matched(base, comparison, { result_format })).result;
  const counts = { unexpected_count: 1, unexpected_percent: 100 };
  expect(await resultOf("BOOLEAN_ONLY")).toEqual({});
  expect(await resultOf("BASIC")).toEqual(counts);
  expect(await resultOf("SUMMARY")).toEqual(counts);
});

test("what cannot be compared is refused by name", async () => {
  const refusals: [more: Kwargs, reason: string][] = [
    [
      { comparison_data_source_name: "warehouse" },
      'argument "comparison_data_source_name": there is no data source "warehouse" here, for the console reads one database, ' +
        'which it calls "postgresql"; where the rows are in it, or come into it by postgres_fdw, write "postgresql".',
    ],
    [{ comparison_query: "select nonsense" }, 'column "nonsense" does not exist'],
    [{ base_query: "delete from samples returning id" }, 'syntax error at or near "from"'],
    [
      { base_query: "select {column} from {batch}" },
      'argument "base_query": {column} is not known; only {batch} is, and {{ for a brace.',
    ],
    [onRows('col("id") > 1'), 'argument "row_condition": write the condition into the query.'],
  ];
  const said = await Promise.all(refusals.map(([more]) => matched("select id from {batch}", "select 1", more)));
  expect(said.map(inShort)).toEqual(refusals.map(([, reason]) => `error: ${reason}`));
});

test("a query that would write leaves nothing behind", async () => {
  await database.sql`create sequence calls`;
  expect(inShort(await matched("select nextval('calls')", "select 1"))).toContain("read-only transaction");
  expect([...(await database.sql`select is_called from calls`)]).toEqual([{ is_called: false }]);
});
