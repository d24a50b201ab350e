import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { parseSuite } from "../../src/core/suites/suite.ts";
import { type EvaluatedVerdict, evaluateSuite } from "../../src/expectations/evaluate.ts";
import { requireSound } from "../../src/expectations/fit.ts";
import { kept } from "../../src/pipeline/session/suites.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import type { Queryable, Transaction } from "../../src/postgres/connection/connect.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Asked, validate } from "./evaluate-one.ts";
import { examples } from "./examples.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

function suiteOf(asked: readonly Asked[]) {
  const expectations = asked.map(([type, kwargs]) => ({ type, kwargs }));
  return parseSuite(JSON.stringify({ name: "asked", expectations }), "asked.json", {});
}

async function targetOf(sql: Queryable, name: string) {
  const [shape] = await catalogTables(sql, [{ schema: "public", name }]);
  if (shape === undefined) throw new Error(`no table ${name}`);
  return {
    shape,
    relation: { schema: "public", name },
    resolveTable: (other: string) => ({ schema: "public", name: other }),
    resultFormat: kept,
  };
}

const notNull = (column: string): Asked => ["expect_column_values_to_not_be_null", { column }];
const between = (column: string, min_value: number, max_value: number, rest = {}): Asked => [
  "expect_column_values_to_be_between",
  { column, min_value, max_value, ...rest },
];

describe("how often the table is read", () => {
  /** Sequential scans of the table that an evaluation starts. */
  async function scans(asked: readonly Asked[]): Promise<number> {
    let count = -1;
    await database.sql.begin(async (tx) => {
      const target = await targetOf(tx, "samples");
      const before = await started(tx);
      await evaluateSuite(tx, { ...target, suite: suiteOf(asked) });
      count = (await started(tx)) - before;
    });
    return count;
  }

  async function started(tx: Transaction): Promise<number> {
    const [row] = await tx<{ scans: number }[]>`select pg_stat_get_xact_numscans('samples'::regclass) as scans`;
    return row?.scans ?? Number.NaN;
  }

  // More than one screen tells apart.
  const sound = Array.from({ length: 50 }, (_, at): Asked[] => [
    between("id", 0, 10 + at),
    between("amount", 0, 100 + at),
  ]).flat();
  const aggregates: Asked[] = ["min", "max", "sum", "mean", "stdev"].map((metric) => [
    `expect_column_${metric}_to_be_between`,
    { column: "big" },
  ]);

  test("once, however many row checks and aggregates pass", async () => {
    expect(await scans([...sound, notNull("id"), ...aggregates, between("whole", 0, 50, { mostly: 0.9 })])).toBe(1);
  });

  test("not at all for what the catalog knows", async () => {
    expect(await scans([["expect_column_to_exist", { column: "id" }]])).toBe(0);
  });

  test("a second time to count what failed, and once for the samples of each", async () => {
    expect(await scans([...sound, ...aggregates, between("id", 0, 3), notNull("word")])).toBe(1 + 1 + 2);
  });
});

