import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { registry } from "../../src/expectations/kinds/registry.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { examples } from "./examples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
  const { sql } = database;
  await sql`drop table users cascade`;
  await sql`create table users (user_id int primary key)`;
  await sql`insert into users values (1)`;
  for (const table of tables) {
    await sql`create table ${sql(table)} (id int, "na'me" text, ${sql(hostile)} numeric, "select" date, "per%cent" boolean, "back\\slash" float8)`;
    await sql`insert into ${sql(table)} values (1, 'it''s', 1.5, '2024-01-31', true, 'NaN'), (2, null, null, null, null, null)`;
  }
});
afterAll(() => database.drop());

const hostile = '"; drop table users; --';
const tables = ["plain", hostile, "ta'ble", "tab\\le", "%s", "$1", "sélect 'x'"];
const columns = ["id", "na'me", hostile, "select", "per%cent", "back\\slash", "nope", "", "a.b"];

const nasty = fc.constantFrom(
  "'",
  '"',
  "''",
  "\\",
  "\\'",
  "%",
  "%s",
  "$1",
  "\0",
  ";",
  "--",
  "/*",
  "*/",
  "{batch}",
  "(",
  ")",
  "[",
  "\ud800",
  "\u202e",
  "::int",
  "$$",
  hostile,
  "NaN",
  "Infinity",
  "1e999",
  "now()",
  "2024-01-31",
  "0000-00-00",
  "(?i)",
  "^a.*$",
);
const text = fc.oneof(
  nasty,
  fc.array(nasty, { maxLength: 3 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 8 }).map((drawn) => drawn.toWellFormed()),
);
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const column = fc.constantFrom(...columns);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.array(fc.array(scalar, { maxLength: 3 }), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const condition = fc
  .tuple(column, fc.constantFrom("==", "!=", "<", ".notnull()"), text)
  .map(([name, operator, operand]) => `col("${name}") ${operator} ${operand}`);

/** Arguments as the expectation takes them, some of them replaced. */
const expectation = fc.constantFrom(...registry.values()).chain((entry) =>
  fc
    .dictionary(fc.constantFrom(...entry.arguments, "row_condition", "condition_parser", "result_format", "x"), value, {
      maxKeys: 3,
    })
    .chain((replaced) =>
      fc
        .record({ column, column_A: column, column_B: column, other: column, row_condition: fc.option(condition) })
        .map((names) => {
          const kwargs: Record<string, unknown> = { ...examples[entry.type] };
          for (const argument of ["column", "column_A", "column_B"] as const)
            if (argument in kwargs) kwargs[argument] = names[argument];
          if ("column_list" in kwargs) kwargs.column_list = [names.column, names.other];
          if (names.row_condition !== null)
            Object.assign(kwargs, { row_condition: names.row_condition, condition_parser: "great_expectations" });
          return { type: entry.type, kwargs: { ...kwargs, ...replaced } };
        }),
    ),
);

test("no suite crashes the evaluation, or reaches the server as anything but values and quoted names", async () => {
  const ends = { evaluated: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tables),
      fc.array(expectation, { minLength: 1, maxLength: 6 }),
      async (table, expectations) => {
        const suiteText = JSON.stringify({ name: "fuzz", expectations });
        const request = { suiteText, suitePath: "fuzz.json", table, parameters: {}, resultFormat: "COMPLETE" } as const;
        try {
          const result = await validateTable(database.sql, request);
          expect(result.results).toHaveLength(expectations.length);
          ends.evaluated++;
        } catch (thrown) {
          // A suite that no file could hold is refused as a whole.
          expect(thrown instanceof ConsoleError && thrown.code).toBe("suite_invalid");
          ends.refused++;
        }
        const [row] = await database.sql`select count(*) as rows from users`;
        expect(row?.rows).toBe(1);
      },
    ),
    { numRuns: 200 },
  );
  expect(Math.min(ends.evaluated, ends.refused)).toBeGreaterThan(10);
}, 60_000);

test("a table is found by its name as it is, or refused", async () => {
  const request = {
    suiteText: JSON.stringify({ name: "fuzz", expectations: [] }),
    suitePath: "fuzz.json",
    parameters: {},
  };
  for (const table of tables) {
    for (const named of [table, `public.${table}`]) {
      const result = await validateTable(database.sql, { ...request, table: named });
      expect(result.meta.batch_spec).toEqual({ schema_name: "public", table_name: table });
    }
  }
  await database.sql`create schema "😀 schema"`;
  await database.sql`create table "😀 schema".t (id int)`;
  const elsewhere = await validateTable(database.sql, { ...request, table: "😀 schema.t" });
  expect(elsewhere.meta.batch_spec).toEqual({ schema_name: "😀 schema", table_name: "t" });
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.constant("\ud800")), async (table) => {
      const thrown = await validateTable(database.sql, { ...request, table }).then(
        () => null,
        (refused) => refused,
      );
      if (tables.includes(table)) expect(thrown).toBeNull();
      else expect(thrown instanceof ConsoleError && thrown.title).toBe(`The database has no table ${table}.`);
    }),
    { numRuns: 50 },
  );
});
