import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Queryable } from "../../../src/postgres/connection/connect.ts";
import { list } from "../../../src/postgres/connection/fragments.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";
import { literal } from "./sampled.ts";
import { arraysOf, samples } from "./samples.ts";
import { settings, under } from "./settings.ts";
import { majorOf, sealed } from "./stored.ts";

setDefaultTimeout(60_000);

/** A column for each type that PostgreSQL ships and each type of arrays of them, with as many values as it has samples. */
const columns = Object.entries(samples).flatMap(([type, values]) => [
  { name: `a_${type}`, type, values },
  { name: `an_${type}`, type: `_${type}`, values: arraysOf(values, type === "box" ? ";" : ",") },
]);
const rows = Math.max(...columns.map(({ values }) => values.length));

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database;
  const declared = columns.map(({ name, type }) => sql`${sql(name)} pg_catalog.${sql(type)}`);
  await sql`create table everything (key int4, ${list(declared)}) with (parallel_workers = 4)`;
  for (let row = 0; row < rows; row++) {
    const cells = columns.map(({ values }) => literal(sql, values[row] ?? null));
    await sql`insert into everything values (${row}, ${list(cells)})`;
  }
  // Whether its name is written with a schema is for the search path to say.
  await sql`insert into everything (key, a_regclass, an_regclass) values (-1, 'everything', '{everything}')`;
});
afterAll(() => database.drop());

/** The fingerprint, and the rows as they are written. */
async function told(sql: Queryable): Promise<{ fingerprint: string; text: string }> {
  const { fingerprint } = await sealed(sql, sql`(select * from public.everything)`, columns, majorOf(database.sql));
  const [row] = await sql<{ text: string }[]>`
    select md5(string_agg(e::text, '' order by key)) as text from public.everything e`;
  return { fingerprint, text: row?.text ?? "" };
}

test("no setting of the session has a say in the fingerprint, whatever the types", async () => {
  const usual = await told(database.sql);
  for (const setting of settings) {
    const { fingerprint, text } = await under(database.sql, setting, told);
    expect({ setting, fingerprint, isSeen: text !== usual.text }).toEqual({
      setting,
      fingerprint: usual.fingerprint,
      isSeen: setting.isSeen ?? false,
    });
  }
});
