import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { tablesWithHooks } from "../../src/postgres/live/other-writers.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What has a say in what is written to a table besides our statements, and what has none. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
  const { sql } = database;
  await sql.unsafe(`
    create function hook() returns trigger language plpgsql as $$ begin return new; end $$;
    create table unsuspected (user_id text primary key);
    create table labels_snapshots_own partition of labels_snapshots for values in ('2024-01-31')`);
});
afterAll(() => database.drop());

class Undo extends Error {}

test.each([
  ["nothing but foreign keys", "select 1", []],
  ["a trigger", "create trigger t before insert on labels for each row execute function hook()", ["labels"]],
  ["a trigger for the statement", "create trigger t after update on users execute function hook()", ["users"]],
  [
    "a trigger that is disabled",
    "create trigger t before insert on labels for each row execute function hook(); alter table labels disable trigger t",
    [],
  ],
  [
    "a trigger on a partition alone",
    "create trigger t before insert on labels_snapshots_own for each row execute function hook()",
    ["labels_snapshots"],
  ],
  [
    "a trigger on another table",
    "create trigger t before insert on unsuspected for each row execute function hook()",
    [],
  ],
  ["a rule that does something else", "create rule r as on insert to labels do instead nothing", ["labels"]],
  [
    "a rule that does more",
    "create rule r as on update to usage_agg_30d do also insert into unsuspected values (new.user_id)",
    ["usage_agg_30d"],
  ],
  ["a view on it", "create view v as select * from labels", []],
  [
    "a policy",
    "alter table payments_agg_90d enable row level security; create policy p on payments_agg_90d using (true)",
    ["payments_agg_90d"],
  ],
  ["a policy that is not in force", "create policy p on payments_agg_90d using (true)", []],
] as const)("%s", async (_, definition, found) => {
  const { sql } = database;
  const tables = await tablesOf(sql);
  let hooked: string[] = [];
  const undone = sql.begin(async (tx) => {
    await tx.unsafe(definition);
    hooked = await tablesWithHooks(tx, tables);
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  expect(hooked.sort()).toEqual([...found]);
});
