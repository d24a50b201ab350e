import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Sql, type Transaction } from "../../src/postgres/connection/connect.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { dropSnapshots, isFrozen, takeSnapshot, withoutWriters } from "../../src/postgres/snapshots/snapshots.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What waits for a lock no longer than a moment leaves what comes after it in the transaction as patient as it was. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
  await database.sql`insert into users (user_id) values ('u1')`;
  await database.sql`insert into stage.labels values ('u1', true)`;
});
afterAll(() => database.drop());

class Undo extends Error {}

/** The lock timeout after that work; it is undone. */
async function patienceAfter(sql: Sql, work: (tx: Transaction) => Promise<unknown>): Promise<string> {
  let found = "";
  const undone = sql.begin(async (tx) => {
    await work(tx);
    const [row] = await tx<{ lock_timeout: string }[]>`show lock_timeout`;
    found = row?.lock_timeout ?? "";
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  return found;
}

async function fillLabels(tx: Transaction): Promise<string | null> {
  const labels = tableNamed(await tablesOf(tx), "labels");
  const carried = ["user_id", "churn_label"];
  const { slower } = await applyMerge(tx, labels, carried, await planMerge(tx, labels, { carried, rows: 1 }));
  return slower;
}

test.each(["0", "7s"])("where the database says %s", async (patience) => {
  const name = database.sql.options.database;
  await database.sql.unsafe(`alter database "${name}" set lock_timeout = '${patience}'`);
  const [sql, reader] = [connect(database.url), connect(database.url)];
  expect(await patienceAfter(sql, async (tx) => expect(await fillLabels(tx)).toBeNull())).toBe(patience);
  await reader.begin(async (reading) => {
    await reading`select count(*) from labels`;
    const filled = async (tx: Transaction) => expect(await fillLabels(tx)).toContain("lock timeout");
    expect(await patienceAfter(sql, filled)).toBe(patience);
  });
  const frozen = (await tablesOf(sql)).filter(isFrozen);
  expect(await patienceAfter(sql, (tx) => withoutWriters(tx, frozen))).toBe(patience);
  for (const table of frozen) {
    const dropped = async (tx: Transaction) => {
      await takeSnapshot(tx, table, { asOf: "2024-01-31", month: "month_000" });
      await dropSnapshots(tx, [table], "2024-01-31");
    };
    expect(await patienceAfter(sql, dropped)).toBe(patience);
  }
  await Promise.all([sql.end(), reader.end()]);
});