describe("inside a transaction", () => {
  const failing: Asked[] = [
    ["unexpected_rows_expectation", { unexpected_rows_query: "select 1 / (id - id) from {batch}" }],
    ["expect_multicolumn_sum_to_equal", { column_list: ["f", "g"], sum_total: 1 }],
    ["expect_column_values_to_be_between", { column: "f", min_value: 0 }],
    ["expect_column_sum_to_be_between", { column: "f" }],
    ["expect_column_max_to_be_between", { column: "f" }],
  ];

  test("what fails on the data fails alone, and the transaction goes on", async () => {
    await database.sql`create table floats as select 1 as id, 1.5e308::float8 as f, 1.5e308::float8 as g from generate_series(1, 3)`;
    const told: EvaluatedVerdict[] = [];
    await database.sql.begin(async (tx) => {
      await tx`insert into others values (99)`;
      await evaluateSuite(tx, {
        ...(await targetOf(tx, "floats")),
        suite: suiteOf(failing),
        onVerdict: (one) => void told.push(one),
      });
      const [row] = await tx`select count(*) as rows from others where id = 99`;
      expect(row?.rows).toBe(1);
      await tx`delete from others where id = 99`;
    });
    expect(told.map(({ verdict, success, error, observed }) => [verdict, success, error, observed])).toEqual([
      ["unevaluated", false, "division by zero", null],
      ["unevaluated", false, "value out of range: overflow", null],
      ["passed", true, undefined, null],
      ["unevaluated", false, "value out of range: overflow", null],
      ["passed", true, undefined, 1.5e308],
    ]);
  });

  test("verdicts are told in order, by the name that the table is shown by", async () => {
    const told: EvaluatedVerdict[] = [];
    const asked = [notNull("id"), between("id", 0, 3)];
    await database.sql.begin(async (tx) => {
      const target = await targetOf(tx, "samples");
      const shape = { ...target.shape, name: "user" };
      const onVerdict = (one: EvaluatedVerdict) => void told.push(one);
      await evaluateSuite(tx, { ...target, shape, suite: suiteOf(asked), onVerdict });
    });
    expect(told.map(({ result: _, ...verdict }) => verdict)).toEqual([
      {
        table: "user",
        type: asked[0]?.[0] ?? "",
        column: "id",
        kwargs: { column: "id" },
        severity: "critical",
        verdict: "passed",
        success: true,
        observed: null,
        unexpected_count: 0,
        unexpected_percent: 0,
      },
      {
        table: "user",
        type: asked[1]?.[0] ?? "",
        column: "id",
        kwargs: { column: "id", min_value: 0, max_value: 3 },
        severity: "critical",
        verdict: "failed",
        success: false,
        observed: null,
        unexpected_count: 2,
        unexpected_percent: 40,
      },
    ]);
    expect(told[1]?.result.result.unexpected_index_query).toBe(
      'select id from "user" where not ((id >= 0 and id <= 3));',
    );
  });

  test("a cancelled evaluation ends with the reason", async () => {
    const reason = new ConsoleError("interrupted", "Enough.", { hint: "Again." });
    const signal = AbortSignal.abort(reason);
    const evaluate = (tx: Transaction) =>
      targetOf(tx, "samples").then((target) =>
        evaluateSuite(tx, { ...target, suite: suiteOf([notNull("id")]), signal }),
      );
    expect(await database.sql.begin(evaluate).catch((thrown) => thrown)).toBe(reason);
  });
});

test("an unsound suite is refused before anything runs, with all that it lacks", async () => {
  const target = await targetOf(database.sql, "samples");
  const unsound = suiteOf([notNull("id"), notNull("nope"), ["expect_nothing", {}]]);
  expect(() => requireSound(unsound, target)).toThrow(
    'The expectation suite asked.json is not sound: table samples has no column "nope", which expectation 2 names; expectation 3 (expect_nothing): there is no such expectation.',
  );
  requireSound(suiteOf(Object.entries(examples)), target);
});

test("the query that a result shows finds the unexpected rows", async () => {
  const { sql } = database;
  await sql`create table "Odd ""table""" ("key" int primary key, "a 'b'" text, "user" text, n numeric)`;
  await sql`insert into "Odd ""table""" values (1, 'it''s', '\\', 1), (2, '"', null, 2), (3, 'x', 'y', 3), (4, 'x', 'y', 3)`;
  const asked: Asked[] = [
    ["expect_column_values_to_be_in_set", { column: "a 'b'", value_set: ["it's", '"'] }],
    ["expect_column_values_to_be_in_set", { column: "user", value_set: ["\\"] }],
    ["expect_column_values_to_not_be_null", { column: "user" }],
    ["expect_column_values_to_be_unique", { column: "n" }],
    [
      "expect_column_values_to_be_between",
      { column: "n", min_value: 1.5, row_condition: 'col("a \'b\'") != "x"', condition_parser: "great_expectations" },
    ],
    ["expect_column_values_to_match_regex", { column: "a 'b'", regex: "'|\"" }],
    ["expect_column_pair_values_to_be_equal", { column_A: "a 'b'", column_B: "user" }],
    ["expect_compound_columns_to_be_unique", { column_list: ["user", "n"] }],
    ["expect_column_value_z_scores_to_be_less_than", { column: "n", threshold: 0.5, double_sided: true }],
    ["expect_column_values_to_be_increasing", { column: "n", order_by: "key", strictly: true }],
  ];
  const { results } = await validate(sql, 'Odd "table"', asked);
  expect(results).toHaveLength(asked.length);
  for (const { result, expectation_config: config } of results) {
    expect([config.type, result.unexpected_count]).not.toEqual([config.type, 0]);
    const rows = await sql.unsafe(result.unexpected_index_query ?? "");
    const [type, found] = [config.type, rows.map((row) => row.key).sort()];
    expect([type, found]).toEqual([type, (result.unexpected_index_list ?? []).map((row) => row.key).sort()]);
  }
});

