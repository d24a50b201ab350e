import { afterAll, beforeAll, expect, test } from "bun:test";
import type { LoadTable } from "../../src/postgres/catalog.ts";
import { applyMerge, planMerge } from "../../src/postgres/merge.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

let database: TestDatabase;
let users: LoadTable;
const carried = ["user_id", "user_gender", "has_family"];

beforeAll(async () => {
  database = await testDatabase(migrated);
  users = tableNamed(await tablesOf(database.sql), "users");
  await database.sql`insert into users (user_id, signup_date, user_gender, has_family) values
    ('same', '2020-01-01', 'Female', true), ('empty', '2020-01-02', null, null), ('other', '2020-01-03', 'Male', false),
    ('away', '2020-01-04', 'Male', true)`;
});
afterAll(() => database.drop());

test("the plan counts new, changed, unchanged and absent rows, and applying it writes just those", async () => {
  const { sql } = database;
  await sql`insert into stage.users (user_id, user_gender, has_family) values
    ('same', 'Female', true), ('empty', null, null), ('other', 'Male', null), ('new', null, true)`;
  const before = await sql`select user_id, ctid::text as place from users where user_id in ('same', 'empty', 'away')`;
  const plan = await sql.begin(async (tx) => {
    const planned = await planMerge(tx, users, carried, 4);
    await applyMerge(tx, users, carried, planned);
    return planned;
  });
  expect(plan).toEqual({ live: 4, inserted: 1, updated: 1, unchanged: 2, absent: 1, repeated: false });
  const rows = await sql`select user_id, signup_date, user_gender, has_family from users order by user_id`;
  expect([...rows]).toEqual([
    { user_id: "away", signup_date: "2020-01-04", user_gender: "Male", has_family: true },
    { user_id: "empty", signup_date: "2020-01-02", user_gender: null, has_family: null },
    { user_id: "new", signup_date: null, user_gender: null, has_family: true },
    // A column that the file does not carry keeps what it had.
    { user_id: "other", signup_date: "2020-01-03", user_gender: "Male", has_family: null },
    { user_id: "same", signup_date: "2020-01-01", user_gender: "Female", has_family: true },
  ]);
  const after = await sql`select user_id, ctid::text as place from users where user_id in ('same', 'empty', 'away')`;
  expect([...after]).toEqual([...before]);
});

test("a key that is staged twice is noticed even where neither row would change anything", async () => {
  const plan = await database.sql.begin(async (tx) => {
    await tx`truncate stage.users`;
    await tx`insert into stage.users (user_id, user_gender, has_family)
      values ('same', 'Female', true), ('same', 'Female', true)`;
    return planMerge(tx, users, carried, 4);
  });
  expect(plan.repeated).toBe(true);
});
