import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Sql, Transaction } from "../../src/postgres/connection/connect.ts";
import { convertTables } from "../../src/postgres/conversion/convert.ts";
import { lockAndSearch } from "../../src/postgres/conversion/obstacles.ts";
import { targetsOf, unpartitioned } from "../../src/postgres/conversion/targets.ts";
import { tablesOf } from "../helpers/database.ts";
import { decorate, dropRoles, keeper, makeRoles, reader } from "../helpers/decorate.ts";
import { fakeCitus } from "../helpers/fake-citus.ts";
import { markColumns } from "../helpers/marked-columns.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { unpartitioned as adopted, identity } from "../helpers/unpartitioned.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  await makeRoles();
  database = await testDatabase(adopted);
});
afterAll(async () => {
  await database.drop();
  await dropRoles();
});

/** Do it in a transaction that is rolled back. */
async function undone(sql: Sql, work: (tx: Transaction) => Promise<void>): Promise<void> {
  const undo = new Error("undo");
  await expect(
    sql.begin(async (tx) => {
      await work(tx);
      throw undo;
    }),
  ).rejects.toBe(undo);
}

async function obstacles(tx: Transaction): Promise<string[]> {
  const targets = await targetsOf(tx, unpartitioned(await tablesOf(tx)).ours);
  return (await lockAndSearch(tx, targets)).map(({ table, what }) => `${table}: ${what}`);
}

const table = "support_agg_90d_snapshots";
/** For what a test server cannot have, and its catalog can say all the same. */
const byHand = "set local allow_system_table_mods = on;";
const without = `alter table ${table} drop constraint ${table}_pkey;`;

