import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { validateTable } from "../../src/expectations/validate.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { inShort } from "./evaluate-one.ts";

/**
 * Suites as the public saves them, of each release since 0.8. Each has the shape of one that lies in the repository named beside
 * it, its types, arguments, conditions and metadata, and is written anew: tables, values and names are ours.
 */

setDefaultTimeout(60_000);

const folder = join(import.meta.dir, "../fixtures/public-suites");

interface PublicSuite {
  repository: string;
  /** Columns and rows of the table `t` that it is for. */
  table: string;
  /** What does not pass, by the expectation's number: what was found, or why it was refused. */
  otherwise?: Record<number, string>;
}

const suites: Record<string, PublicSuite> = {
  "profiled-by-0.13": {
    repository: "ismaildawoodjee/Great-Expectations-for-SQL",
    table: `(loan_id varchar(9), fine numeric(6, 3), lent_at timestamp, book_id int) as values
      ('a', 0.25, timestamp '2031-05-01 08:00:00.000349', 3), ('b', 0.5, '2031-05-02', 7), ('c', 1.25, '2031-05-02', 7),
      ('d', 1.5, '2031-05-03', 8), ('e', 2.75, '2031-05-04', 21), ('f', 7.125, '2031-05-06 18:59:01.25', 40)`,
  },
  cited: {
    repository: "mihail911/fake-news",
    table: `(id int, verdict boolean, sentence text, praise_count int, blame_count int) as values
      (1, true, 'Good', 3, 0), (2, false, '', 0, 4), (3, null, null, null, null)`,
    otherwise: { 3: 'no, 1 of 2: ""' },
  },
  "of-another-validation": {
    repository: "greatexpectationslabs/great_expectations_example_load_npi_file_into_mysql",
    table: "(clinic text) as values ('a')",
    otherwise: {
      1:
        'error: argument "value": $PARAMETER "urn:great_expectations:validations:clinics__dir/default/files:warning:expectations:' +
        'expect_table_row_count_to_be_between:result:observed_value": it is a result that Great Expectations stored elsewhere; ' +
        "write a name, and give it as --parameter NAME=VALUE.",
    },
  },
  "with-notes": {
    repository: "mozilla/great_expectations_demo",
    table: `(day date, country text, kind text, first_year int, plays bigint) as values
      (date '2031-01-01', 'DE', 'new', 2030, 4000000000), ('2031-01-01', 'DE', 'casual', 2030, 4000000001),
      ('2031-01-01', 'SE', 'idle', 2015, 1)`,
    otherwise: { 3: 'no: ["casual","idle","new"]', 4: "no, 1 of 3: 2015" },
  },
  "types-of-pandas": {
    repository: "mathTosetto/data-quality-great-expectations",
    table: `(stop_id int, left_at timestamp, riders int, fare numeric, is_late text) as values
      (1, timestamp '2031-01-01', 4, 2.5, 'Y')`,
    otherwise: { 2: 'no: "INTEGER"', 3: 'no: "NUMERIC"', 4: 'no: "TEXT"' },
  },
  "with-fields-of-its-own": {
    repository: "AlexKlein/dq_research_great_expectations",
    table: "(coin_id int, coin_name text) as values (1, 'EUR'), (2, 'SEK')",
  },
  "from-the-cloud": {
    repository: "astronomer/airflow-provider-great-expectations",
    table: "(maker int, riders int) as values (1, 1), (2, 6), (4, 7)",
    otherwise: { 4: "no, 1 of 3: 7" },
  },
  "profiled-by-0.18": {
    repository: "VikaAvd/great_expectations_project",
    table: `(sailor_id bigint, first_name text, phone text, hired date, pay numeric(8, 2)) as values
      (101, 'Ada', '1', date '2027-06-17', 2500), (102, 'Bo', null, '2028-02-29', 2500), (103, 'Chen', '3', '2029-12-31', 2600),
      (104, 'Dora', null, '2030-01-04', 3100.5)`,
    otherwise: { 9: 'no: "NUMERIC(8, 2)"' },
  },
  "with-expectations-of-its-own": {
    repository: "MDS-BD/hands-on-great-expectations-with-spark",
    table: "(film_id text, seen int, minutes int) as values ('F001', 0, 90), ('X001', 5, 120)",
    otherwise: {
      1: "error: there is no such expectation.",
      2: "error: there is no such expectation.",
      3: 'no: "TEXT"',
      4: 'no, 1 of 2: "X001"',
    },
  },
  "of-0.11": {
    repository: "chekanskiy/covid-19-great-expectations",
    table: `(river text, level int, day text) as values
      ('Elbe', 7, '2031-01-01'), ('Oder', 9, '2031-01-01'), ('Rhine', 24, '2031-02-30'), ('Weser', 8, '2031-01-01')`,
    otherwise: {
      3: 'no, 1 of 4: "2031-02-30"',
      6: "error: Great Expectations 1.x does not run it anywhere, and 0.x ran it in pandas alone; remove it.",
    },
  },
  "pairs-of-dates": {
    repository: "jbx-p/supply-chain-control-tower",
    table: `(parcel_id int, pieces int, sent date, due date, arrived date) as values
      (1, 1, date '2031-01-02', date '2031-01-02', date '2031-01-01'), (2, 2, '2031-01-02', '2031-01-09', null)`,
    otherwise: { 4: 'no, 1 of 2: ["2031-01-01","2031-01-02"]' },
  },
  "of-1.17": {
    repository: "darktowerl/data-audit-pipeline",
    table: `(trip_id text, state text, booked text, bought_at timestamp) as values
      ('a', 'flown', '2031-01-01 10:00:00', timestamp '2031-12-31 23:59:59'),
      ('b', 'lost', '2031-01-01', '2031-12-31 23:59:59.000001')`,
    otherwise: {
      3: 'no, 1 of 2: "lost"',
      5: 'no, 1 of 2: "2031-01-01"',
      6: 'no, 1 of 2: "2031-12-31T23:59:59.000001"',
    },
  },
  "with-queries": {
    repository: "DK01git/month4-data-quality-and-testing",
    table: `(ticket text, seat int, guest int, price numeric, rebate numeric, paid numeric) as values
      ('T-0001', 1, 1, 20, 5, 15), ('T-0002', 2, 9, 20, 0, 19)`,
    otherwise: { 3: "no: 1", 4: "no: 1" },
  },
  "of-arguments-that-are-none": {
    repository: "avadharj/rewardsense",
    table: `(payment_id text, payer text, paid numeric, code int) as values ('pay_1', 'payer_0001', 0, 1000)`,
    otherwise: {
      1: 'error: argument "strictly": there is no such argument; it takes column, mostly, min_value, max_value, strict_min, strict_max.',
    },
  },
  "parameters-of-another-validation": {
    repository: "great-expectations/great_expectations, tests/test_fixtures",
    table: "(patient int) as values (1), (2), (3)",
    otherwise: {
      1:
        'error: argument "min_value": $PARAMETER "trunc(0.9 * urn:great_expectations:validations:source.default:' +
        'expect_table_row_count_to_equal.result.observed_value)": it is a result that Great Expectations stored elsewhere; ' +
        "write a name, and give it as --parameter NAME=VALUE.",
    },
  },
  "of-1.0": {
    repository: "johnkatua/data-validation-gx-cloud",
    table: `("MemberID" int, "MemberName" text, "Email" text, "Paid" numeric) as values
      (1, 'Ada', 'ada@example.org', 0), (2, 'Bo', 'bo at example.org', 10000)`,
    otherwise: { 3: 'no, 1 of 2: "bo at example.org"' },
  },
  mostly: {
    repository: "emudamah0906/insurance-lakehouse",
    table: "(post_code text, province text) as values ('K1A 0B1', 'QC'), ('?', 'XX')",
    otherwise: { 2: 'no, 1 of 2: "XX"' },
  },
  "of-pandas-alone": {
    repository: "Itzblend/az-ge",
    table: "(left_at text) as values ('2031')",
    otherwise: {
      2: "error: Great Expectations itself runs it in pandas alone; remove it, or ask for expect_column_values_to_match_strftime_format.",
    },
  },
  "conditions-as-texts": {
    repository: "great-expectations/great_expectations, docs of 0.18: conditional expectations",
    table: `("Sex" text, "SexCode" int, "Deck" text, "Survived" int, "PClass" text, "Boarded" date) as values
      ('male', 0, 'A', 0, '1st', date '2012-04-11'), ('female', 1, null, 2, '2nd', '2012-04-12')`,
    otherwise: {
      3: "no, 1 of 1: 2",
      4: 'error: argument "condition_parser": it must be "great_expectations" for a condition in PostgreSQL.',
    },
  },
  "conditions-as-objects": {
    repository: "great-expectations/great_expectations, docs of 1.12: row conditions",
    table: `("Sex" text, "SexCode" int, "Deck" text, "Survived" int, "Boarded" date) as values
      ('male', 0, 'A', 0, date '2012-04-10'), ('female', 1, null, 1, '2012-04-12')`,
    otherwise: {
      4: "no, 1 of 2: 0",
      6:
        'error: argument "row_condition": there is no condition of the type "column_comparison" in PostgreSQL; there are ' +
        "comparison, nullity, and, or.",
    },
  },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({
    name: "public-suites",
    async prepare(sql) {
      await sql.unsafe("create schema warehouse; create table warehouse.guests as select 1 as guest").simple();
    },
  });
});
afterAll(() => database.drop());

