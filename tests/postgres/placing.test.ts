import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { obstaclesOf } from "../../src/postgres/cluster/obstacles.ts";
import { misplaced, placings, strayingKeys, usualShards } from "../../src/postgres/cluster/plan.ts";
import { requireWhole } from "../../src/postgres/cluster/whole.ts";
import { rolledBack } from "../../src/postgres/connection/attempt.ts";
import type { Transaction } from "../../src/postgres/connection/connect.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { fakeCitus } from "../helpers/fake-citus.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(30_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

const live = ["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"];
const snapshots = [
  ...["subscriptions_profile_snapshots", "usage_agg_30d_snapshots", "payments_agg_90d_snapshots"],
  ...["support_agg_90d_snapshots", "labels_snapshots"],
];

/** What is in the way after these statements, as `table: what`. */
const hindered = (work: (tx: Transaction) => Promise<unknown>) =>
  rolledBack(database.sql, async (tx) => {
    await work(tx);
    const all = placings(await tablesOf(tx));
    const obstacles = [...misplaced(all), ...strayingKeys(all), ...(await obstaclesOf(tx, all))];
    for (const { remedy } of obstacles) expect(remedy).toEndWith(".");
    return obstacles.map(({ table, what }) => `${table}: ${what}`);
  });

test("live tables come first, parents before children, then snapshots; all lie beside the first", async () => {
  const all = placings(await tablesOf(database.sql));
  expect(all.map(({ table, column, beside }) => [table.name, column, beside?.name ?? null])).toEqual([
    ["users", "user_id", null],
    ...[...live.slice(1), ...snapshots].map((name) => [name, "user_id", "users"]),
  ]);
  expect(await hindered(async () => {})).toEqual([]);
});

test("tables whose keys are of another type lie beside each other, and not beside those", async () => {
  const found = await rolledBack(database.sql, async (tx) => {
    await tx`alter table labels drop constraint labels_user_id_fkey, alter column user_id type int using user_id::int`;
    await tx`alter table labels_snapshots alter column user_id type int using user_id::int`;
    return placings(await tablesOf(tx));
  });
  const besides = Object.fromEntries(found.map(({ table, beside }) => [table.name, beside?.name ?? null]));
  expect(besides).toMatchObject({ labels: null, labels_snapshots: "labels", usage_agg_30d: "users" });
});

const unbound = "alter table labels drop constraint labels_user_id_fkey";

describe("is refused, with the reason:", () => {
  test.each<[string, string]>([
    ["create unique index once on labels (churn_label)", "labels: unique once lacks user_id"],
    ["alter table users add constraint apart exclude (signup_date with =)", "users: exclusion apart lacks user_id"],
    [
      "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on users for each row execute function f()",
      "users: trigger t",
    ],
    ["create table vips () inherits (users)", "users: table vips inherits"],
    [
      "create table invoices (id int, user_id text constraint whose references users)",
      "users: foreign key whose of invoices leads to it",
    ],
    [
      "create table genders (name text primary key); alter table users add constraint which foreign key (user_gender) references genders",
      "users: foreign key which leads to genders, which is no table of this dataset",
    ],
    [
      "alter table labels drop constraint labels_pkey, add column n int, add primary key (n, user_id); alter table labels_snapshots add column n int",
      "labels: foreign key labels_user_id_fkey does not lead from n to user_id of users",
    ],
    [
      "create domain title as text; alter table labels alter user_id type title; alter table labels_snapshots alter user_id type title",
      "labels: foreign key labels_user_id_fkey leads from user_id to user_id of users, which is of another type",
    ],
    [
      `${unbound}, add constraint follows foreign key (user_id) references users on update cascade`,
      "labels: foreign key follows changes user_id",
    ],
    [
      "alter table labels add constraint whole check (labels.* is not null)",
      "labels: check whole reads the row as a whole",
    ],
    [
      "create table deep partition of labels_snapshots for values in ('2024-01-31') partition by list (user_id)",
      "labels_snapshots: its partition deep has partitions",
    ],
    [
      "create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table labels_snapshots alter user_id type text collate nd",
      "labels_snapshots: user_id has a collation for which other letters are the same",
    ],
    [
      `${unbound}, drop column user_id, add user_id text generated always as (case when churn_label then 'a' else 'b' end) stored primary key`,
      "labels: user_id is computed",
    ],
    [
      `${unbound}, alter user_id type money using 0; alter table labels_snapshots alter user_id type money using 0`,
      "labels: user_id is of a type that has no hash",
    ],
    [
      `${unbound}, alter user_id type int4range using 'empty', add constraint apart exclude using gist (user_id with &&); alter table labels_snapshots alter user_id type int4range using 'empty'`,
      "labels: exclusion apart lacks user_id",
    ],
  ])("%s", async (statements, told) => {
    expect(await hindered((tx) => tx.unsafe(statements))).toContain(told);
  });

  test.each<[string, Parameters<typeof fakeCitus>[1], string]>([
    ["a reference table", [{ table: "users", column: null }], "users: it is a reference table, or lies on one node"],
    [
      "another column",
      [{ table: "users", column: "user_gender" }],
      "users: it is distributed by user_gender, not by user_id",
    ],
    [
      "elsewhere",
      [
        { table: "users", column: "user_id" },
        { table: "labels", column: "user_id", colocation: 2 },
      ],
      "labels: it is distributed already, and does not lie beside users",
    ],
  ])("%s", async (_, entries, told) => {
    expect(await hindered((tx) => fakeCitus(tx, entries))).toContain(told);
  });
});

test("a run is refused while some tables are spread over the nodes and others are not, with what goes on with it", async () => {
  const placedAre = (names: readonly string[]) =>
    rolledBack(database.sql, async (tx) => {
      await fakeCitus(
        tx,
        names.map((table) => ({ table, column: "user_id" })),
      );
      return tablesOf(tx);
    });
  requireWhole(await placedAre([]));
  requireWhole(await placedAre([...live, ...snapshots]));
  const half = await placedAre([...live, ...snapshots.slice(1)]);
  expect(() => requireWhole(half)).toThrow(
    expect.objectContaining({
      code: "schema_mismatch",
      title: expect.stringContaining("not subscriptions_profile_snapshots."),
      hint: expect.stringContaining("doctor --distribute --yes"),
    }),
  );
});

test("two shards for each processor, as many on each node", () => {
  expect(usualShards({ nodes: 2, processors: 4 })).toBe(8);
  expect(usualShards({ nodes: 3, processors: 8 })).toBe(18);
  expect(usualShards({ nodes: 1, processors: 2 })).toBe(4);
  expect(usualShards({ nodes: 40, processors: null })).toBe(40);
  expect(usualShards({ nodes: 2, processors: null })).toBe(32);
});
