import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../../src/postgres/connection/connect.ts";
import { lastOf } from "../helpers/pipeline.ts";
import { type ManifestTable, RuledPlace, type Texts } from "../helpers/ruled.ts";

/** Keys and foreign keys that are set aside while tables are filled for the first time are there again, as they were. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

const tables: Record<string, ManifestTable> = { payments: {}, accounts: {}, people: {} };
const rows: Texts = {
  people: "id,boss\nb,a\na,\nc,c\n",
  accounts: "id,person,no\nx,a,1\ny,b,2\n",
  payments: "id,account,no\np,x,1\nq,,\n",
};
/** A chain, one that refers to its own rows, and references of every kind. */
const chain = `
  create table people (id text primary key, boss text references people deferrable);
  create table accounts (
    id text, person text not null references people on update cascade on delete cascade, no int,
    constraint "the Key" primary key (no, id) include (person));
  create table payments (
    id text primary key deferrable, account text, no int,
    constraint paid foreign key (no, account) references accounts (no, id) match full);`;

/** All that the catalog says of the tables' constraints and indexes, by the names of things. */
async function identity(): Promise<unknown[]> {
  const { sql } = place.database;
  return [
    ...(await sql`
      select c.oid::regclass::text as table, c.oid::int8 as oid, c.relreplident as identity, c.relacl::text as acl, k.conname,
             pg_get_constraintdef(k.oid) as definition, k.convalidated, k.condeferrable, k.condeferred, k.conislocal,
             k.conindid::regclass::text as index, obj_description(k.oid) as comment,
             (select array_agg(g.tgenabled::text || g.tgtype::text order by g.tgtype, g.tgrelid::regclass::text) from pg_trigger g where g.tgconstraint = k.oid) as triggers
        from pg_class c join pg_constraint k on k.conrelid = c.oid
       where c.relnamespace = 'ruled'::regnamespace order by 1, k.conname`),
    ...(await sql`
      select x.oid::regclass::text as index, pg_get_indexdef(x.oid) as definition, x.reloptions, x.reltablespace::int8,
             i.indisreplident, i.indisclustered, i.indisunique, i.indisvalid, obj_description(x.oid) as comment
        from pg_index i join pg_class x on x.oid = i.indexrelid
       where x.relnamespace = 'ruled'::regnamespace order by 1`),
    ...(await sql`
      select attrelid::regclass::text as table, attname, attnotnull, attstattarget
        from pg_attribute where attrelid in (select oid from pg_class where relnamespace = 'ruled'::regnamespace)
         and attnum > 0 order by 1, 2`),
  ];
}

/** Which tables' keys are no longer the very ones that they were: they were built again. */
async function rebuilt(work: () => Promise<unknown>): Promise<string[]> {
  const { sql } = place.database;
  const keys = async () =>
    sql<{ name: string; key: number }[]>`
      select c.relname as name, i.indexrelid::int8 as key from pg_index i join pg_class c on c.oid = i.indrelid
       where i.indisprimary and c.relnamespace = 'ruled'::regnamespace order by 1`;
  const before = await keys();
  await work();
  const after = await keys();
  return after.filter(({ key }, at) => key !== before[at]?.key).map(({ name }) => name);
}

/** Publish the first month: what is in the tables then is what the drop has, and all keys are as before. */
async function first(
  statements: string,
  meanwhile?: () => Promise<unknown>,
): Promise<{ rebuilt: string[]; warnings: string[] }> {
  await place.make(`${chain} ${statements}`, tables);
  const before = await identity();
  await meanwhile?.();
  place.write("month_000", rows);
  let warnings: string[] = [];
  const names = await rebuilt(async () => {
    const events = await place.run("month_000");
    expect(lastOf(events, "run.failed")).toBeUndefined();
    warnings = events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));
  });
  expect(await identity()).toEqual(before);
  const found = (await place.rows()).split("\n");
  expect(found).toEqual(expect.arrayContaining(["(p,x,1)", "(q,,)", "(x,a,1)", "(y,b,2)", "(a,)", "(b,a)", "(c,c)"]));
  return { rebuilt: names, warnings };
}

const all = ["accounts", "payments", "people"];

