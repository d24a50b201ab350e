import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkColumns, onRows, type Row } from "./check-table.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const check = (table: string, rows: readonly Row[]) => checkColumns(database.sql, table, rows);

test("declared types, by SQLAlchemy's names", () =>
  check("samples", [
    ["values_to_be_of_type", { column: "whole", type_: "INTEGER" }, 'ok: "INTEGER"'],
    ["values_to_be_of_type", { column: "whole", type_: "integer" }, 'ok: "INTEGER"'],
    ["values_to_be_of_type", { column: "ratio", type_: "DOUBLE_PRECISION" }, 'ok: "DOUBLE PRECISION"'],
    ["values_to_be_of_type", { column: "ratio", type_: "double precision" }, 'ok: "DOUBLE PRECISION"'],
    ["values_to_be_of_type", { column: "big", type_: "bigint" }, 'ok: "BIGINT"'],
    ["type_to_be", { column: "big", type_: "BigInt" }, 'ok: "BIGINT"'],
    ["type_to_be", { column: "big", type_: "INTEGER" }, 'no: "BIGINT"'],
    ["type_to_be", { column: "code", type_: "varchar(10)" }, 'ok: "VARCHAR(10)"'],
    ["type_to_be", { column: "code", type_: "VARCHAR(20)" }, 'no: "VARCHAR(10)"'],
    ["type_to_be", { column: "seen", type_: "timestamp with time zone" }, 'ok: "TIMESTAMP WITH TIME ZONE"'],
    ["values_to_be_of_type", { column: "doc", type_: "JSON" }, 'ok: "JSONB"'],
    ["values_to_be_in_type_list", { column: "code", type_list: ["TEXT", "VARCHAR"] }, 'ok: "VARCHAR(10)"'],
    ["values_to_be_in_type_list", { column: "code", type_list: [] }, 'no: "VARCHAR(10)"'],
    ["values_to_be_in_type_list", { column: "code", type_list: null }, 'ok: "VARCHAR(10)"'],
  ]));

test("lengths", () =>
  check("samples", [
    ["value_lengths_to_equal", { column: "word", value: 5 }, 'no, 2 of 4: "" "beta"'],
    ["value_lengths_to_equal", { column: "word", value: 4.5 }, 'no, 4 of 4: "" "Gamma" "alpha" "beta"'],
    [
      "value_lengths_to_equal",
      { column: "whole", value: 2 },
      'error: argument "column": whole is int4; this expectation is for text columns.',
    ],
    ["value_lengths_to_be_between", { column: "word", min_value: 1, max_value: 4 }, 'no, 3 of 4: "" "Gamma" "alpha"'],
    ["value_lengths_to_be_between", { column: "code", min_value: 3 }, "ok"],
    [
      "value_lengths_to_be_between",
      { column: "code", min_value: 3, strict_min: true },
      'no, 3 of 4: "A-1" "A-2" "B-1"',
    ],
    ["value_lengths_to_be_between", { column: "code", max_value: 4, strict_max: true }, 'no, 1 of 4: "B-22"'],
    [
      "value_lengths_to_be_between",
      { column: "code", min_value: 9, max_value: 1, mostly: 0 },
      'ok, 4 of 4: "A-1" "A-2" "B-1" "B-22"',
    ],
    [
      "value_lengths_to_be_between",
      { column: "word", max_value: "quack" },
      'error: argument "max_value": "quack" is not a number.',
    ],
    [
      "value_lengths_to_be_between",
      { column: "word", max_value: 2.5 },
      'error: argument "max_value": 2.5 is not a whole number.',
    ],
    [
      "value_lengths_to_be_between",
      { column: "word" },
      'error: argument "min_value": min_value and max_value cannot both be missing.',
    ],
  ]));

