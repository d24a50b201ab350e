import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { validateTable } from "../../src/expectations/validate.ts";
import { dataset, migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { inShort } from "./evaluate-one.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
  await fill();
});
afterAll(() => database.drop());

async function fill(): Promise<void> {
  const { sql } = database;
  await sql`truncate users cascade`;
  await sql`insert into users values ('a', '2024-01-01', 'Female', false, true, false), ('b', null, null, null, null, null)`;
  await sql`insert into subscriptions (user_id, months_active, monthly_fee) values ('a', 0, 29.85), ('b', null, 0)`;
  await sql`insert into usage_agg_30d values ('a', 0, 1.5, 2, 3, 4), ('b', null, null, null, null, null)`;
  await sql`insert into payments_agg_90d values ('a', 0), ('b', 2)`;
  await sql`insert into support_agg_90d values ('a', 1, 3.5), ('b', 0, null)`;
  await sql`insert into labels values ('a', true), ('b', false)`;
}

/** What each suite of the project says of its table, failures only. */
async function failures(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { name, suite } of (await dataset()).tables) {
    const path = fileURLToPath(new URL(`../../db/${suite}`, import.meta.url));
    const request = { suiteText: await Bun.file(path).text(), suitePath: path, table: name, parameters: {} };
    const result = await validateTable(database.sql, { ...request, resultFormat: "COMPLETE" });
    found[name] = result.results
      .filter(({ success }) => !success)
      .map((one) => `${one.expectation_config.kwargs.column ?? one.expectation_config.type} ${inShort(one)}`);
  }
  return found;
}

const none = { users: [], subscriptions: [], usage_agg_30d: [], payments_agg_90d: [], support_agg_90d: [], labels: [] };

test("there are 24 expectations, and sound tables meet them", async () => {
  const suites = (await dataset()).tables.map(({ suite }) =>
    Bun.file(fileURLToPath(new URL(`../../db/${suite}`, import.meta.url))),
  );
  const counts = await Promise.all(suites.map(async (file) => (await file.json()).expectations.length));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(24);
  expect(await failures()).toEqual(none);
});

test("each of them is failed by what it is there for", async () => {
  const { sql } = database;
  await sql`update subscriptions set months_active = -1, monthly_fee = 'NaN' where user_id = 'a'`;
  await sql`update usage_agg_30d set watch_hours_30d = -0.1, avg_session_mins_7d = -1, unique_devices_30d = -1, skips_7d = -1, rebuffer_events_7d = -1 where user_id = 'a'`;
  await sql`update payments_agg_90d set failed_payments_90d = -1 where user_id = 'b'`;
  await sql`update support_agg_90d set support_tickets_90d = -1, ticket_avg_resolution_hrs_90d = 'Infinity' where user_id = 'a'`;
  await sql`delete from labels where user_id = 'b'`;
  await sql`alter table users add column surprise int`;
  expect(await failures()).toEqual({
    users: [
      'expect_table_columns_to_match_set no: ["has_dependents","has_family","signup_date","surprise","user_gender","user_id","user_is_senior"]',
    ],
    subscriptions: ["months_active no, 1 of 1: -1", 'monthly_fee no, 1 of 2: "NaN"'],
    usage_agg_30d: [
      "watch_hours_30d no, 1 of 1: -0.1",
      "avg_session_mins_7d no, 1 of 1: -1",
      "unique_devices_30d no, 1 of 1: -1",
      "skips_7d no, 1 of 1: -1",
      "rebuffer_events_7d no, 1 of 1: -1",
    ],
    payments_agg_90d: ["failed_payments_90d no, 1 of 2: -1"],
    support_agg_90d: ["support_tickets_90d no, 1 of 2: -1", 'ticket_avg_resolution_hrs_90d no, 1 of 1: "Infinity"'],
    labels: ['expect_table_row_count_to_equal_other_table no: {"self":1,"other":2}'],
  });
  await sql`alter table users drop column surprise`;
  await fill();
  expect(await failures()).toEqual(none);
});