test.each([
  ["as it is", ""],
  ["that is deferred", "alter table accounts alter constraint accounts_person_fkey deferrable initially deferred"],
  [
    "that is not valid",
    `alter table accounts drop constraint accounts_person_fkey,
       add constraint accounts_person_fkey foreign key (person) references people not valid`,
  ],
  ["with another index", "create unique index by_no on accounts (no); create index by_person on accounts (person)"],
  [
    "with statistics",
    "alter table people alter id set statistics 7; create statistics both_of on id, boss from people",
  ],
  ["that is published", "create publication told_of for table people, accounts"],
  ["that others inherit", "create table also () inherits (people)"],
])("a chain of tables %s is filled with all its keys set aside", async (_, statements) => {
  expect(await first(statements)).toEqual({ rebuilt: all, warnings: [] });
  await place.database.sql`drop publication if exists told_of`;
});

describe("a key stays where it is", () => {
  test.each([
    ["another table refers to it", "create table of_others (of text references people)", ["accounts", "payments"]],
    [
      "another table refers to the middle of the chain",
      "create table of_others (no int, of text, foreign key (no, of) references accounts)",
      ["payments", "people"],
    ],
    ["a table that is not empty refers to it", "insert into payments values ('z')", ["people"]],
    [
      "what refers to it has a comment",
      "comment on constraint accounts_person_fkey on accounts is 'known'",
      ["accounts", "payments"],
    ],
    ["what refers to it is switched off", "alter table accounts disable trigger all", ["payments"]],
    ["it has a comment", "comment on constraint people_pkey on people is 'known'", ["accounts", "payments"]],
    ["its index has options", "alter index people_pkey set (fillfactor = 70)", ["accounts", "payments"]],
    [
      "it is the replica's identity",
      "alter table people replica identity using index people_pkey",
      ["accounts", "payments"],
    ],
    ["its table is clustered by it", "alter table people cluster on people_pkey", ["accounts", "payments"]],
    [
      "something else has a say in what is written",
      "create policy p on payments using (true); alter table payments enable row level security",
      ["payments"],
    ],
    [
      "a trigger may go by it",
      `create function act() returns trigger language plpgsql as $$ begin return new; end $$;
       create trigger act before insert on people for each row execute function act()`,
      ["payments"],
    ],
    [
      "a foreign key might choose another index afterwards",
      "alter table people add unique (id)",
      ["accounts", "payments"],
    ],
  ])("where %s", async (_, statements, names) => {
    expect(await first(statements)).toEqual({ rebuilt: names, warnings: [] });
  });
});

test("a key that a view stands and falls with stays, and what refers to it, and that is said", async () => {
  const { rebuilt: names, warnings } = await first("create view seen as select id, boss from people group by id");
  expect(names).toEqual(["payments"]);
  const slower = (name: string) => new RegExp(`^${name} was filled the slower way: .*people_pkey.* depend on it`);
  expect(warnings).toEqual([expect.stringMatching(slower("people")), expect.stringMatching(slower("accounts"))]);
});

describe("a drop that is refused leaves all keys the very ones that they were", () => {
  test.each<[string, Texts]>([
    ["a key twice", { ...rows, people: "id,boss\na,\nb,a\na,\nc,\n" }],
    ["a row without its parent", { ...rows, payments: "id,account,no\np,x,2\n" }],
    ["one that is its own table's", { ...rows, people: "id,boss\na,\nb,d\nc,\n" }],
  ])("for %s", async (_, texts) => {
    await place.make(chain, tables);
    const before = await identity();
    place.write("month_000", texts);
    const names = await rebuilt(async () => {
      const failed = lastOf(await place.run("month_000"), "run.failed");
      expect(failed?.code).toBe("drop_rejected");
    });
    expect([names, await identity(), await place.rows()]).toEqual([[], before, "accounts\npayments\npeople"]);
  });
});

test("a reader of one of the tables is waited for once, and each table is told whose keys stay where they are", async () => {
  const { sql, url } = place.database;
  const reader = connect(url);
  const waits = new Set<string>();
  let isOver = false;
  const watching = async () => {
    while (!isOver) {
      const rows = await sql<{ wait: string }[]>`
        select pid || ' since ' || waitstart as wait from pg_locks
         where not granted and database = (select oid from pg_database where datname = current_database())
           and clock_timestamp() - waitstart > '500 ms'`;
      for (const { wait } of rows) waits.add(wait);
    }
  };
  let watched: Promise<void> | undefined;
  const { rebuilt: names, warnings } = await first("", async () => {
    await reader`begin; select from ruled.accounts`.simple();
    watched = watching();
  });
  isOver = true;
  await watched;
  await reader`rollback`;
  await reader.end();
  expect(names).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining("people was filled the slower way"),
    expect.stringContaining("accounts was filled the slower way"),
    expect.stringContaining("payments was filled the slower way"),
  ]);
  expect(waits.size).toBe(1);
});