test.each([
  [`create materialized view m as select * from ${table}`, "rule _RETURN on materialized view public.m"],
  [
    `create view v as select * from ${table}; create materialized view m as select * from v`,
    "rule _RETURN on materialized view public.m",
  ],
  [
    `create function f() returns bigint language sql begin atomic select count(*) from ${table}; end`,
    "function public.f()",
  ],
  [`create function f(${table}) returns int language sql return 1`, `function public.f(public.${table})`],
  [
    `create view v as select * from ${table};
     create function f() returns bigint language sql begin atomic select count(*) from v; end`,
    "function public.f()",
  ],
  [
    `create function f() returns trigger language plpgsql as 'begin return null; end';
     create trigger audit after insert on ${table} for each row execute function f()`,
    `trigger audit on table public.${table}`,
  ],
  [
    `create view v as select * from ${table};
     create function f() returns trigger language plpgsql as 'begin return null; end';
     create trigger audit instead of insert on v for each row execute function f()`,
    "trigger audit on view public.v",
  ],
  [`create rule r as on insert to ${table} do also notify taken`, `rule r on table public.${table}`],
  [
    `create view v as select * from ${table}; create rule r as on delete to v do instead nothing`,
    "rule r on view public.v",
  ],
  [
    `create view v as select * from ${table}; alter view v alter column user_id set default 'nobody'`,
    "default value for column user_id of view public.v",
  ],
  [`create policy p on ${table} using (true)`, `policy p on table public.${table}`],
  [`alter table ${table} enable row level security`, "row-level security"],
  [
    `create table visits (user_id text, as_of date, constraint visited foreign key (user_id, as_of) references ${table})`,
    "constraint visited on table public.visits",
  ],
  [`alter table ${table} add constraint known foreign key (user_id) references users`, "foreign key known"],
  [`create table child () inherits (${table})`, "table public.child"],
  [`create table parent (user_id text); alter table ${table} inherit parent`, "it inherits from another table"],
  [`create table kept (row ${table})`, "column row of table public.kept"],
  [`create table kept (rows ${table}[])`, "column rows of table public.kept"],
  [`create sequence counted owned by ${table}.support_tickets_90d`, "sequence public.counted"],
  [`create statistics s on user_id, as_of from ${table}`, "statistics object public.s"],
  [`create publication p for table ${table}`, "publication p"],
  ["create publication p for all tables", "publication p"],
  [`create temporary view v as select * from ${table}`, "the temporary view v"],
  [`create view v as select * from only ${table}`, "view v, which reads ONLY the table itself"],
  [without, "it has no primary key"],
  [`${without} alter table ${table} add primary key (user_id)`, `the primary key ${table}_pkey lacks as_of`],
  [`alter table ${table} add constraint once unique (user_id)`, "the unique key once lacks as_of"],
  [`create unique index once on ${table} (user_id) include (as_of)`, "the unique key once lacks as_of"],
  [
    `alter table ${table} add constraint apart exclude using btree (user_id with =, as_of with =)`,
    "exclusion constraint apart",
  ],
  [`alter table ${table} add constraint c check (true) not valid`, "constraint that is not validated, c"],
  [`alter table ${table} add constraint c check (true) no inherit`, "constraint with NO INHERIT, c"],
  [`alter table ${table} set (fillfactor = 90)`, "storage parameters"],
  [`alter table ${table} set (toast.autovacuum_enabled = off)`, "storage parameters"],
  [`alter index ${table}_pkey set (fillfactor = 90)`, `storage parameters of index ${table}_pkey`],
  [`cluster ${table} using ${table}_pkey`, `clustered index ${table}_pkey`],
  [
    `create index i on ${table} ((lower(user_id))); alter index i alter 1 set statistics 7`,
    "settings for statistics of index i",
  ],
  [
    `${byHand} update pg_index set indisvalid = false where indexrelid = '${table}_pkey'::regclass`,
    `invalid index ${table}_pkey`,
  ],
  [
    `${byHand} update pg_class set reltablespace = 1663 where relname = '${table}_pkey'`,
    `tablespace of index ${table}_pkey`,
  ],
  [`${byHand} update pg_class set reltablespace = 1663 where relname = '${table}'`, "a tablespace of its own"],
  [
    `${byHand} insert into pg_subscription_rel values (1, '${table}'::regclass, 'r', null)`,
    "a subscription that fills it",
  ],
  [
    `${byHand} insert into pg_seclabel values ('${table}'::regclass, 'pg_class'::regclass, 0, 'p', 'l')`,
    "security labels",
  ],
  [
    `create type kind as (user_id text, as_of date, support_tickets_90d int, ticket_avg_resolution_hrs_90d numeric);
     drop table ${table}; create table ${table} of kind (primary key (user_id, as_of))`,
    "it is not an ordinary table",
  ],
  [`alter table ${table} alter column as_of type timestamp`, "column as_of is not of type date"],
  [`alter table ${table} set unlogged`, "it is unlogged"],
  [`alter table ${table} replica identity full`, "a replica identity of its own"],
  [`alter table ${table} alter column user_id set statistics 7`, "column user_id has settings for statistics"],
  [`alter table ${table} alter column user_id set (n_distinct = 5)`, "column user_id has settings for statistics"],
  [
    `alter table ${table} alter column support_tickets_90d set not null;
     alter table ${table} alter column support_tickets_90d add generated by default as identity`,
    "column support_tickets_90d is an identity",
  ],
  [
    `alter table ${table} drop column support_tickets_90d;
     alter table ${table} add column support_tickets_90d int generated always as (1) stored`,
    "column support_tickets_90d is generated",
  ],
  [
    `insert into ${table} values ('u1', '2024-01-31'); create view ${table}_20240131 as select 1`,
    `view public.${table}_20240131 has the name of a partition`,
  ],
  [
    `grant select on ${table} to "${keeper}" with grant option;
     set local role "${keeper}"; grant select on ${table} to "${reader}"; reset role`,
    `privileges on ${table} that ${keeper} granted, who is not its owner`,
  ],
])("%s: an obstacle", async (setting, what) => {
  await undone(database.sql, async (tx) => {
    await tx.unsafe(setting).simple();
    expect(await obstacles(tx)).toContain(`${table}: ${what}`);
  });
});