test("counts are those of a reckoning by hand, screened or not", async () => {
  const { sql } = database;
  await sql`create table drawn (id int, n int, x numeric)`;
  const numbers = fc.option(fc.integer({ min: -3, max: 3 }), { freq: 5 });
  const shares = fc.constantFrom(undefined, undefined, 0.5, 1);
  const check = fc.record({
    column: fc.constantFrom("n", "x"),
    min: fc.integer({ min: -4, max: 1 }),
    max: fc.integer({ min: 1, max: 4 }),
    strict: fc.boolean(),
    mostly: shares,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(numbers, { maxLength: 12 }),
      fc.array(check, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (values, checks, asksNulls) => {
        await sql`truncate drawn`;
        await sql`insert into drawn select place, n::int, n::numeric from unnest(${values.map((value) => (value === null ? null : String(value)))}::text[]) with ordinality as drawn(n, place)`;
        const asked = checks.map(
          ({ column, min, max, strict, mostly }): Asked =>
            between(column, min, max, { strict_min: strict, ...(mostly === undefined ? {} : { mostly }) }),
        );
        const { results } = await validate(sql, "drawn", asksNulls ? [...asked, notNull("n")] : asked);
        const present = values.flatMap((value) => (value === null ? [] : [value]));
        checks.forEach(({ min, max, strict, mostly = 1 }, at) => {
          const unexpected = present.filter((value) => value > max || (strict ? value <= min : value < min));
          expect(results[at]?.result).toMatchObject({
            element_count: values.length,
            missing_count: values.length - present.length,
            unexpected_count: unexpected.length,
          });
          expect(results[at]?.success).toBe(
            present.length === 0 || (present.length - unexpected.length) / present.length >= mostly,
          );
        });
        if (asksNulls) expect(results.at(-1)?.result.unexpected_count).toBe(values.length - present.length);
      },
    ),
    { numRuns: 60 },
  );
});

describe("NULLs are found beside a check of the same column that", () => {
  const onRows = Object.entries(examples).filter(([type]) => /^expect_column_value(s|_)/.test(type));
  const sets = [null, [], [null], [10], [10, null]].flatMap((value_set) =>
    ["expect_column_values_to_be_in_set", "expect_column_values_to_not_be_in_set"].map(
      (type): Asked => [type, { column: "whole", value_set }],
    ),
  );
  beforeAll(async () => {
    await database.sql`create table holed as select id, whole, word from samples where whole is not null and word is not null`;
    await database.sql`insert into holed values (1001, null, null), (1002, null, null)`;
  });
  const cases = [...onRows, ...sets];
  test.each(cases.map(([type, kwargs]) => [type, JSON.stringify(kwargs), kwargs] as const))("%s %s", async (...row) => {
    const [type, , kwargs] = row;
    const { results } = await validate(database.sql, "holed", [notNull(String(kwargs.column)), [type, kwargs]]);
    expect(results[0]).toMatchObject({ success: false, result: { unexpected_count: 2 } });
  });
});

test.each([
  [true, false],
  [false, true],
])("of two checks with one bound, the strict one alone finds what lies on it: %p, %p", async (first, second) => {
  const { sql } = database;
  await sql`create table if not exists on_bounds as select * from unnest(array[0, 1, 9]) n`;
  const strictly = (strict: boolean) => between("n", 0, 9, { strict_min: strict, strict_max: strict });
  const { results } = await validate(sql, "on_bounds", [strictly(first), strictly(second)]);
  expect(results.map(({ result }) => result.unexpected_count)).toEqual([first ? 2 : 0, second ? 2 : 0]);
});

test("of more checks than one screen tells apart, those that fail are told by their counts", async () => {
  const { sql } = database;
  await sql`create table many_checks as select n, nullif(n, 7) as holed from generate_series(0, 199) n`;
  const asked = Array.from({ length: 200 }, (_, at): Asked => between(at % 2 ? "n" : "holed", 0, at % 5 ? 199 : at));
  const { results } = await validate(sql, "many_checks", [...asked, notNull("holed")]);
  asked.forEach((_, at) => {
    const above = at % 5 ? 0 : 199 - at - (at % 2 === 0 && at < 7 ? 1 : 0);
    const found = [at, results[at]?.success, results[at]?.result.unexpected_count, results[at]?.result.missing_count];
    expect(found).toEqual([at, above === 0, above, at % 2 ? 0 : 1]);
  });
  expect(results.at(-1)?.result.unexpected_count).toBe(1);
});
