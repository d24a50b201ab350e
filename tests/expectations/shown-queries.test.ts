import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { psql } from "../helpers/psql.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Asked, validate } from "./evaluate-one.ts";

setDefaultTimeout(60_000);

/** That the query which a result shows finds in psql what it found here, in a session of other settings, too. */

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`
    create table hard (id int primary key, word text, padded char(5), at timestamptz, f float4, n numeric)`;
  await database.sql`
    insert into hard values
    (1, 'a  b', 'ab', '2024-01-31 00:30+00', 0.1, 0.1), (2, 'a b', 'AB', '2024-01-30 23:30+00', 0.2, 0.2),
    (3, ${"c\td"}, 'abc', '2024-02-01 00:00+00', 0.3, 1e30), (4, ${"e\nf"}, 'x', '2024-03-01 00:00+00', 0.4, 1e-30),
    (5, ${"it's \\n \u202ex"}, null, null, null, null), (6, '''', 'ab', '2024-01-31 00:00+00', 'NaN', 'NaN')`;
  await database.sql`create schema apart`;
  await database.sql`create table apart.hard (like hard including all)`;
  await database.sql`insert into apart.hard select * from hard where id > 3`;
});
afterAll(() => database.drop());

const asked: Asked[] = [
  ["expect_column_values_to_be_in_set", { column: "word", value_set: ["a b", "c d"] }],
  [
    "expect_column_values_to_not_be_in_set",
    { column: "word", value_set: ["a  b", "c\td", "e\nf", "it's \\n \u202ex"] },
  ],
  ["expect_column_values_to_not_be_in_set", { column: "word", value_set: ["a  b", "c\td", "e\nf", "'", "1"] }],
  ["expect_column_values_to_not_match_regex", { column: "word", regex: "  |\\t|\\n|'" }],
  ["expect_column_values_to_not_match_like_pattern", { column: "padded", like_pattern: "ab" }],
  ["expect_column_values_to_not_match_like_pattern", { column: "padded", like_pattern: "ab%" }],
  ["expect_column_values_to_not_be_in_set", { column: "padded", value_set: ["ab  ", "x"] }],
  ["expect_column_values_to_not_be_in_set", { column: "padded", value_set: ["ab", "x", "1", "2", "3  "] }],
  ["expect_column_values_to_be_between", { column: "at", min_value: "2024-01-31", max_value: "2024-02-01" }],
  ["expect_column_values_to_be_between", { column: "at", max_value: "2024-01-31 00:00:00" }],
  ["expect_column_values_to_be_in_set", { column: "at", value_set: ["2024-01-31", "2024-01-31T00:30:00+00:00"] }],
  ["expect_column_values_to_be_in_set", { column: "at", value_set: ["2024-01-30 16:00:00-08", "2024-03-01 00:00:00"] }],
  ["expect_column_values_to_be_between", { column: "f", min_value: 0.2 }],
  ["expect_column_values_to_be_between", { column: "n", min_value: 1e-29, max_value: 1e29 }],
];

test.each(["hard", "apart.hard"])("of table %s", async (table) => {
  const { results } = await validate(database.sql, table, asked);
  let found = 0;
  for (const { result, exception_info: info, expectation_config: config } of results) {
    expect([config.kwargs, info.exception_message]).toEqual([config.kwargs, null]);
    const query = result.unexpected_index_query ?? "";
    expect(query).not.toMatch(/[^ -~]/);
    const settings = "set timezone to 'America/Los_Angeles'; set datestyle to 'SQL, DMY';";
    const rows = psql(database.url, `${settings} select id from (${query.slice(0, -1)}) q order by 1;`);
    expect([query, rows]).toEqual([query, (result.unexpected_index_list ?? []).map((row) => String(row.id)).sort()]);
    found += rows.length;
  }
  expect(found).toBeGreaterThan(10);
});
