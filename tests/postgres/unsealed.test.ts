import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { holdRows, isLiveStill } from "../../src/postgres/live/live-rows.ts";
import { isRounding } from "../../src/postgres/snapshots/exact.ts";
import { unsealedDates } from "../../src/postgres/snapshots/unsealed.ts";
import { emptied, migrated, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());
beforeEach(() => emptied(database.sql));

const [january, february] = ["2024-01-31", "2024-02-29"];

test("rows are unsealed where their own table has no seal of their date, whatever others have", async () => {
  const { sql } = database;
  for (const day of [january, february]) {
    await sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', ${day}, 'month_000')`;
    await sql`insert into payments_agg_90d_snapshots (user_id, as_of) values ('u1', ${day})`;
  }
  const found = async (...sealed: { table: string; as_of: string }[]) => {
    const dates = await unsealedDates(sql, await tablesOf(sql), sealed);
    return dates.map(({ table, as_of, month }) => `${table} ${as_of} ${month}`).sort();
  };
  const labels = [january, february].map((day) => `labels_snapshots ${day} month_000`);
  const payments = [january, february].map((day) => `payments_agg_90d_snapshots ${day} null`);
  expect(await found()).toEqual([...labels, ...payments]);
  expect(await found({ table: "labels_snapshots", as_of: january })).toEqual([labels[1] ?? "", ...payments]);
  expect(await found({ table: "payments_agg_90d_snapshots", as_of: february })).toEqual([...labels, payments[0] ?? ""]);
});

describe("what was frozen is live still", () => {
  const still = async () => isLiveStill(database.sql, await tablesOf(database.sql), january);

  beforeEach(async () => {
    const { sql } = database;
    await sql`insert into users (user_id) values ('u1'), ('u2')`;
    await sql`insert into labels values ('u1', true), ('u2', null)`;
    await sql`
      insert into labels_snapshots (user_id, churn_label, as_of, delivered)
      select user_id, churn_label, ${january}::date, 'month_000' from labels`;
  });

  test("when every row is, whatever came since", async () => {
    expect(await still()).toBe(true);
    await database.sql`insert into users (user_id) values ('u3')`;
    await database.sql`insert into labels values ('u3', true)`;
    expect(await still()).toBe(true);
  });

  test("but not when a row is gone, or is another, be it by a NULL", async () => {
    await database.sql`delete from labels where user_id = 'u1'`;
    expect(await still()).toBe(false);
    await database.sql`insert into labels values ('u1', false)`;
    expect(await still()).toBe(false);
    await database.sql`update labels set churn_label = true where user_id = 'u1'`;
    expect(await still()).toBe(true);
    await database.sql`update labels set churn_label = false where user_id = 'u2'`;
    expect(await still()).toBe(false);
  });
});

test("some live table holds rows, or every one does", async () => {
  const { sql } = database;
  const held = async () => {
    const holds = await holdRows(
      sql,
      (await tablesOf(sql)).map(({ live }) => live),
    );
    return [holds.includes(true), !holds.includes(false)];
  };
  expect(await held()).toEqual([false, false]);
  for (const { name } of await tablesOf(sql)) {
    expect(await held()).toEqual([name !== "users", false]);
    await sql`insert into ${sql(name)} (user_id) values ('u1')`;
  }
  expect(await held()).toEqual([true, true]);
});

test.each([
  ["1", "1", true],
  ["1", "1.00000000000001", true],
  ["1", "1.00000000000002", false],
  ["1", "0.99999999999999", true],
  ["1", "0.99999999999998", false],
  ["-1", "-1.000000000000001", true],
  ["1", "-1", false],
  ["0", "0", true],
  ["0", "1e-300", false],
  ["1e300", "1.000000000000001e300", true],
  ["NaN", "NaN", false],
  ["Infinity", "Infinity", false],
])("%s and %s differ by rounding alone: %p", async (one, other, rounds) => {
  const { sql } = database;
  for (const type of ["numeric", "float8"]) {
    const column = { name: "v", type, precision: null, scale: null, length: null, nullable: true };
    const [row] = await sql`
      select ${isRounding("l", "f", column)} as rounds
        from (select ${one}::text::${sql(type)} as v) l, (select ${other}::text::${sql(type)} as v) f`;
    expect([type, row?.rounds]).toEqual([type, rounds]);
  }
});
