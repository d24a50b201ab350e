import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkColumns, type Row } from "./check-table.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table sets (id int primary key, n int, t text)`;
  await database.sql`insert into sets values (1, 1, 'a'), (2, 1, 'a'), (3, 2, 'b'), (4, null, null)`;
});
afterAll(() => database.drop());

const [n, t] = [{ column: "n" }, { column: "t" }];

/** Each kind of set with as many, fewer, more and other values than the column has. */
const rows: Row[] = [
  ["distinct_values_to_be_in_set", { ...n, value_set: [1, 2] }, "ok: [1,2]"],
  ["distinct_values_to_be_in_set", { ...n, value_set: [1, 2, 3] }, "ok: [1,2]"],
  ["distinct_values_to_be_in_set", { ...n, value_set: [1] }, "no: [1,2]"],
  ["distinct_values_to_be_in_set", { ...n, value_set: [1, 3] }, "no: [1,2]"],
  ["distinct_values_to_contain_set", { ...n, value_set: [1, 2] }, "ok: [1,2]"],
  ["distinct_values_to_contain_set", { ...n, value_set: [1, 2, 3] }, "no: [1,2]"],
  ["distinct_values_to_contain_set", { ...n, value_set: [2] }, "ok: [1,2]"],
  ["distinct_values_to_contain_set", { ...n, value_set: [1, 3] }, "no: [1,2]"],
  ["distinct_values_to_equal_set", { ...n, value_set: [2, 1] }, "ok: [1,2]"],
  ["distinct_values_to_equal_set", { ...n, value_set: [1, 2, 3] }, "no: [1,2]"],
  ["distinct_values_to_equal_set", { ...n, value_set: [1] }, "no: [1,2]"],
  ["distinct_values_to_equal_set", { ...n, value_set: [1, 3] }, "no: [1,2]"],
  ["distinct_values_to_equal_set", { ...t, value_set: ["a", "b"] }, 'ok: ["a","b"]'],
  ["distinct_values_to_equal_set", { ...t, value_set: ["a", "b", "c"] }, 'no: ["a","b"]'],
  ["most_common_value_to_be_in_set", { ...n, value_set: [1] }, "ok: [1]"],
  ["most_common_value_to_be_in_set", { ...n, value_set: [2] }, "no: [1]"],
  ["most_common_value_to_be_in_set", { column: "id", value_set: [1, 9] }, "no: [1,2,3,4]"],
  ["most_common_value_to_be_in_set", { column: "id", value_set: [1, 9], ties_okay: true }, "ok: [1,2,3,4]"],
  ["most_common_value_to_be_in_set", { column: "id", value_set: [9], ties_okay: true }, "no: [1,2,3,4]"],
];

test("sets of as many, fewer, more and other values", () => checkColumns(database.sql, "sets", rows));
