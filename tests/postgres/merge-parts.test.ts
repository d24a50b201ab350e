import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { RuledTable } from "../../src/postgres/catalog/ruled-tables.ts";
import { partsOf } from "../../src/postgres/live/insert.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What is written part by part is written once each, and all of it. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let users: RuledTable;
beforeAll(async () => {
  database = await testDatabase(migrated);
  users = tableNamed(await tablesOf(database.sql), "users");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`truncate users cascade`;
  await database.sql`truncate stage.users`;
});

async function stage(rows: number, gender: string) {
  await database.sql`
    insert into stage.users (user_id, user_gender) select 'u' || i, ${gender} from generate_series(1, ${rows}::int) i`;
}

/** How many staged rows each part takes. */
async function sizes(rows: number, atOnce: number): Promise<number[]> {
  return database.sql.begin(async (tx) => {
    const counts: number[] = [];
    for (const part of await partsOf(tx, users, rows, atOnce)) {
      const [row] = await tx<{ rows: number }[]>`select count(*) as rows from stage.users s where ${part}`;
      counts.push(row?.rows ?? 0);
    }
    return counts;
  });
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

test("every row is in one part, however many there are, and wherever some are gone", async () => {
  await stage(5_000, "x");
  expect(await sizes(5_000, 5_000)).toEqual([5_000]);
  const seven = await sizes(5_000, 800);
  expect([seven.length, sum(seven)]).toEqual([7, 5_000]);
  expect(Math.max(...seven)).toBeLessThan(1_500);
  // More parts than pages.
  const many = await sizes(5_000, 10);
  expect([many.length, sum(many)]).toEqual([500, 5_000]);
  await database.sql`delete from stage.users where ctid < '(20,0)' or user_id like '%7'`;
  const [row] = await database.sql<{ left: number }[]>`select count(*) as left from stage.users`;
  expect(sum(await sizes(5_000, 800))).toBe(row?.left ?? 0);
});

test("a large table is filled and changed in parts, and tells how far it is", async () => {
  const rows = 260_000;
  const carried = ["user_id", "user_gender"];
  const merged = () =>
    database.sql.begin(async (tx) => {
      const told: number[] = [];
      const plan = await planMerge(tx, users, { carried, rows });
      const done = await applyMerge(tx, users, carried, plan, { onProgress: (written) => told.push(written) });
      return { inserted: done.inserted, updated: done.updated, steps: new Set(told).size, last: told.at(-1) };
    });
  await stage(rows, "x");
  expect(await merged()).toEqual({ inserted: rows, updated: 0, steps: 2, last: rows });
  await database.sql`update stage.users set user_gender = 'y'`;
  expect(await merged()).toEqual({ inserted: 0, updated: rows, steps: 2, last: rows });
  const found = await database.sql`
    select user_gender as gender, count(*) as rows, count(distinct user_id) as keys from users group by 1`;
  expect([...found]).toEqual([{ gender: "y", rows, keys: rows }]);
});