test("there is one of each file, of a repository each", () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(suites)
      .map((name) => `${name}.json`)
      .sort(),
  );
  expect(new Set(Object.values(suites).map(({ repository }) => repository)).size).toBe(Object.keys(suites).length);
});

test.each(Object.entries(suites))("%s", async (name, { table, otherwise = {} }) => {
  const { sql } = database;
  await sql
    .unsafe(`drop table if exists t; create table t ${table.replace(/ as values/, "; insert into t values")}`)
    .simple();
  const suiteText = await Bun.file(join(folder, `${name}.json`)).text();
  const request = {
    suiteText,
    suitePath: `${name}.json`,
    table: "t",
    parameters: {},
    resultFormat: "COMPLETE",
  } as const;
  const { results } = await validateTable(sql, request);
  const found = results.map((one) => [one.success, inShort(one)] as const);
  const failed = found.flatMap(([success, words], at) => (success ? [] : [[at + 1, words] as const]));
  expect({ repository: suites[name]?.repository, ...Object.fromEntries(failed) }).toEqual({
    repository: suites[name]?.repository,
    ...otherwise,
  });
});

test("more than a dozen are accepted whole, and of the others what is refused is refused alone", () => {
  const isWhole = ({ otherwise = {} }: PublicSuite) =>
    !Object.values(otherwise).some((words) => words.startsWith("error: "));
  expect(Object.values(suites).filter(isWhole).length).toBe(12);
});
