import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Queryable } from "../../../src/postgres/connection/connect.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { confused, fingerprintsOf, sampled } from "./sampled.ts";
import { arraysOf } from "./samples.ts";
import { settings, under } from "./settings.ts";
import { majorOf, sealed } from "./stored.ts";

/** Types that somebody made for a database of his own, or that an extension brings. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`
    create schema app;
    create type mood as enum ('sad', 'Sad', 'sad ', 'NULL', '', 'é');
    create type _odd as enum ('a', 'b');
    create type pair as (a int, b text);
    create type single as (a text);
    create type app.money as (amount int, currency text);
    create domain cents as numeric check (value >= 0);
    create domain pairs as pair[];
    create type texts as range (subtype = text, collation = "C");
    create type floats as range (subtype = float8)`.simple();
});
afterAll(() => database.drop());

interface Own {
  declared: string;
  values: readonly string[];
}

/** Values of each type that are nearly the same: how a column is declared, and values. */
const distinct: [declared: string, ...values: string[]][] = [
  ["mood", "sad", "Sad", "sad ", "NULL", "", "é"],
  ["mood[]", "{sad}", '{"sad "}', "{sad,Sad}", "{Sad,sad}", "{NULL}", '{"NULL"}', "{}", '{""}', "[0:0]={sad}"],
  ["_odd", "a", "b"],
  ["_odd[]", "{a}", "{b}", "{a,b}", "{NULL}", "{}"],
  ["pair", "(1,a)", "(1,b)", "(2,a)", "(1,)", '(1,"")', "(,)", '(,"")', '(1,"a,b")', '(1,"a ")'],
  ["single", "(a)", "(b)", "()", '("")'],
  ["pair[]", '{"(1,a)"}', '{"(1,b)"}', '{"(2,a)"}', '{"(1,a)","(2,b)"}', '{"(2,b)","(1,a)"}', '{"(,)"}', "{NULL}"],
  ["pairs", '{"(1,a)"}', '{"(1,b)"}', "{}"],
  ["single[]", "{(a)}", "{(b)}", "{()}", "{NULL}", "{(a),(b)}", "{(b),(a)}", "{(a),NULL}", "{(a),()}"],
  ["cents", "0", "1", "0.1"],
  ["cents[]", "{0}", "{1}", "{0,1}", "{1,0}", "{NULL}", "{}", "{{1}}"],
  ["texts", "empty", "[a,b)", "[a,b]", "(a,b)", '["a ",b)', "[,b)", '["",b)', "(,)"],
  ["texts_multirange", "{}", "{[a,b)}", "{[a,b]}", "{[a,b),[c,d)}", "{(,)}"],
  ["floats", "[0,1)", "[-0,1)", "[0.1,1)", "[0.10000000000000002,1)", "[0,infinity)", "[0,)"],
  ["app.money", "(1,é)", "(1,e)", "(1,)", '(1,"")'],
];

const owned: Own[] = distinct.map(([declared, ...values]) => ({ declared, values }));

test.each(owned)("values of $declared that are nearly the same have different fingerprints", async (own) => {
  const { sql } = database;
  const values = [...own.values, null];
  const fingerprints = await fingerprintsOf(sql, sql.unsafe(own.declared), values);
  expect(confused(values, fingerprints)).toEqual([]);
});

/** Taken by their text: a type that has floats or times in it is written as the console's sessions are told to. */
const settled = owned.filter(({ declared }) => declared !== "floats");

test.each(settled)("no setting of the session has a say in the fingerprint of $declared", async (own) => {
  const { sql } = database;
  const { table, columns } = await sampled(sql, sql.unsafe(own.declared), own.values);
  const ask = (on: Queryable) => sealed(on, sql`(select * from public.${sql(table)})`, columns, majorOf(sql));
  const { fingerprint } = await ask(sql);
  const others: typeof settings = [];
  for (const setting of settings) {
    const found = await under(sql, setting, ask);
    if (found.fingerprint !== fingerprint) others.push(setting);
  }
  expect(others).toEqual([]);
});

test("a cast to text that somebody made has no say in the fingerprint", async () => {
  const { sql } = database;
  await sql`
    create type grade as enum ('good', 'better');
    create function same(grade) returns text language sql immutable return 'x';
    create cast (grade as text) with function same(grade)`.simple();
  const [good, better] = await fingerprintsOf(sql, sql`grade`, ["good", "better"]);
  expect(good).not.toBe(better ?? "");
});

test("values that have been restored have the fingerprint they had, whatever numbers the catalog then gives to types", async () => {
  const { sql } = database;
  const restored = async () => {
    await sql`create domain days as int4 check (value > 0); create type whole as (a int4, b text)`.simple();
    const days = await fingerprintsOf(sql, sql`days`, ["7"]);
    const wholes = await fingerprintsOf(sql, sql`whole[]`, ['{"(1,a)"}']);
    await sql`drop domain days cascade; drop type whole cascade`.simple();
    return { days, wholes };
  };
  expect(await restored()).toEqual(await restored());
});

const extensions: Record<string, readonly string[]> = {
  hstore: ["", "a=>1", 'a=>"1 "', "a=>NULL", 'a=>"NULL"', "a=>1,b=>2", "b=>1,a=>2"],
  citext: ["", "a", "A", "a ", "NULL"],
  ltree: ["", "a", "A", "a.b", "b.a"],
  cube: ["(0)", "(-0)", "(0.1)", "(0.10000000000000002)", "(0,0)", "(0),(1)"],
};

test("types that extensions bring are told apart, also in arrays", async () => {
  const { sql } = database;
  const available = await sql<{ name: string }[]>`
    select name from pg_available_extensions where name = any(${Object.keys(extensions)}::text[])`;
  for (const { name } of available) {
    await sql`create extension ${sql(name)}`;
    const values = [...(extensions[name] ?? []), null];
    const arrays = [...arraysOf(extensions[name] ?? []), null];
    const found = await fingerprintsOf(sql, sql`${sql(name)}`, values);
    const foundInArrays = await fingerprintsOf(sql, sql`${sql(name)}[]`, arrays);
    expect([name, confused(values, found), confused(arrays, foundInArrays)]).toEqual([name, [], []]);
  }
});
