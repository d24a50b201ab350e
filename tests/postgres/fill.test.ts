import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { RuledTable } from "../../src/postgres/catalog/ruled-tables.ts";
import { connect, type Transaction } from "../../src/postgres/connection/connect.ts";
import { backendPid } from "../../src/postgres/connection/lock.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const carried = ["user_id", "churn_label"];
const staged = { carried, rows: 2 };
let database: TestDatabase;
let labels: RuledTable;

beforeAll(async () => {
  database = await testDatabase(migrated);
  labels = tableNamed(await tablesOf(database.sql), "labels");
  await database.sql`insert into users (user_id) values ('a'), ('b')`;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`truncate labels, stage.labels`;
  await database.sql`insert into stage.labels values ('b', true), ('a', null)`;
});

async function merge(): Promise<string | null> {
  const done = await database.sql.begin(async (tx) =>
    applyMerge(tx, labels, carried, await planMerge(tx, labels, staged)),
  );
  expect(done).toMatchObject({ inserted: 2, updated: 0 });
  return done.slower;
}

async function identity() {
  const { sql } = database;
  return {
    constraints: [
      ...(await sql`select conname, pg_get_constraintdef(oid) as definition, convalidated from pg_constraint
                     where conrelid = 'labels'::regclass order by conname`),
    ],
    indexes: [
      ...(await sql`select indexrelid::regclass::text as name from pg_index where indrelid = 'labels'::regclass order by name`),
    ],
    oid: (await sql`select 'labels'::regclass::oid as oid`)[0]?.oid,
    grants: (await sql`select relacl::text as grants from pg_class where oid = 'labels'::regclass`)[0]?.grants,
  };
}

test("an empty table is filled, and stays the table it was: keys, indexes, views and grants", async () => {
  const { sql } = database;
  await sql`create view churned as select user_id from labels where churn_label`;
  await sql`create index labels_by_label on labels (churn_label)`;
  await sql`grant select on labels to public`;
  const before = await identity();
  expect(await merge()).toBeNull();
  expect(await identity()).toEqual(before);
  expect([...(await sql`select * from labels order by user_id`)]).toEqual([
    { user_id: "a", churn_label: null },
    { user_id: "b", churn_label: true },
  ]);
  expect([...(await sql`select * from churned`)]).toEqual([{ user_id: "b" }]);
});

test("a primary key that is more than its columns is kept while the table is filled", async () => {
  const { sql } = database;
  await sql`comment on constraint labels_pkey on labels is 'known to others'`;
  const commented = tableNamed(await tablesOf(sql), "labels");
  expect([labels.live.plainKey?.name, commented.live.plainKey]).toEqual(["labels_pkey", null]);
  const oid = async () => (await sql`select 'labels_pkey'::regclass::oid as oid`)[0]?.oid;
  const before = await oid();
  await sql.begin(async (tx) => applyMerge(tx, commented, carried, await planMerge(tx, commented, staged)));
  expect(await oid()).toBe(before);
  await sql`comment on constraint labels_pkey on labels is null`;
});

test.each([
  ["has a comment", "comment on constraint labels_user_id_fkey on labels is 'known to others'"],
  ["is switched off", "alter table labels disable trigger all"],
])("a foreign key that %s is the same once the table is filled", async (_, statement) => {
  const { sql } = database;
  const kept = async (tx: Transaction) => [
    ...(await tx`
      select f.oid::int8 as oid, obj_description(f.oid, 'pg_constraint') as comment,
             (select array_agg(g.tgenabled::text order by g.tgname) from pg_trigger g where g.tgconstraint = f.oid) as triggers
        from pg_constraint f where f.conname = 'labels_user_id_fkey'`),
  ];
  class Undo extends Error {}
  const undone = sql.begin(async (tx) => {
    await tx.unsafe(statement);
    const set = tableNamed(await tablesOf(tx), "labels");
    const before = await kept(tx);
    const done = await applyMerge(tx, set, carried, await planMerge(tx, set, staged));
    expect(done).toMatchObject({ inserted: 2, slower: null });
    expect(await kept(tx)).toEqual(before);
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
});

test("a row without its parent is refused although the foreign key was set aside", async () => {
  const before = await identity();
  await database.sql`insert into stage.labels values ('nobody', true)`;
  await expect(merge()).rejects.toMatchObject({ code: "23503" });
  expect(await identity()).toEqual(before);
});

test("where a reader holds the table, it is filled the slower way, and that is said", async () => {
  const reader = connect(database.url);
  await reader.begin(async (tx) => {
    await tx`select count(*) from labels`;
    expect(await merge()).toContain("lock timeout");
  });
  await reader.end();
  expect((await database.sql`select count(*) as rows from labels`)[0]?.rows).toBe(2);
});

test("who gives way only after deadlock_timeout, as an autovacuum does, is waited for", async () => {
  const { sql } = database;
  const other = connect(database.url);
  const holds = Promise.withResolvers<void>();
  const held = other.begin(async (tx) => {
    await tx`lock table labels in share update exclusive mode`;
    holds.resolve();
    for (let waited = false; !waited; ) {
      const rows = await tx`
        select from pg_locks where not granted and relation = 'labels'::regclass and clock_timestamp() - waitstart > '600 ms'`;
      waited = rows.length > 0;
    }
  });
  await holds.promise;
  await sql.begin(async (tx) => {
    await tx`set local deadlock_timeout = '1min'`;
    const done = await applyMerge(tx, labels, carried, await planMerge(tx, labels, staged));
    expect(done).toMatchObject({ inserted: 2, slower: null });
  });
  await held;
  await other.end();
});

test("where a trigger waits for the commit, it is filled the slower way, and that is said", async () => {
  const { sql } = database;
  await sql.unsafe(`
    create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
    create constraint trigger patient after insert on labels deferrable initially deferred
      for each row execute function nothing()`);
  const before = await identity();
  expect(await merge()).toBe("a trigger on it waits for the commit");
  expect(await identity()).toEqual(before);
  await sql`drop trigger patient on labels`;
});

test("what others wrote since it was found empty is neither removed nor written over", async () => {
  const { sql } = database;
  const watcher = connect(database.url);
  const other = connect(database.url);
  const before = await identity();
  const pid = await backendPid(sql);
  const done = await sql.begin(async (tx) => {
    const plan = await planMerge(tx, labels, staged);
    // Of what is not committed yet nobody but the lock tells.
    await other`begin`;
    await other`insert into labels values ('a', true)`;
    const filling = applyMerge(tx, labels, carried, plan);
    for (let waits = false; !waits; ) {
      waits = (await watcher`select from pg_locks where pid = ${pid} and not granted`).length > 0;
    }
    await other`commit`;
    return filling;
  });
  await Promise.all([watcher.end(), other.end()]);
  expect(done).toMatchObject({ inserted: 0, slower: null, locked: false });
  expect([...(await sql`select * from labels`)]).toEqual([{ user_id: "a", churn_label: true }]);
  expect(await identity()).toEqual(before);
});

test("from its first row to the end nobody else writes to it, and that is said", async () => {
  const other = connect(database.url);
  await database.sql.begin(async (tx) => {
    const { locked } = await applyMerge(tx, labels, carried, await planMerge(tx, labels, staged));
    expect(locked).toBe(true);
    await other`set lock_timeout = '1ms'`;
    await expect(Promise.resolve(other`insert into labels values ('b', true)`)).rejects.toMatchObject({
      code: "55P03",
    });
  });
  await other.end();
});
