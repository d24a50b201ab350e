import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { compareNumbers, exactly } from "../../src/core/exact-number.ts";
import type { ProposedExpectation } from "../../src/core/messages/suites.ts";
import { expectationInWords } from "../../src/core/suites/expectation-words.ts";
import { readFacts } from "../../src/expectations/propose/facts.ts";
import { withSlack } from "../../src/expectations/propose/slack.ts";
import { proposeSuite } from "../../src/expectations/propose/suite.ts";
import { findTable, validateTable } from "../../src/expectations/validate.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(120_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

const signs = { atLeast: ">=", atMost: "<=", ellipsis: ".." };

function inWords({ type, kwargs, severity }: ProposedExpectation): string {
  return `${expectationInWords({ type, kwargs }, signs, true)}${severity === "critical" ? "" : " ?"}`;
}

async function proposedFor(table: string) {
  const proposal = await proposeSuite(database.sql, await findTable(database.sql, table, "public"));
  return { ...proposal, words: proposal.expectations.map(inWords) };
}

/** What the suite that is proposed for a table says of it, failures only. */
async function failures(table: string): Promise<string[]> {
  const { expectations } = await proposedFor(table);
  const suiteText = JSON.stringify({
    name: table,
    expectations: expectations.map(({ because: _, ...expectation }) => expectation),
  });
  const result = await validateTable(database.sql, { suiteText, suitePath: "proposed.json", table, parameters: {} });
  expect(result.results.length).toBe(expectations.length);
  return result.results.filter(({ success }) => !success).map((one) => JSON.stringify(one));
}

async function tableOf(name: string, columns: string, values: string, rows = 200): Promise<void> {
  await database.sql.unsafe(`drop table if exists ${name} cascade; create table ${name} (${columns})`);
  if (values !== "")
    await database.sql.unsafe(`insert into ${name} select ${values} from generate_series(1, ${rows}) n`);
}

describe("bounds", () => {
  test.each([
    ["0", "72", "0", "144"],
    ["1", "5", "0", "9"],
    ["18.25", "118.75", "0", "220"],
    ["-5", "5", "-15", "15"],
    ["-9", "-2", "-16", "0"],
    ["36.1", "41.9", "30.3", "47.7"],
    ["2020", "2024", "2016", "2028"],
    ["9007199254740993", "9007199254740995", "9007199254740991", "9007199254740997"],
    ["0.1234567890123456789", "0.1234567890123456791", "0.1234567890123456787", "0.1234567890123456793"],
    ["1e+300", "3e+300", "0", "5e300"],
    ["1e-30", "2e-30", "0", "3e-30"],
    ["-0.5", "0", "-1", "0"],
    ["1000000", "123456789", "0", "250000000"],
  ])("of what lies within %s and %s are %s and %s", (least, greatest, low, high) => {
    expect(withSlack(least, greatest)).toEqual({ low, high });
  });

  test("a single number has none", () => {
    expect(withSlack("5", "5.0")).toBeNull();
  });

  test("take all that was seen and as much again, and are numbers of JSON", () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -25, max: 25 }))
      .map(([digits, exponent]) => `${digits}e${exponent}`);
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        const [least, greatest] = compareNumbers(exactly(one), exactly(other)) <= 0 ? [one, other] : [other, one];
        const slack = withSlack(least, greatest);
        if (slack === null) return;
        const [low, high] = [slack.low, slack.high].map(exactly) as [number, number];
        expect(compareNumbers(low, exactly(least))).toBeLessThanOrEqual(0);
        expect(compareNumbers(high, exactly(greatest))).toBeGreaterThanOrEqual(0);
        const isSigned = compareNumbers(exactly(least), 0) < 0;
        expect(compareNumbers(low, 0) < 0).toBe(isSigned);
        for (const text of [slack.low, slack.high]) expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?$/);
      }),
    );
  });
});

