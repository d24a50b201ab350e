import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Column } from "../../src/core/columns.ts";
import { rolledBack } from "../../src/postgres/connection/attempt.ts";
import { sql as fragment } from "../../src/postgres/connection/fragments.ts";
import { readerOf } from "../../src/postgres/connection/one-view.ts";
import { movesOf } from "../../src/postgres/drift/column-moves.ts";
import { countCells } from "../../src/postgres/snapshots/two-snapshots.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table sides (is_from boolean, few int, many numeric, far float8, word text, flag boolean)`;
});
afterAll(() => database.drop());

const columns = [
  ["few", "int4"],
  ["many", "numeric"],
  ["far", "float8"],
  ["word", "text"],
  ["flag", "bool"],
].map(([name = "", type = ""]): Column => ({ name, type, precision: null, scale: null, length: null, nullable: true }));

const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 5 });
const row = fc.record({
  is_from: fc.boolean(),
  few: orNull(fc.integer({ min: -3, max: 3 })),
  many: orNull(
    fc.oneof(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((n) => `${n}e-9`),
      fc.constantFrom("NaN", "Infinity"),
    ),
  ),
  far: orNull(fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map(String)),
  word: orNull(fc.constantFrom("a", "b", "")),
  flag: orNull(fc.boolean()),
});

/** Floats are added up in any order. */
const rounded = (found: object) =>
  JSON.parse(JSON.stringify(found), (_, value) => (typeof value === "number" ? Number(value.toPrecision(13)) : value));

test("where rows lie on several servers each figure of a column is found in another way, and is the same", async () => {
  const property = fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 60 }), (rows) =>
    rolledBack(database.sql, async (tx) => {
      await tx`insert into sides select * from jsonb_populate_recordset(null::sides, ${tx.json(rows)})`;
      const side = (isFrom: boolean) => fragment`(select * from sides where is_from = ${isFrom})`;
      const sides = { from: side(true), to: side(false) };
      const found = async (isSpread: boolean) => {
        const counted = await countCells(tx, sides, columns);
        return movesOf(readerOf(tx), { ...sides, isSpread }, counted);
      };
      expect(rounded(await found(true))).toEqual(rounded(await found(false)));
    }),
  );
  await fc.assert(property, { numRuns: 60 });
});
