import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../package.json";
import type { ConsoleError } from "../../src/core/errors.ts";
import { migrate } from "../../src/postgres/catalog/migrate.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { schemaDirectory } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("two consoles that migrate at once apply each file once", async () => {
  const other = connect(database.url);
  await Promise.all([migrate(database.sql, schemaDirectory), migrate(other, schemaDirectory)]);
  await other.end();
  const files = await database.sql`select file from console.migrations order by file`;
  expect(files.map((row) => row.file)).toEqual((await readdir(schemaDirectory)).sort());
});

test("a number is one file's, so that which comes first needs no thought", async () => {
  const numbers = (await readdir(schemaDirectory)).map((file) => file.slice(0, 3));
  const twice = numbers.filter((number, at) => numbers.indexOf(number) !== at).sort();
  // Of these neither needs the other, and databases know them by their names.
  expect(twice).toEqual(["011", "012", "014"]);
});

test("files that others apply one by one, in the order of their names, make what the console makes", async () => {
  const [others, ours] = await Promise.all([testDatabase(), testDatabase()]);
  for (const file of (await readdir(schemaDirectory)).sort()) {
    await others.sql.unsafe(readFileSync(join(schemaDirectory, file), "utf8"));
  }
  const made = async ({ sql }: TestDatabase) => [
    ...(await sql`
      select n.nspname, c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
             col_description(c.oid, a.attnum) as said, obj_description(c.oid, 'pg_class') as told
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
       where n.nspname in ('public', 'console') and a.attnum > 0 order by 1, 2, 4`),
  ];
  await migrate(ours.sql, schemaDirectory);
  const wanted = await made(ours);
  expect(await made(others)).toEqual(wanted);
  await migrate(others.sql, schemaDirectory);
  expect(await made(others)).toEqual(wanted);
  await Promise.all([others.drop(), ours.drop()]);
});

test.each(["nowhere", "elsewhere, public", ""])(
  "tables are made in the dataset's schema where the search_path is %j",
  async (path) => {
    const { sql, url, drop } = await testDatabase();
    await sql`create schema elsewhere`;
    await sql.unsafe(`alter database "${sql.options.database}" set search_path = ${path || "''"}`);
    const other = connect(url);
    await migrate(
      other,
      schemaDirectory,
      () => {},
      null,
      async () => ({ name: "streamflow", schema: "public" }),
    );
    const schemas =
      await other`select distinct schemaname from pg_tables where schemaname !~ '^(pg_|information)' order by 1`;
    expect(schemas.map(({ schemaname }) => schemaname)).toEqual(["console", "public"]);
    await other.end();
    await drop();
  },
);

test("a database that holds the seed's tables and rows is adopted as it is", async () => {
  const seed = await testDatabase();
  await seed.sql`create table users (user_id text primary key, signup_date date, user_gender text,
    user_is_senior boolean, has_family boolean, has_dependents boolean)`;
  await seed.sql`create table labels (user_id text primary key references users (user_id), churn_label boolean)`;
  await seed.sql`create table payments_agg_90d_snapshots (user_id text, as_of date, failed_payments_90d int,
    primary key (user_id, as_of))`;
  await seed.sql`insert into users (user_id) values ('A')`;
  await seed.sql`insert into payments_agg_90d_snapshots values ('A', '2023-12-31', 2)`;
  await migrate(seed.sql, schemaDirectory);
  expect([...(await seed.sql`select user_id from users`)]).toEqual([{ user_id: "A" }]);
  expect([...(await seed.sql`select * from payments_agg_90d_snapshots`)]).toEqual([
    { user_id: "A", as_of: "2023-12-31", failed_payments_90d: 2 },
  ]);
  expect([...(await seed.sql`select count(*) as runs from console.runs`)]).toEqual([{ runs: 0 }]);
  await seed.drop();
});

describe("what was applied", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "streamflow-init-"));
    cpSync(schemaDirectory, folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const told = async () => {
    const words: string[] = [];
    await migrate(database.sql, folder, (text) => words.push(text));
    return words;
  };

  test("is told where its file was edited since, until that is accepted", async () => {
    expect(await told()).toEqual([]);
    const file = join(folder, "001_schema.sql");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replaceAll("\n", "\r\n"));
    expect(await told()).toEqual([]);
    writeFileSync(file, `${before}\ncreate table another (id int);\n`);
    const [warning = "", ...more] = await told();
    expect(more).toEqual([]);
    expect(warning).toStartWith(`warning: ${file} was edited after it was applied`);
    const [, remedy = ""] = /`(update .*)`/.exec(warning) ?? [];
    await database.sql.unsafe(remedy);
    expect(await told()).toEqual([]);
  });

  test("by a newer console is refused by an older one, which changes nothing", async () => {
    const file = "999_from_the_future.sql";
    await database.sql`insert into console.migrations (file, console) values (${file}, '99.1.0')`;
    const added = "013_of_ours.sql";
    writeFileSync(join(folder, added), "create table ours (id int);");
    await expect(told()).rejects.toMatchObject({
      code: "database_version",
      title: expect.stringContaining("was last used by version 99.1.0 of the console (999_from_the_future.sql)"),
    });
    expect([...(await database.sql`select 1 from console.migrations where file = ${added}`)]).toEqual([]);
    await database.sql`delete from console.migrations where file = ${file}`;
    expect(await told()).toEqual([]);
    const [row] =
      await database.sql`select console, length(sha256) as digits from console.migrations where file = ${added}`;
    expect(row).toEqual({ console: version, digits: 64 });
  });

  test("before that was written down is taken as it is, as a file is that its owner removed", async () => {
    const old = await testDatabase();
    const [first = "", ...others] = readdirSync(schemaDirectory).sort();
    await old.sql`create schema console`;
    await old.sql`create table console.migrations (file text primary key, applied_at timestamptz not null default now())`;
    await old.sql.unsafe(readFileSync(join(schemaDirectory, first), "utf8"));
    await old.sql`insert into console.migrations (file) values (${first}), ('000_removed.sql')`;
    await migrate(old.sql, schemaDirectory, (text) => expect(text).toBeEmpty());
    const rows = await old.sql`select file, sha256 is null as "isUnknown" from console.migrations order by file`;
    expect([...rows]).toEqual(
      ["000_removed.sql", first, ...others].map((file, place) => ({ file, isUnknown: place < 2 })),
    );
    await old.drop();
  });
});

test.each([
  ["view", "create view users as select '1'::text as user_id"],
  [
    "foreign table",
    "create foreign data wrapper nobody; create server away foreign data wrapper nobody; create foreign table users (user_id text not null) server away",
  ],
])(
  "a %s where the dataset has a table is told as that, and its remedy lets the tables be made",
  async (kind, statement) => {
    const other = await testDatabase();
    await other.sql.unsafe(statement);
    const refusal: ConsoleError = await migrate(other.sql, schemaDirectory).then(
      () => Promise.reject(new Error("it was applied")),
      (error) => error,
    );
    expect(refusal).toMatchObject({
      code: "schema_mismatch",
      title: `public.users is a ${kind}, where the dataset has a table.`,
    });
    const [, remedy = ""] = /: (alter .*?)\. /.exec(refusal.hint) ?? [];
    await other.sql.unsafe(remedy);
    await migrate(other.sql, schemaDirectory);
    await other.drop();
  },
);
