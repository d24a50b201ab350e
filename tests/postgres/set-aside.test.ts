import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { RuledTable } from "../../src/postgres/catalog/ruled-tables.ts";
import { connect, type Transaction } from "../../src/postgres/connection/connect.ts";
import { Patience, setAsideTogether } from "../../src/postgres/live/set-aside.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What is set aside of several tables at once, and what is locked for it. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let tables: RuledTable[];
beforeAll(async () => {
  database = await testDatabase(migrated);
  tables = await tablesOf(database.sql);
});
afterAll(() => database.drop());

class Undo extends Error {}

/** By table, which constraints are set aside while these are filled; and which tables nobody may read by then. */
async function aside(names: readonly string[], before: (tx: Transaction) => Promise<unknown> = async () => {}) {
  const { sql } = database;
  let found: unknown;
  const undone = sql.begin(async (tx) => {
    await before(tx);
    const filling = names.map((name) => tableNamed(tables, name));
    const asides = await setAsideTogether(tx, tables, filling, new Patience());
    const gone = await tx<{ name: string; left: string[] }[]>`
      select c.relname as name, array_agg(k.conname::text order by k.conname) as left
        from pg_constraint k join pg_class c on c.oid = k.conrelid
       where c.oid in (select to_regclass(name) from unnest(${names}::text[]) name) and k.contype in ('p', 'f') group by 1 order by 1`;
    const locked = await tx<{ name: string }[]>`
      select relation::regclass::text as name from pg_locks
       where pid = pg_backend_pid() and mode = 'AccessExclusiveLock' and relation in
             (select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace) order by 1`;
    found = {
      asides: Object.fromEntries(
        [...asides].map(([name, { aside }]) => [name, [aside?.key?.name, aside?.references.length]]),
      ),
      left: Object.fromEntries(gone.map(({ name, left }) => [name, left])),
      locked: locked.map(({ name }) => name),
    };
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  return found;
}

test("all keys of tables that are filled together, and what leads from one to another", async () => {
  const names = tables.map(({ name }) => name);
  expect(await aside(names)).toEqual({
    asides: Object.fromEntries(names.map((name) => [name, [`${name}_pkey`, name === "users" ? 0 : 1]])),
    left: {},
    locked: names.toSorted(),
  });
});

test("what leads to a table with rows is left, and so are its readers", async () => {
  const reader = connect(database.url);
  await reader`begin; select from users`.simple();
  expect(await aside(["support_agg_90d", "labels"])).toEqual({
    asides: { support_agg_90d: ["support_agg_90d_pkey", 0], labels: ["labels_pkey", 0] },
    left: { support_agg_90d: ["support_agg_90d_user_id_fkey"], labels: ["labels_user_id_fkey"] },
    locked: ["labels", "support_agg_90d"],
  });
  await reader`rollback`;
  await reader.end();
});

test("a key to which others refer is left where one of them is not filled", async () => {
  expect(await aside(["users", "labels"])).toMatchObject({
    asides: { users: [undefined, 0], labels: ["labels_pkey", 1] },
    left: { users: ["users_pkey"] },
  });
});

test("nothing is set aside where one has come to hold rows", async () => {
  const fill = (tx: Transaction) => tx`insert into users (user_id) values ('theirs')`;
  expect(await aside(["users", "labels"], fill)).toMatchObject({
    asides: {},
    left: { users: ["users_pkey"], labels: ["labels_pkey", "labels_user_id_fkey"] },
  });
});

test("a table by itself is seen to in its turn", async () => {
  expect(await aside(["labels"])).toMatchObject({ asides: {}, locked: [] });
});
