import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { migrate } from "../../src/postgres/catalog/migrate.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { schemaDirectory } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("two consoles that migrate at once apply each file once", async () => {
  const other = connect(database.url);
  await Promise.all([migrate(database.sql, schemaDirectory), migrate(other, schemaDirectory)]);
  await other.end();
  const files = await database.sql`select file from console.migrations order by file`;
  expect(files.map((row) => row.file)).toEqual((await readdir(schemaDirectory)).sort());
});

test("a database that holds the seed's tables and rows is adopted as it is", async () => {
  const seed = await testDatabase();
  await seed.sql`create table users (user_id text primary key, signup_date date, user_gender text,
    user_is_senior boolean, has_family boolean, has_dependents boolean)`;
  await seed.sql`create table labels (user_id text primary key references users (user_id), churn_label boolean)`;
  await seed.sql`create table payments_agg_90d_snapshots (user_id text, as_of date, failed_payments_90d int,
    primary key (user_id, as_of))`;
  await seed.sql`insert into users (user_id) values ('A')`;
  await seed.sql`insert into payments_agg_90d_snapshots values ('A', '2023-12-31', 2)`;
  await migrate(seed.sql, schemaDirectory);
  expect([...(await seed.sql`select user_id from users`)]).toEqual([{ user_id: "A" }]);
  expect([...(await seed.sql`select * from payments_agg_90d_snapshots`)]).toEqual([
    { user_id: "A", as_of: "2023-12-31", failed_payments_90d: 2 },
  ]);
  expect([...(await seed.sql`select count(*) as runs from console.runs`)]).toEqual([{ runs: 0 }]);
  await seed.drop();
});
