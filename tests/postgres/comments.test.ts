import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { migrate } from "../../src/postgres/catalog/migrate.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { schemaDirectory } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

/** What BI tools show beside a table or a column. */

let fresh: TestDatabase;
beforeAll(async () => {
  fresh = await testDatabase();
  await migrate(fresh.sql, schemaDirectory);
});
afterAll(() => fresh.drop());

/** `table` or `table.column`, for all that bear no comment; partitions aside, which are not for anyone to open. */
async function unspoken(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select concat_ws('.', c.oid::regclass, a.attname) as name
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'console')
      join lateral (
        select null::name as attname, 0 as attnum
         union all
        select attname, attnum from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
      ) a on true
     where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
       and not exists (select from pg_description d
                        where d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum)
     order by 1`;
  return rows.map(({ name }) => name);
}

test("every table, view and column that the console makes says what it holds", async () => {
  expect(await unspoken(fresh.sql)).toEqual([]);
  const [schema] = await fresh.sql`select obj_description('console'::regnamespace) as says`;
  expect(schema?.says).toStartWith("The ledger");
});

test("a comment of somebody else's stays, and columns of their own say nothing of ours", async () => {
  const { sql, drop } = await testDatabase();
  await sql`create table users (user_id text primary key, signup_date date, nickname text)`;
  await sql`comment on table users is 'Owned by CRM.'`;
  await sql`comment on column users.signup_date is 'See wiki.'`;
  await migrate(sql, schemaDirectory);
  const rows = await sql`
    select obj_description('users'::regclass) as "table", col_description('users'::regclass, 1) as key,
           col_description('users'::regclass, 2) as signup, col_description('users'::regclass, 3) as nickname`;
  expect([...rows]).toEqual([
    { table: "Owned by CRM.", key: "The customer; the key of every table.", signup: "See wiki.", nickname: null },
  ]);
  await drop();
});

test("tables that another role owns are left alone, and keep nobody from migrating", async () => {
  const { sql, drop } = await testDatabase();
  const role = `guest_${process.pid}_${Date.now()}`;
  await sql`create role ${sql(role)}`;
  try {
    await sql`create table users (user_id text primary key, signup_date date)`;
    await sql`grant all on schema public to ${sql(role)}`;
    await sql`grant all on users to ${sql(role)}`;
    await sql.unsafe(
      `do $$ begin execute format('grant create on database %I to "${role}"', current_database()); end $$`,
    );
    await sql`set role ${sql(role)}`;
    await migrate(sql, schemaDirectory);
    await sql`reset role`;
    const rows = await sql`
      select obj_description('users'::regclass) as users, obj_description('labels'::regclass) as labels`;
    expect(rows[0]?.users).toBeNull();
    expect(rows[0]?.labels).toStartWith("Whether each customer left");
  } finally {
    await sql`reset role`;
    await sql`drop owned by ${sql(role)} cascade`;
    await sql`drop role ${sql(role)}`;
    await drop();
  }
});
