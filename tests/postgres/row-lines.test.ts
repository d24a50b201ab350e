import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { LoadTable } from "../../src/postgres/catalog/dataset-tables.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import { copyLines, keepRows, keptRows, linesText, makeRowLines } from "../../src/postgres/live/row-lines.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create schema stage`;
  await database.sql`create table stage.sales (day date, shop int, "line" text, primary key (shop, day))`;
  await database.sql`insert into stage.sales values ('2024-01-31', 7, 'a'), ('2024-01-31', 8, 'b'), ('2024-02-01', 7, 'c')`;
});
afterAll(() => database.drop());

test("a key of several columns is found as PostgreSQL reads it, not as it is written", async () => {
  const [live] = await catalogTables(database.sql, [{ schema: "stage", name: "sales" }]);
  const table = { name: "sales", live, stage: "stage" } as LoadTable;
  const found = await database.sql.begin(async (tx) => {
    await makeRowLines(tx, "lines", table);
    const copy = await copyLines(tx, "lines");
    await copy.write(linesText(['["007","2024-02-01"]', '["+8","2024-01-31"]', '["9","2024-01-31"]'], [2, 5, 9], 2));
    await copy.finish();
    await keepRows(tx, "rows", tx`select shop as k0, day as k1, "line" as v0 from stage.sales`);
    return { rows: (await Array.fromAsync(keptRows(tx, { rows: "rows", lines: "lines" }, 2))).flat() };
  });
  expect(found.rows.map(({ line, v0 }) => [line, v0])).toEqual([
    [2, "c"],
    [5, "b"],
    [null, "a"],
  ]);
});