test("what others hang on the tables is no obstacle as such", async () => {
  await undone(database.sql, async (tx) => {
    await decorate(tx);
    expect(await obstacles(tx)).toEqual([]);
  });
});

test("what the server writes down of its own is no obstacle, and what a person set beside it is one", async () => {
  const own = `'{pg_attver=22094248}'`;
  await undone(database.sql, async (tx) => {
    await markColumns(tx);
    await decorate(tx);
    await tx.unsafe(`${byHand}
      update pg_class set reloptions = ${own} where oid in (
        select unnest(array[c.oid, c.reltoastrelid, x.indexrelid]) from pg_class c join pg_index x on x.indrelid = c.oid
         where c.relname = '${table}')`);
    expect(await obstacles(tx)).toEqual([]);
    await tx.unsafe(`
      update pg_attribute set attoptions = ${own}::text[] || '{n_distinct=5}'
       where attrelid = 'public.${table}'::regclass and attname = 'user_id'`);
    expect(await obstacles(tx)).toEqual([`${table}: column user_id has settings for statistics`]);
  });
});

test("who does not own a table or a view on it may not convert it, and locks nothing", async () => {
  await undone(database.sql, async (tx) => {
    const [owner] = await tx<{ name: string }[]>`select current_user as name`;
    await tx.unsafe(`
      create view v as select * from ${table};
      grant select on ${table} to "${keeper}";
      alter table labels_snapshots owner to "${keeper}"`);
    await tx`set local role ${tx(keeper)}`;
    const found = await obstacles(tx);
    expect(found).toContain(`${table}: table public.${table} belongs to ${owner?.name}`);
    expect(found).toContain(`${table}: view public.v belongs to ${owner?.name}`);
    expect(found).toContain("labels_snapshots: CREATE on schema public is missing");
    expect(found).not.toContainEqual(expect.stringContaining("labels_snapshots: table"));
    const locks = await tx`
      select 1 from pg_locks where relation = ${`public.${table}`}::text::regclass and pid = pg_backend_pid() and mode = 'AccessExclusiveLock'`;
    expect([...locks]).toEqual([]);
  });
});

test("an owner needs to be no superuser", async () => {
  await undone(database.sql, async (tx) => {
    await decorate(tx);
    const targets = async () => targetsOf(tx, unpartitioned(await tablesOf(tx)).ours);
    for (const { name } of [...(await targets()), { name: "recent_labels" }, { name: "many" }]) {
      await tx`alter table ${tx(name)} owner to ${tx(keeper)}`;
    }
    const before = await identity(tx);
    await tx`set local role ${tx(keeper)}`;
    const ours = await targets();
    expect(await lockAndSearch(tx, ours)).toEqual([]);
    expect(await convertTables(tx, ours)).toHaveLength(5);
    await tx`set local search_path = public`;
    expect(await identity(tx)).toEqual(before);
  });
});

test("what Citus has distributed is left alone", async () => {
  await undone(database.sql, async (tx) => {
    await fakeCitus(tx, [{ table, column: "user_id" }]);
    const { ours, distributed } = unpartitioned(await tablesOf(tx));
    expect(ours).toHaveLength(4);
    expect(distributed.map(({ snapshot }) => snapshot.table.name)).toEqual([table]);
  });
});

test("an empty table is converted to one without partitions, and a day before Christ has one", async () => {
  await undone(database.sql, async (tx) => {
    await tx`insert into support_agg_90d_snapshots values ('a', '0044-03-15 BC', 1, 2.50), ('a', 'infinity', 1, 2.50)`;
    const targets = await targetsOf(tx, unpartitioned(await tablesOf(tx)).ours);
    expect(await lockAndSearch(tx, targets)).toEqual([]);
    const converted = await convertTables(tx, targets);
    expect(converted).toContainEqual({ table: "labels_snapshots", partitions: 0, rows: 0 });
    expect(converted).toContainEqual({ table, partitions: 2, rows: 2 });
  });
});