test("patterns", () =>
  check("samples", [
    ["values_to_match_regex", { column: "word", regex: "^[a-z]+$" }, 'no, 2 of 4: "" "Gamma"'],
    ["values_to_match_regex", { column: "word", regex: "(?i)GAMMA|a$|^$" }, "ok"],
    ["values_to_match_regex", { column: "word" }, "ok"],
    ["values_to_not_match_regex", { column: "word", regex: "m{2}" }, 'no, 1 of 4: "Gamma"'],
    ["values_to_match_regex_list", { column: "word", regex_list: ["^a", "^b"] }, 'no, 2 of 4: "" "Gamma"'],
    [
      "values_to_match_regex_list",
      { column: "word", regex_list: ["a", "l"], match_on: "all" },
      'no, 3 of 4: "" "Gamma" "beta"',
    ],
    [
      "values_to_match_regex_list",
      { column: "word", regex_list: [] },
      'error: argument "regex_list": regex_list must be non-empty.',
    ],
    [
      "values_to_match_regex_list",
      { column: "word", regex_list: ["a"], match_on: "some" },
      'error: argument "match_on": match_on must be "all", "any" or null (was "some").',
    ],
    ["values_to_not_match_regex_list", { column: "word", regex_list: ["^a", "^b"] }, 'no, 2 of 4: "alpha" "beta"'],
    ["values_to_match_like_pattern", { column: "word", like_pattern: "%a" }, 'no, 1 of 4: ""'],
    ["values_to_match_like_pattern", { column: "word", like_pattern: "_____", mostly: 0.5 }, 'ok, 2 of 4: "" "beta"'],
    [
      "values_to_match_like_pattern",
      { column: "word", like_pattern: "a\\" },
      'error: argument "like_pattern": "a\\" ends with a backslash that escapes nothing.',
    ],
    ["values_to_not_match_like_pattern", { column: "code", like_pattern: "A%" }, 'no, 2 of 4: "A-1" "A-2"'],
    ["values_to_match_like_pattern_list", { column: "code", like_pattern_list: ["A%", "%-1"] }, 'no, 1 of 4: "B-22"'],
    [
      "values_to_match_like_pattern_list",
      { column: "code", like_pattern_list: ["A%", "%-1"], match_on: "all" },
      'no, 3 of 4: "A-2" "B-1" "B-22"',
    ],
    [
      "values_to_not_match_like_pattern_list",
      { column: "code", like_pattern_list: ["A%", "%-1"] },
      'no, 3 of 4: "A-1" "A-2" "B-1"',
    ],
    [
      "values_to_match_regex",
      { column: "word", regex: "a(?i)b" },
      'error: argument "regex": the regular expression "a(?i)b" has flags (?i) elsewhere than at its start.',
    ],
    [
      "values_to_match_regex",
      { column: "whole", regex: "1" },
      'error: argument "column": whole is int4; this expectation is for text columns.',
    ],
  ]));

describe("a value among the column's values", () => {
  test("uniqueness", () =>
    check("samples", [
      ["values_to_be_unique", { column: "id" }, "ok"],
      ["values_to_be_unique", { column: "whole" }, "no, 2 of 4: 20 20"],
      ["values_to_be_unique", { column: "whole", mostly: 0.5 }, "ok, 2 of 4: 20 20"],
      ["values_to_be_unique", { column: "code" }, "ok"],
      ["values_to_be_unique", { column: "nothing" }, "ok"],
      ["values_to_be_unique", { column: "whole", ...onRows('col("id") > 2') }, "ok"],
      ["values_to_be_unique", { column: "doc" }, "ok"],
    ]));

  test("z-scores", () =>
    check("samples", [
      ["value_z_scores_to_be_less_than", { column: "ratio", threshold: 1.4, double_sided: true }, "no, 1 of 4: 100"],
      ["value_z_scores_to_be_less_than", { column: "ratio", threshold: 2, double_sided: true }, "ok"],
      ["value_z_scores_to_be_less_than", { column: "ratio", threshold: 0, double_sided: false }, "no, 1 of 4: 100"],
      [
        "value_z_scores_to_be_less_than",
        { column: "ratio", threshold: -0.49, double_sided: false },
        "no, 2 of 4: 100 2.5",
      ],
      ["value_z_scores_to_be_less_than", { column: "nothing", threshold: 1, double_sided: true }, "ok"],
      [
        "value_z_scores_to_be_less_than",
        {
          column: "whole",
          threshold: 1,
          double_sided: true,
          ...onRows('col("whole") == 20'),
        },
        "ok",
      ],
      [
        "value_z_scores_to_be_less_than",
        { column: "word", threshold: 1, double_sided: true },
        'error: argument "column": word is text; this expectation is for number columns.',
      ],
    ]));

  test("order", () =>
    check("samples", [
      ["values_to_be_increasing", { column: "whole", order_by: "id" }, "ok"],
      ["values_to_be_increasing", { column: "whole", order_by: "id", strictly: true }, "no, 1 of 4: 20"],
      ["values_to_be_increasing", { column: "day", order_by: "id" }, 'no, 1 of 4: "2023-12-31"'],
      ["values_to_be_increasing", { column: "day", order_by: "id", mostly: 0.75 }, 'ok, 1 of 4: "2023-12-31"'],
      ["values_to_be_decreasing", { column: "day", order_by: "id" }, 'no, 2 of 4: "2024-01-31" "2024-02-29"'],
      ["values_to_be_decreasing", { column: "whole", order_by: "day" }, "no, 1 of 4: 20"],
      [
        "values_to_be_decreasing",
        {
          column: "whole",
          order_by: "id",
          strictly: true,
          ...onRows('col("id") <= 1'),
        },
        "ok",
      ],
      [
        "values_to_be_increasing",
        { column: "whole" },
        'error: argument "order_by": the rows of a table have no order, so that Great Expectations itself asks this of pandas alone; name the column that orders them.',
      ],
    ]));
});
