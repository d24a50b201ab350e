import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkColumns } from "./check-table.ts";
import { ask, inShort } from "./evaluate-one.ts";

setDefaultTimeout(60_000);

/** Of each type a value as its column shows it, in another spelling, and another value. */
const spellings: [type: string, shown: string | number, spelt: string | number, other: string | number][] = [
  ["real", 0.1, 0.1, 0.2],
  [
    "uuid",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
    "{a0eebc999c0b4ef8bb6d6bb9bd380a12}",
  ],
  ["time", "10:00:00", "10:00", "10:01"],
  ["timetz", "10:00:00+00", "10:00Z", "10:00+01"],
  ["interval", "1 day", "24 hours", "25 hours"],
  ["char(5)", "ab   ", "ab", "b"],
  ["inet", "10.0.0.1", "10.0.0.1/32", "10.0.0.1/24"],
  ["cidr", "10.0.0.0/8", "10/8", "11/8"],
  ["macaddr", "08:00:2b:01:02:03", "08002B010203", "08002B010204"],
  ["macaddr8", "08:00:2b:ff:fe:01:02:03", "08002BFFFE010203", "08002BFFFE010204"],
  ["money", "$1,234.50", "1234.5", "1234.51"],
  ["bytea", "\\x6162", "ab", "ac"],
  ["jsonb", '{"a": 1, "b": 2}', '{"b":2,"a":1.0}', '{"a":1}'],
  ["bit(3)", "101", "101", "100"],
  ["bit varying", "101", "101", "1010"],
  ['"char"', "a", "a", "b"],
  ["oid", "7", "007", "8"],
  ["pg_lsn", "16/B374D848", "16/b374d848", "16/B374D849"],
  ["int4range", "[1,3)", "[1,2]", "[1,3]"],
  ["daterange", "[2024-01-01,2024-01-03)", "[2024-01-01,2024-01-02]", "[2024-01-01,2024-01-03]"],
  ["tsrange", '["2024-01-01 00:00:00","2024-01-02 00:00:00")', "[2024-01-01,2024-01-02)", "empty"],
  ["int4multirange", "{[1,3)}", "{[1,2],[2,2]}", "{}"],
  ["tsvector", "'a' 'b'", "b a", "a"],
  ["date", "2024-01-31", "2024-01-31 00:00:00", "2024-02-01"],
  ["timestamp", "2024-01-31T10:00:00", "2024-01-31 10:00", "2024-01-31"],
  ["timestamptz", "2024-01-31T10:00:00+00:00", "2024-01-31T12:00:00+02:00", "2024-01-31T10:00:00+02:00"],
  ["json", '{"a":1}', '{"a":1}', '{"a": 1}'],
  ["point", "(1,2)", "(1,2)", "(1,3)"],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  await sql`set lc_monetary to 'C'`;
  for (const [at, [type, shown]] of spellings.entries()) {
    const table = sql(`of_${at}`);
    await sql`create table ${table} (id int primary key, v ${sql.unsafe(type)}, "v.w" ${sql.unsafe(type)})`;
    await sql`insert into ${table} select n, w, w from (select n, ${String(shown)}::text::${sql.unsafe(type)} as w from generate_series(1, 2) n) x`;
  }
});
afterAll(() => database.drop());

test.each(spellings.map((one, at) => [one[0], at, one] as const))(
  "constants for a column of %s are of its type",
  async (_, at, [, shown, spelt, other]) => {
    const said = JSON.stringify(shown);
    const both = `2 of 2: ${said} ${said}`;
    for (const column of ["v", "v.w"]) {
      await checkColumns(database.sql, `of_${at}`, [
        ["values_to_be_in_set", { column, value_set: [spelt] }, "ok"],
        ["values_to_be_in_set", { column, value_set: [other] }, `no, ${both}`],
        ["values_to_be_in_set", { column, value_set: [other, other, other, other, spelt] }, "ok"],
        ["values_to_not_be_in_set", { column, value_set: [spelt] }, `no, ${both}`],
        ["values_to_not_be_in_set", { column, value_set: [other] }, "ok"],
        ["distinct_values_to_be_in_set", { column, value_set: [other, spelt] }, `ok: [${said}]`],
        ["distinct_values_to_equal_set", { column, value_set: [spelt] }, `ok: [${said}]`],
        ["distinct_values_to_equal_set", { column, value_set: [other, spelt] }, `no: [${said}]`],
        ["distinct_values_to_contain_set", { column, value_set: [other] }, `no: [${said}]`],
        ["most_common_value_to_be_in_set", { column, value_set: [spelt] }, `ok: [${said}]`],
        ["unique_value_count_to_be_between", { column, max_value: 1 }, "ok: 1"],
        ["values_to_be_unique", { column }, `no, ${both}`],
        [
          "pair_values_to_be_in_set",
          { column_A: column, column_B: "id", value_pairs_set: [[spelt, 1]] },
          `no, 1 of 2: [${said},2]`,
        ],
      ]);
    }
    const pick = { type: "comparison", column: { name: "v" }, operator: "==", parameter: spelt };
    const counted = await ask(database.sql, `of_${at}`, [
      ["expect_table_row_count_to_equal", { value: 2, row_condition: pick }],
    ]);
    expect(counted.map(inShort)).toEqual(["ok: 2"]);
  },
);

test("what no value of the type can be is told, and fails alone", async () => {
  const at = spellings.findIndex(([type]) => type === "uuid");
  await checkColumns(database.sql, `of_${at}`, [
    ["values_to_be_in_set", { column: "v", value_set: ["no uuid"] }, expect.stringContaining("error: ")],
    ["values_to_not_be_null", { column: "v" }, "ok"],
  ]);
  await checkColumns(database.sql, `of_${spellings.findIndex(([type]) => type === "real")}`, [
    ["values_to_be_in_set", { column: "v", value_set: [1e300, 1e-300, 0.1] }, "ok"],
    ["values_to_be_between", { column: "v", min_value: 1e-300, max_value: 1e300 }, "ok"],
    ["values_to_be_between", { column: "v", min_value: 0.1, max_value: 0.1 }, "ok"],
  ]);
});
