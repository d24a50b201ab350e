import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Hashing } from "../../../src/core/messages/seals.ts";
import { seal } from "../../../src/postgres/snapshots/fingerprint.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { columnOf } from "./stored.ts";
import { named } from "./values.ts";

/** Seals of the first two kinds stand in ledgers, too: what they were made of may never come out as something else. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`
    create table sealed (user_id text, i int4, k int8, n numeric, b bool, d date, t text);
    insert into sealed values
      ('u1', 1, 9000000000, 16.00, true, '2024-01-31', 'DSL'),
      ('u2', null, -1, 0.10, false, null, ''),
      ('é', -7, 0, null, null, '1999-12-31', null)`.simple();
});
afterAll(() => database.drop());

const columns = named({ i: "int4", k: "int8", n: "numeric", b: "bool", d: "date", t: "text" });

async function fingerprintOf(hashing: Hashing, of = columns, rows = "true"): Promise<string> {
  const { sql } = database;
  const key = [columnOf({ name: "user_id", type: "text" })];
  const relation = sql`(select * from sealed where ${sql.unsafe(rows)})`;
  return (await seal(sql, relation, { key, columns: of.map(columnOf), hashing, serverMajor: 15 })).fingerprint;
}

test.each([
  ["text", "b3fa33501f25d836", "725df9280aa9ea21"],
  ["cells", "2-4534c65a8e3f94c5", "2-1fb62804e06a141f"],
] as const)("a fingerprint of the kind %s stays what it was", async (hashing, ofAll, ofOne) => {
  const found = [await fingerprintOf(hashing), await fingerprintOf(hashing, columns.slice(0, 1), "user_id = 'u1'")];
  expect(found).toEqual([ofAll, ofOne]);
});

test("neither kind heeds how many zeros a number is written with", async () => {
  const before = [await fingerprintOf("text"), await fingerprintOf("cells")];
  await database.sql`update sealed set n = 16.0000 where n = 16`;
  expect([await fingerprintOf("text"), await fingerprintOf("cells")]).toEqual(before);
});

test("of the second kind a value under one column is not the same under another", async () => {
  const swapped = named({ i: "int4", k: "int8" }).toReversed();
  expect(await fingerprintOf("cells", swapped)).not.toBe(await fingerprintOf("cells", swapped.toReversed()));
});
