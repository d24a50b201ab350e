import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { frozenSide } from "../../src/pipeline/drift/suspects.ts";
import { movedColumns } from "../../src/pipeline/stages/drift.ts";
import { type Frozen, isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** A table without any number, and of more rows than are all looked at. */

setDefaultTimeout(60_000);

const rows = 20_001;
const limits = { psi: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 };
let database: TestDatabase;
let labels: Frozen;
beforeAll(async () => {
  database = await testDatabase(migrated);
  const table = tableNamed(await tablesOf(database.sql), "labels");
  if (!isFrozen(table)) throw new Error("labels are not frozen");
  labels = table;
});
afterAll(() => database.drop());

/** So many of every hundred customers left. */
async function freeze(asOf: string, share: number) {
  await database.sql`
    insert into labels_snapshots
    select 'u' || i, ${asOf}::date, i % 100 < ${share}::int, 'month_000' from generate_series(1, ${rows}::int) i`;
}

async function drifted(before: string, now: string) {
  const sides = { before: frozenSide(labels, { as_of: before, rows }), now: frozenSide(labels, { as_of: now, rows }) };
  const columns = await movedColumns(database.sql, labels, sides, limits);
  return columns.filter(({ drifts }) => drifts.length > 0);
}

test("is looked at like every other", async () => {
  await freeze("2024-01-31", 10);
  await freeze("2024-02-29", 10);
  await freeze("2024-03-31", 60);
  expect(await drifted("2024-01-31", "2024-02-29")).toEqual([]);
  expect((await drifted("2024-02-29", "2024-03-31")).map(({ column }) => column)).toEqual(["churn_label"]);
});
