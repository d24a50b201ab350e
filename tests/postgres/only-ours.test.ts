import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Transaction } from "../../src/postgres/connection/connect.ts";
import { onlyOurs, thisMoment, writerOf } from "../../src/postgres/live/other-writers.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Ids are given for a whole server: others that write to it, be it elsewhere, make this say that nobody knows. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

const write = (tx: Transaction) => tx`insert into users (user_id) values (gen_random_uuid()::text)`;

/** What is said after one transaction of ours and, if that is asked for, one of somebody else. */
async function said(others: boolean): Promise<boolean> {
  const { sql } = database;
  const since = await thisMoment(sql);
  const ours = await sql.begin(async (tx) => {
    await write(tx);
    return [await writerOf(tx)];
  });
  if (others) await sql.begin(write);
  return sql.begin(async (tx) => {
    await write(tx);
    return onlyOurs(tx, since, ours);
  });
}

test("what others wrote is never overlooked, and where there was none that is seen in the end", async () => {
  for (let time = 0; time < 20; time++) expect(await said(true)).toBe(false);
  // Until nobody else writes to the server just then.
  while (!(await said(false)));
});

test("whoever was under way at the moment may have written", async () => {
  const { sql, url } = database;

  const other = connect(url);
  const over = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const writing = other.begin(async (tx) => {
    await write(tx);
    begun.resolve();
    await over.promise;
  });
  await begun.promise;
  // A later one that is over: the one under way is then known by its id alone.
  await sql.begin(write);
  const since = await thisMoment(sql);
  over.resolve();
  await writing;
  await other.end();
  expect(await sql.begin((tx) => onlyOurs(tx, since, []))).toBe(false);
});
