import { afterAll, expect, test } from "bun:test";
import { testDatabase } from "../helpers/server.ts";

const database = await testDatabase({
  name: "types",
  prepare: async (sql) => void (await sql`create table seen (day date)`),
});
afterAll(() => database.drop());

test("a test database is a copy of its template", async () => {
  expect(await database.sql`select * from seen`).toHaveLength(0);
});
