import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Transaction } from "../../src/postgres/connection/connect.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { statesSince, thisMoment } from "../../src/postgres/live/other-writers.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`truncate users, stage.users, stage.labels cascade`;
});

const carried = ["user_id", "churn_label"];
const merge = async (tx: Transaction, name: "labels" | "users", rows: number, columns = carried) => {
  const table = tableNamed(await tablesOf(tx), name);
  const plan = await planMerge(tx, table, { carried: columns, rows });
  return { plan, done: await applyMerge(tx, table, columns, plan) };
};

test("new, changed, unchanged and absent rows are each counted as what they are", async () => {
  const { sql } = database;
  await sql`insert into users (user_id) select 'u' || i from generate_series(1, 20) i`;
  await sql`insert into labels select 'u' || i, true from generate_series(1, 12) i`;
  // 1 to 2 are unchanged, 3 to 5 are changed, 13 to 19 are new; 6 to 12 and no other are absent.
  await sql`insert into stage.labels select 'u' || i, i < 3 or i > 12 from generate_series(1, 5) i`;
  await sql`insert into stage.labels select 'u' || i, true from generate_series(13, 18) i`;
  const { plan, done } = await sql.begin((tx) => merge(tx, "labels", 11));
  expect(plan).toEqual({ staged: 11, live: 12, inserted: 6, updated: 3, unchanged: 2, absent: 7, repeated: false });
  expect(done).toEqual({ inserted: 6, updated: 3, slower: null, locked: false });
});

test("rows are told of as they are written, part by part", async () => {
  const { sql } = database;
  const rows = 260_000;
  await sql`insert into stage.labels select 'u' || i, true from generate_series(1, ${rows}) i`;
  const told: number[] = [];
  await sql.begin(async (tx) => {
    await tx`insert into users (user_id) select user_id from stage.labels`;
    await tx`insert into labels select user_id, false from stage.labels`;
    const table = tableNamed(await tablesOf(tx), "labels");
    const plan = await planMerge(tx, table, { carried, rows });
    const done = await applyMerge(tx, table, carried, plan, { onProgress: (written) => told.push(written) });
    expect(done.updated).toBe(rows);
  });
  expect(told.length).toBe(2);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(rows);
});

describe("an empty table", () => {
  test("that others refer to is filled as fast as it can be, and not truncated", async () => {
    const { sql } = database;
    await sql`insert into stage.users (user_id) values ('u1'), ('u2')`;
    const { done } = await sql.begin((tx) => merge(tx, "users", 2, ["user_id"]));
    expect(done).toEqual({ inserted: 2, updated: 0, slower: null, locked: false });
  });

  test("whose key a view depends on is filled the slower way, and that is said", async () => {
    const { sql } = database;
    await sql`insert into users (user_id) values ('u1'), ('u2')`;
    await sql`insert into stage.labels values ('u1', true), ('u2', false)`;
    // Grouped by the key alone, so that the view stands and falls with it.
    await sql`create view by_key as select user_id, churn_label from labels group by user_id`;
    const { done } = await sql.begin((tx) => merge(tx, "labels", 2));
    expect(done).toMatchObject({ inserted: 2, updated: 0, slower: expect.stringContaining("depend") });
    expect([...(await sql`select count(*) as rows from by_key`)]).toEqual([{ rows: 2 }]);
    await sql`drop view by_key`;
  });
});

describe("what another session wrote", () => {
  /** Whether rows of users were written since the moment, when others do that in between. */
  async function seen(
    before: (other: Transaction) => Promise<unknown>,
    after: (other: Transaction) => Promise<unknown>,
  ) {
    const { sql, url } = database;
    const other = connect(url);
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const writing = other.begin(async (tx) => {
      await before(tx);
      begun.resolve();
      await over.promise;
      await after(tx);
    });
    await begun.promise;
    // A later transaction that is over already: the one that is under way is then known by its id alone.
    await sql`select pg_current_xact_id()`;
    try {
      return await sql.begin(async (tx) => {
        const users = tableNamed(await tablesOf(tx), "users");
        const since = await thisMoment(tx);
        over.resolve();
        await writing;
        const [state] = await statesSince(tx, [users], since);
        return state;
      });
    } finally {
      await other.end();
    }
  }
  const write = (tx: Transaction) => tx`insert into users (user_id) values ('theirs')`;
  const nothing = async () => {};

  test("is noticed when it had begun before the moment and was committed after it", async () => {
    expect(await seen(write, nothing)).toEqual({ rows: 1, written: true });
  });

  test("is noticed when it began after the moment", async () => {
    expect(await seen(nothing, write)).toEqual({ rows: 1, written: true });
  });

  test("is no news when it was committed before the moment, nor when it was rolled back", async () => {
    await database.sql`insert into users (user_id) values ('before')`;
    expect(await seen(nothing, nothing)).toEqual({ rows: 1, written: false });
    const undone = seen(write, async (tx) => tx`select 1 / 0`);
    await expect(undone).rejects.toMatchObject({ code: "22012" });
    expect(await seen(nothing, nothing)).toEqual({ rows: 1, written: false });
  });
});
