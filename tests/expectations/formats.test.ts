import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { isJson, matchesTime } from "../../src/expectations/kinds/column-map-formats.ts";
import { name, type q, toFragment } from "../../src/expectations/plan/sql.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable } from "./check-table.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());

const nowhere = { schema: "", name: "" };

/** What a condition on the column `t` says of each text. */
async function judge(condition: ReturnType<typeof q>, texts: readonly (string | null)[]): Promise<unknown[]> {
  const { sql } = database;
  const rows = await sql`
    select ${toFragment(sql, condition, nowhere)} as verdict
      from unnest(${[...texts]}::text[]) with ordinality as texts(t, place) order by place`;
  return rows.map((row) => row.verdict);
}

describe("JSON", () => {
  const releases = [150_000, 180_000];
  const isOld = async () => Number((await database.sql`show server_version_num`)[0]?.server_version_num) < 160_000;

  test("JSON and what is not", async () => {
    const sound = ['{"a": [1, -2.5e3, "x\\n\\u00e9", {"b": {}}], "c": null}', "[]", " 0 ", '"\\""', "true", '{"":""}'];
    const broken = [
      "",
      "{",
      "[1,]",
      "01",
      "1.",
      "'a'",
      '{"a"}',
      "{a:1}",
      "tru",
      "1 2",
      '"\u0001"',
      '"\\x"',
      "[1 2]",
      "NaN",
      "[][]",
      '""""',
    ];
    for (const release of releases) {
      if (release > 150_000 && (await isOld())) continue;
      expect(await judge(isJson(name("t"), release), sound)).toEqual(sound.map(() => true));
      expect(await judge(isJson(name("t"), release), broken)).toEqual(broken.map(() => false));
      expect(await judge(isJson(name("t"), release), [null])).toEqual([null]);
    }
  });

  test("the way for old servers agrees with JavaScript on texts that are nearly JSON", async () => {
    const nearly = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "0", " ", ":", "e", "\\", "-"))
      .map(([text, place, extra]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + extra + text.slice(at);
      })
      .filter((text) => !text.includes("\0") && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(nearly, { minLength: 20, maxLength: 40 }), async (texts) => {
        expect(await judge(isJson(name("t"), 150_000), texts)).toEqual(texts.map(parses));
      }),
      { numRuns: 30 },
    );
  });

  function parses(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
});

describe("times by their format", () => {
  const matching = async (format: string, texts: readonly string[]) => {
    const verdicts = await judge(matchesTime(name("t"), format), texts);
    return texts.filter((_, at) => verdicts[at] === true);
  };

  test("every part in its range, and the day in its month", async () => {
    const days = [
      "2024-02-29",
      "2023-02-29",
      "2024-2-9",
      "2024-13-01",
      "2024-04-31",
      "0000-01-01",
      "1900-02-29",
      "2000-02-29",
      "24-01-01",
    ];
    expect(await matching("%Y-%m-%d", days)).toEqual(["2024-02-29", "2024-2-9", "2000-02-29"]);
    expect(await matching("%d/%m/%y", ["29/02/24", "29/02/69", "31/12/99", "30/02/00"])).toEqual([
      "29/02/24",
      "31/12/99",
    ]);
    expect(await matching("%d %B %Y", ["29 february 2024", "30 February 2024", "1 MAY 2024", "31 june 2024"])).toEqual([
      "29 february 2024",
      "1 MAY 2024",
    ]);
    expect(await matching("%b %d", ["Feb 29", "Feb 28", "Dec 31", "Nov 31"])).toEqual(["Feb 28", "Dec 31"]);
  });

  test("times", async () => {
    expect(await matching("%H:%M:%S", ["23:59:59", "24:00:00", "1:2:3", "12:60:00", "12:00"])).toEqual([
      "23:59:59",
      "1:2:3",
    ]);
    expect(await matching("%I %p", ["12 am", "13 PM", "1 Pm"])).toEqual(["12 am", "1 Pm"]);
    expect(
      await matching("%Y-%m-%dT%H:%M:%S.%f%z", [
        "2024-01-01T00:00:00.123456+02:00",
        "2024-01-01T00:00:00.1Z",
        "2024-01-01T00:00:00.1234567Z",
      ]),
    ).toEqual(["2024-01-01T00:00:00.123456+02:00", "2024-01-01T00:00:00.1Z"]);
    expect(await matching("%F %T", ["2024-01-31 08:00:00", "2024-01-32 08:00:00"])).toEqual(["2024-01-31 08:00:00"]);
    expect(await matching("%a %j 100%%.", ["Mon 366 100%.", "Mon 367 100%.", "Moon 1 100%."])).toEqual([
      "Mon 366 100%.",
    ]);
  });

  test("as an expectation", async () => {
    await database.sql`create table written (t text, n int)`;
    await database.sql`insert into written values ('2024-01-31'), ('2024-02-30'), (null), ('soon')`;
    const type = "expect_column_values_to_match_strftime_format";
    await checkTable(database.sql, "written", [
      [type, { column: "t", strftime_format: "%Y-%m-%d" }, 'no, 2 of 3: "2024-02-30" "soon"'],
      [type, { column: "t", strftime_format: "%Y-%m-%d", mostly: 0.3 }, 'ok, 2 of 3: "2024-02-30" "soon"'],
      [
        type,
        { column: "t", strftime_format: "%Y %Y" },
        'error: argument "strftime_format": the directive %Y stands there twice.',
      ],
      [
        type,
        { column: "n", strftime_format: "%Y" },
        'error: argument "column": n is int4; this expectation is for text columns.',
      ],
      ["expect_column_values_to_be_json_parseable", { column: "t" }, 'no, 3 of 3: "2024-01-31" "2024-02-30" "soon"'],
      [
        "expect_column_values_to_be_json_parseable",
        { column: "n" },
        'error: argument "column": n is int4; this expectation is for text columns.',
      ],
    ]);
    expect(() => matchesTime(name("t"), "%Y-%Q")).toThrow("the directive %Q is not known");
  });
});
