import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../../src/postgres/connection/connect.ts";
import { backendPid, lockHolder, tryLock } from "../../src/postgres/connection/lock.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("a dataset has one writer, known to others, and its lock dies with its session", async () => {
  const { sql, url } = database;
  const first = connect(url);
  expect(await tryLock(first, "streamflow")).toBe(true);
  expect(await tryLock(sql, "streamflow")).toBe(false);
  expect(await lockHolder(sql, "streamflow")).toBe(await backendPid(first));
  expect(await tryLock(sql, "another")).toBe(true);
  await first.end();
  while ((await lockHolder(sql, "streamflow")) !== null);
  expect(await tryLock(sql, "streamflow")).toBe(true);
});
