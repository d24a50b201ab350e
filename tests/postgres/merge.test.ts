import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RuledTable } from "../../src/postgres/catalog/ruled-tables.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let users: RuledTable;
const carried = ["user_id", "user_gender", "has_family"];

beforeAll(async () => {
  database = await testDatabase(migrated);
  users = tableNamed(await tablesOf(database.sql), "users");
  await database.sql`insert into users (user_id, signup_date, user_gender, has_family) values
    ('same', '2020-01-01', 'Female', true), ('empty', '2020-01-02', null, null), ('other', '2020-01-03', 'Male', false),
    ('away', '2020-01-04', 'Male', true)`;
});
afterAll(() => database.drop());

test("the plan counts new, changed, unchanged and absent rows, and applying it writes just those", async () => {
  const { sql } = database;
  await sql`insert into stage.users (user_id, user_gender, has_family) values
    ('same', 'Female', true), ('empty', null, null), ('other', 'Male', null), ('new', null, true)`;
  const before = await sql`select user_id, ctid::text as place from users where user_id in ('same', 'empty', 'away')`;
  const plan = await sql.begin(async (tx) => {
    const planned = await planMerge(tx, users, { carried, rows: 4 });
    await applyMerge(tx, users, carried, planned);
    return planned;
  });
  expect(plan).toEqual({ staged: 4, live: 4, inserted: 1, updated: 1, unchanged: 2, absent: 1, repeated: false });
  const rows = await sql`select user_id, signup_date, user_gender, has_family from users order by user_id`;
  expect([...rows]).toEqual([
    { user_id: "away", signup_date: "2020-01-04", user_gender: "Male", has_family: true },
    { user_id: "empty", signup_date: "2020-01-02", user_gender: null, has_family: null },
    { user_id: "new", signup_date: null, user_gender: null, has_family: true },
    // A column that the file does not carry keeps what it had.
    { user_id: "other", signup_date: "2020-01-03", user_gender: "Male", has_family: null },
    { user_id: "same", signup_date: "2020-01-01", user_gender: "Female", has_family: true },
  ]);
  const after = await sql`select user_id, ctid::text as place from users where user_id in ('same', 'empty', 'away')`;
  expect([...after]).toEqual([...before]);
});

test("a key that is staged twice is noticed even where neither row would change anything", async () => {
  const plan = await database.sql.begin(async (tx) => {
    await tx`truncate stage.users`;
    await tx`insert into stage.users (user_id, user_gender, has_family)
      values ('same', 'Female', true), ('same', 'Female', true)`;
    return planMerge(tx, users, { carried, rows: 4 });
  });
  expect(plan.repeated).toBe(true);
});

describe("rows of a file that was published before", () => {
  const seen = { carried, rows: 2 };
  type Row = [user: string, gender: string | null, hasFamily: boolean | null];
  /** The plan for these rows over live ones that are `first` and `second`. */
  async function planOver(rows: Row[]) {
    let plan: Awaited<ReturnType<typeof planMerge>> | undefined;
    const undone = database.sql.begin(async (tx) => {
      await tx`truncate stage.users, users cascade`;
      await tx`insert into users (user_id, user_gender, has_family)
        values ('first', 'Female', true), ('second', null, false)`;
      for (const [user, gender, hasFamily] of rows) {
        await tx`insert into stage.users (user_id, user_gender, has_family) values (${user}, ${gender}, ${hasFamily})`;
      }
      plan = await planMerge(tx, users, seen);
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    return plan;
  }
  const unchanged = { staged: 2, live: 2, inserted: 0, updated: 0, unchanged: 2, absent: 0, repeated: false };

  test("are unchanged when they are live just so, in any order", async () => {
    const rows: Row[] = [
      ["second", null, false],
      ["first", "Female", true],
    ];
    expect(await planOver(rows)).toEqual(unchanged);
  });

  test.each<[what: string, rows: Row[], plan: Partial<typeof unchanged>]>([
    [
      "another cell",
      [
        ["first", "Female", true],
        ["second", null, null],
      ],
      { updated: 1, unchanged: 1 },
    ],
    [
      "swapped cells",
      [
        ["first", "Female", false],
        ["second", null, true],
      ],
      { updated: 2, unchanged: 0 },
    ],
    [
      "another key",
      [
        ["first", "Female", true],
        ["third", null, false],
      ],
      { inserted: 1, unchanged: 1, absent: 1 },
    ],
    [
      "a key twice",
      [
        ["first", "Female", true],
        ["first", "Female", true],
      ],
      { repeated: true },
    ],
  ])("are compared one by one when there is %s", async (_what, rows, plan) => {
    expect(await planOver(rows)).toMatchObject(plan);
  });
});