describe("a suite that is proposed", () => {
  test("says of each kind of column what its type and its values give reason to", async () => {
    await tableOf(
      "kinds",
      `id bigint primary key, plan text not null, tier char(3), fee numeric(6, 2), ratio double precision,
       visits smallint, joined date, seen timestamptz, renews date, flag boolean, code varchar(4), tag uuid, doc jsonb,
       rare text, nothing int, mostly_there int, seldom int, owner_id int, balance int`,
      `n, (array['basic', 'plus', 'größer'])[n % 3 + 1], (array['a', 'bcd'])[n % 2 + 1], 10 + n * 0.25, n / 200.0, n % 7,
       date '2021-03-01' + n, timestamptz '2022-01-01' + n * interval '1 day', date '2090-01-01' + n, n % 2 = 0, lpad(n::text, 4, '0'),
       gen_random_uuid(), '{}', 'text ' || n, null, nullif(n % 20, 0), nullif(n % 2, 0), n * 7, n - 100`,
    );
    const { words, leftOut, rows } = await proposedFor("kinds");
    expect(rows).toBe(200);
    const past = "now() + timedelta(days=1)";
    expect(words).toEqual([
      "columns match the set",
      "id is unique",
      "rows >= 100 ?",
      ...["id is of type BIGINT", "id is not null"],
      ...["plan is of type TEXT", "plan is not null", "plan in {basic, größer, plus} ?"],
      ...["tier is of type CHAR(3)", "tier is not null ?", "tier in {a, bcd} ?"],
      ...["fee is of type NUMERIC(6, 2)", "fee is not null ?", "fee within 0..110 ?"],
      ...["ratio is of type DOUBLE PRECISION", "ratio is not null ?", "ratio within 0..2 ?"],
      ...["visits is of type SMALLINT", "visits is not null ?", "visits within 0..12 ?"],
      ...["joined is of type DATE", "joined is not null ?", `joined within 2020-01-01T00:00:00..${past} ?`],
      ...[
        "seen is of type TIMESTAMP WITH TIME ZONE",
        "seen is not null ?",
        `seen within 2021-01-01T00:00:00..${past} ?`,
      ],
      ...["renews is of type DATE", "renews is not null ?", "renews >= 2089-01-01T00:00:00 ?"],
      ...["flag is of type BOOLEAN", "flag is not null ?"],
      ...["code is of type VARCHAR(4)", "code is not null ?", "length of code = 4 ?"],
      ...["tag is of type UUID", "tag is not null ?"],
      ...["doc is of type JSONB", "doc is not null ?"],
      ...["rare is of type TEXT", "rare is not null ?", "length of rare >= 1 ?"],
      "nothing is of type INTEGER",
      ...[
        "mostly_there is of type INTEGER",
        "mostly_there is not null (90 % of rows) ?",
        "mostly_there within 0..37 ?",
      ],
      ...["seldom is of type INTEGER", "seldom >= 0 ?"],
      ...["owner_id is of type INTEGER", "owner_id is not null ?"],
      ...["balance is of type INTEGER", "balance is not null ?", "balance within -300..300 ?"],
    ]);
    expect(leftOut.map(({ column, why }) => `${column}: ${why}`)).toEqual([
      "code: it has many different texts, of which none is written down",
      "rare: it has many different texts, of which none is written down",
      "nothing: it holds nothing but NULL",
    ]);
    expect(await failures("kinds")).toEqual([]);
  });

  test("of few rows says what is declared alone, and why", async () => {
    await tableOf("few", "id int primary key, word text, n int not null", "n, 'a', n", 99);
    const { words, leftOut } = await proposedFor("few");
    expect(words).toEqual([
      "columns match the set",
      "id is unique",
      "rows >= 1 ?",
      ...["id is of type INTEGER", "id is not null", "word is of type TEXT", "n is of type INTEGER", "n is not null"],
    ]);
    expect(leftOut).toEqual([
      { column: null, why: "it has fewer than 100 rows: what it holds is too little to go by" },
    ]);
    expect(await failures("few")).toEqual([]);
  });

  test("of an empty table, of one without a key, without columns, of a view, of two keys", async () => {
    await tableOf("hollow", "id int primary key, word text", "");
    expect((await proposedFor("hollow")).words).not.toContain(expect.stringContaining("rows"));
    await database.sql.unsafe("drop table if exists bare cascade; create table bare ()");
    expect((await proposedFor("bare")).words).toEqual(["columns match the set"]);
    await tableOf("pairs", "a int, b text, primary key (b, a)", "n, 'x'");
    expect((await proposedFor("pairs")).words[1]).toBe("{b, a} is unique");
    await database.sql.unsafe("create or replace view seen_pairs as select * from pairs");
    const { words, leftOut } = await proposedFor("seen_pairs");
    expect(words.filter((one) => one.includes("unique"))).toEqual([]);
    expect(leftOut[0]).toEqual({ column: null, why: "it has no primary key: nothing is unique by declaration" });
    for (const table of ["hollow", "bare", "pairs", "seen_pairs"]) expect(await failures(table)).toEqual([]);
  });

  test("holds no text of a person, and none that is free, however few there are", async () => {
    await tableOf(
      "people",
      "id int primary key, full_name text, reach text, dial text, home text, word text, site text, odd text, city text, firstName text, customer text, created_by text, agent_type text, who text",
      `n, (array['Ada Byron', 'Grace Hopper'])[n % 2 + 1], (array['ada@example.org', 'grace@example.org'])[n % 2 + 1],
       (array['+49 30 123456', '030 654321'])[n % 2 + 1], (array['12 High Street, a house with a garden', 'x'])[n % 2 + 1],
       case when n < 5 then 'only Ada' else 'all others' end, (array['https://a.example', 'none'])[n % 2 + 1],
       (array[E'two\\nlines', 'one'])[n % 2 + 1], (array['Berlin', 'Köln'])[n % 2 + 1], (array['Ada', 'Grace'])[n % 2 + 1],
       (array['Ada', 'Grace'])[n % 2 + 1], (array['Ada', 'Grace'])[n % 2 + 1], (array['Inland', 'Abroad'])[n % 2 + 1], (array['Ada Byron', 'Grace M. Hopper'])[n % 2 + 1]`,
    );
    const { expectations, leftOut } = await proposedFor("people");
    const text = JSON.stringify([expectations, leftOut]);
    for (const told of ["Ada", "Grace", "example", "1234", "6543", "High", "garden", "only", "lines"]) {
      expect(text).not.toContain(told);
    }
    for (const category of ["Berlin", "Köln", "Inland", "Abroad"]) expect(text).toContain(category);
    expect(Object.fromEntries(leftOut.map(({ column, why }) => [column, why]))).toMatchObject({
      full_name: "its name says that its texts are of persons, or free: none is written down",
      reach: "its texts are not like categories: none is written down",
      dial: "its texts are not like categories: none is written down",
      home: "its texts are not like categories: none is written down",
      word: "some of its texts are in fewer than 10 rows: none is written down",
    });
  });

  test("is exact beyond 2^53, and leaves out what no value could reach", async () => {
    await tableOf(
      "exact",
      "id int primary key, big bigint, wide numeric, edge bigint, small smallint, narrow numeric(3, 1), single real",
      `n, 9007199254740993 + 2 * (n % 2), 123456789012345678901234567890.123456789 + n % 2, case when n % 2 = 0 then -9223372036854775808 else 9223372036854775807 end,
       (n % 2) * 32767, (n % 2) * 99.9, 0.1 + n % 2`,
    );
    const { expectations } = await proposedFor("exact");
    const bounds = expectations
      .filter(({ type }) => type === "expect_column_values_to_be_between")
      .map(({ kwargs }) => JSON.stringify(kwargs));
    expect(bounds).toEqual([
      '{"column":"big","min_value":9007199254740991,"max_value":9007199254740997}',
      '{"column":"wide","min_value":123456789012345678901234567889.1,"max_value":123456789012345678901234567892.2}',
      '{"column":"small","min_value":0}',
      '{"column":"narrow","min_value":0}',
      '{"column":"single","min_value":0,"max_value":2.1}',
    ]);
    expect(await failures("exact")).toEqual([]);
  });

  test("makes no range of what has NaN, infinities, or days before our era", async () => {
    await tableOf(
      "odd_ones",
      "id int primary key, f float8, n numeric, d date, t timestamptz, ancient date, ancient_on date",
      `n, case n when 1 then 'NaN'::float8 else n end, case n when 1 then 'Infinity'::numeric else n end, case n when 1 then 'infinity' else date '2024-01-01' end,
       case n when 1 then '-infinity' else timestamptz '2024-01-01' end, date '0044-03-15 BC' + n, case n when 1 then date '4000-01-01' else date '0044-03-15 BC' end`,
    );
    const { words, leftOut } = await proposedFor("odd_ones");
    expect(words.filter((one) => /within|>=|<=/.test(one))).toEqual([
      "rows >= 100 ?",
      "ancient <= now() + timedelta(days=1) ?",
    ]);
    expect(leftOut.map(({ column }) => column)).toEqual(["f", "n", "d", "t", "ancient_on"]);
    expect(await failures("odd_ones")).toEqual([]);
  });

  test("takes names that are hard to quote, types of others, arrays and domains", async () => {
    await database.sql.unsafe(`
      drop type if exists mood cascade; create type mood as enum ('so', 'la');
      drop domain if exists grade cascade; create domain grade as numeric(4, 1) check (value > 0)`);
    await tableOf(
      '"Odd ""table"""',
      `"key""s" int primary key, "日本 " text, m mood, tags text[], g grade, "select" text, "%s" text`,
      `n, (array['ä', '😀'])[n % 2 + 1], 'so', '{a}', n, (array['it''s', 'a "b"', 'c\\d'])[n % 3 + 1], '{"$PARAMETER"}'`,
    );
    const { words, leftOut } = await proposedFor('Odd "table"');
    expect(words).toContain("日本  in {ä, 😀} ?");
    expect(words).toContain('select in {a "b", c\\d, it\'s} ?');
    expect(words).toContain("g within 0..400 ?");
    expect(leftOut.map(({ column }) => column)).toEqual(["m", "tags", "%s"]);
    expect(await failures('Odd "table"')).toEqual([]);
  });

  test("does not mistake a table's columns for those of its own statements", async () => {
    const names = ["v", "place", "times", "g", "cell", "sample", "texts", "text_0", "text_1", "n", "count"];
    const columns = names.map((name) => `"${name}" text`).join(", ");
    await tableOf("texts", columns, names.map((name) => `'${name}' || n % 2`).join(", "));
    const { words } = await proposedFor("texts");
    // The names of the others are such as persons' columns have.
    for (const name of names.filter((one) => !/text_|cell/.test(one)))
      expect(words).toContain(`${name} in {${name}0, ${name}1} ?`);
    expect(await failures("texts")).toEqual([]);
  });

  test("takes no texts for categories because the first rows have few", async () => {
    await tableOf(
      "sorted",
      "id int primary key, late text, few text",
      "n, 'a' || greatest(n, 10000), 'b' || n % 2",
      12_000,
    );
    const { words, leftOut } = await proposedFor("sorted");
    expect(words.filter((one) => one.includes(" in {"))).toEqual(["few in {b0, b1} ?"]);
    expect(leftOut.map(({ column }) => column)).toEqual(["late"]);
  });

  test("reads the table once, and of texts that are few once more", async () => {
    const { sql } = database;
    await tableOf("figures", "id int primary key, a int, b numeric, c date", "n, n, n, date '2024-01-01' + n", 1_000);
    await tableOf("words", "id int primary key, a text, b text", "n, 'a' || n % 3, 'b' || n % 3", 1_000);
    const added = async (name: string) => {
      const table = await findTable(sql, name, "public");
      return sql.begin(async (tx) => {
        const scans = async () => {
          const [row] = await tx<{ scans: number }[]>`
            select seq_scan::int as scans from pg_stat_xact_user_tables where relname = ${name}`;
          return row?.scans ?? 0;
        };
        const before = await scans();
        await readFacts(tx, table, table);
        return (await scans()) - before;
      });
    };
    expect(await added("figures")).toBe(1);
    // Besides, a sample of texts is looked at.
    expect(await added("words")).toBe(3);
  });
});

