import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { drawnTypes, rowOf } from "./fingerprint/drawn.ts";
import { golden } from "./fingerprint/golden.ts";
import { fingerprintOf } from "./fingerprint/independent.ts";
import { majorOf, Store, sealed } from "./fingerprint/stored.ts";
import { type NamedType, named, type Row } from "./fingerprint/values.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  // The server tells its version when it is first spoken to.
  await database.sql`select`;
});
afterAll(() => database.drop());

let stores = 0;

/** The server's fingerprint of a table, by way of either taking of the digest apart that it knows. */
async function fingerprintsOn(columns: readonly NamedType[], rows: readonly Row[]): Promise<string[]> {
  const store = await Store.create(database.sql, `t${++stores}`, columns);
  const keys = await store.write(rows);
  const selected = columns.map((column, from) => ({ ...column, from }));
  const ways = majorOf(database.sql) < 18 ? [15] : [15, 18];
  const seals = await Promise.all(ways.map((major) => store.seal([...keys.values()], selected, major)));
  expect(seals.map((seal) => seal.rows)).toEqual(ways.map(() => rows.length));
  return seals.map(({ fingerprint }) => fingerprint);
}

test.each(golden)("a fingerprint stays what it was: $of", async ({ columns, rows, fingerprint }) => {
  expect(fingerprintOf(columns, rows)).toBe(fingerprint);
  expect(new Set(await fingerprintsOn(columns, rows))).toEqual(new Set([fingerprint]));
});

/** Names that need quoting, or that stand for something else. */
const names = ["a", "A", "key'", 'b"', "select", "s", "é", "digest", "sum_0", "$1", "a.b", "null"];

test("the server's fingerprint is what an independent calculation gives, whichever way the digest is taken apart", async () => {
  const columns = fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), type: fc.constantFrom(...drawnTypes) }), {
    minLength: 1,
    selector: ({ name }) => name,
  });
  const tables = columns.chain((columns) =>
    fc.record({ columns: fc.constant(columns), rows: fc.array(rowOf(columns), { maxLength: 12 }) }),
  );
  await fc.assert(
    fc.asyncProperty(tables, async ({ columns, rows }) => {
      expect(new Set(await fingerprintsOn(columns, rows))).toEqual(new Set([fingerprintOf(columns, rows)]));
    }),
    { numRuns: 150 },
  );
});

test("numbers as long as PostgreSQL can hold", async () => {
  const columns = named({ n: "numeric" });
  const rows = ["9".repeat(131_072), `-0.${"0".repeat(16_382)}1`, `${"9".repeat(131_072)}.${"9".repeat(16_383)}`];
  const table = rows.map((digits) => [digits]);
  expect(new Set(await fingerprintsOn(columns, table))).toEqual(new Set([fingerprintOf(columns, table)]));
});

test("neither the order of rows nor how they are kept is of any matter", async () => {
  const { sql } = database;
  const columns = named({ a: "int4", b: "text" });
  await sql`create table plain (key int4, a int4, b text)`;
  await sql`insert into plain select i, i % 7, repeat('é', i % 5) from generate_series(1, 3000) i`;
  await sql`create table parts (b text, key int4, a int4) partition by hash (key)`;
  for (const remainder of [0, 1, 2]) {
    const bounds = sql.unsafe(`with (modulus 3, remainder ${remainder})`);
    await sql`create table ${sql(`part_${remainder}`)} partition of parts for values ${bounds}`;
  }
  await sql`insert into parts select b, key, a from plain order by key desc`;
  const major = majorOf(sql);
  const [plain, parts, ordered] = await Promise.all([
    sealed(sql, sql`plain`, columns, major),
    sealed(sql, sql`parts`, columns, major),
    sealed(sql, sql`(select * from plain order by b desc, a, key)`, columns, major),
  ]);
  expect(parts).toEqual(plain);
  expect(ordered).toEqual(plain);
  const rows = Array.from({ length: 3_000 }, (_, index) => [(index + 1) % 7, "é".repeat((index + 1) % 5)]);
  expect(plain).toMatchObject({ rows: 3_000, fingerprint: fingerprintOf(columns, rows) });
});

test("no number of equal rows is like another, nor like none", async () => {
  const { sql } = database;
  const columns = named({ a: "int4", b: "text" });
  const counts = [0, 1, 2, 3, 4, 64, 256, 65_536];
  // All under one key, so that they are summed in one group.
  const rows = (count: number) => sql`(select 1 as key, 1 as a, 'x' as b from generate_series(1, ${count}::int4))`;
  const seals = await Promise.all(counts.map((count) => sealed(sql, rows(count), columns, majorOf(sql))));
  expect(new Set(seals.map(({ fingerprint }) => fingerprint)).size).toBe(counts.length);
  expect(seals.map((seal) => seal.rows)).toEqual(counts);
});