test("whatever a table holds, it meets the suite that is proposed for it", async () => {
  const generators: [type: string, value: string][] = [
    ["int", "(random() * 1e9)::int - 5e8::int"],
    ["bigint", "(random() * 9e18)::bigint * sign(random() - 0.5)::bigint"],
    ["smallint", "(random() * 3)::int"],
    ["numeric", "(random() * 10 ^ (random() * 40 - 20))::numeric"],
    ["numeric", "case when random() < 0.005 then 'NaN' else random()::numeric end"],
    ["numeric(5, 2)", "(random() * 999)::numeric(5, 2)"],
    ["float8", "(random() - 0.5) * 10 ^ (random() * 600 - 300)"],
    ["real", "(random() * 10 ^ (random() * 70 - 35))::real"],
    ["float8", "case when random() < 0.005 then 'Infinity' else random() end"],
    ["date", "date '0001-01-01' + (random() * 1e6)::int"],
    ["date", "case when random() < 0.005 then 'infinity' else current_date - (random() * 900)::int end"],
    ["timestamp", "timestamp '2020-01-01' + random() * interval '9 years'"],
    ["timestamptz", "now() - random() * interval '40 days'"],
    ["text", "(array['a', 'b', 'ä', '日本', '', ' x'])[1 + (random() * 5)::int]"],
    ["text", "md5(random()::text)"],
    ["varchar(9)", "repeat('😀', (random() * 9)::int)"],
    ["char(4)", "(array['a', 'ab', 'abcd'])[1 + (random() * 2)::int]"],
    ["boolean", "random() < 0.5"],
    ["interval", "random() * interval '1 day'"],
    ["uuid", "gen_random_uuid()"],
    ["jsonb", "to_jsonb(random())"],
  ];
  const column = fc.record({
    kind: fc.nat({ max: generators.length - 1 }),
    nulls: fc.constantFrom(0, 0, 0.01, 0.3, 0.7, 1),
    isConstant: fc.boolean(),
  });
  const asked = fc.record({
    columns: fc.array(column, { minLength: 1, maxLength: 8 }),
    rows: fc.constantFrom(0, 1, 99, 100, 400),
  });
  let made = 0;
  await fc.assert(
    fc.asyncProperty(asked, async ({ columns, rows }) => {
      // Another name each time: a connection remembers what it asked of a table.
      const table = `whatever_${made++}`;
      const kinds = columns.map(({ kind }) => generators[kind] ?? ["int", "1"]);
      const values = columns.map(({ nulls, isConstant }, at) => {
        const value = kinds[at]?.[1] ?? "1";
        return `case when random() < ${nulls} then null else ${isConstant ? `(select ${value})` : value} end`;
      });
      await tableOf(
        table,
        ["id int primary key", ...kinds.map(([type], at) => `c${at} ${type}`)].join(", "),
        ["n", ...values].join(", "),
        rows,
      );
      expect(await failures(table)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
