import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkColumns, type Row } from "./check-table.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const check = (table: string, rows: readonly Row[]) => checkColumns(database.sql, table, rows);

test("NULLs", () =>
  check("samples", [
    ["values_to_not_be_null", { column: "id" }, "ok"],
    ["values_to_not_be_null", { column: "word" }, "no, 1 of 5: null"],
    ["values_to_not_be_null", { column: "word", mostly: 0.8 }, "ok, 1 of 5: null"],
    ["values_to_not_be_null", { column: "word", mostly: 0.81 }, "no, 1 of 5: null"],
    ["values_to_be_null", { column: "nothing" }, "ok"],
    ["values_to_be_null", { column: "flag" }, "no, 3 of 5: false true true"],
    ["values_to_be_null", { column: "flag", mostly: 0.4 }, "ok, 3 of 5: false true true"],
  ]));

describe("values between bounds", () => {
  test("numbers", () =>
    check("samples", [
      ["values_to_be_between", { column: "whole", min_value: 10, max_value: 40 }, "ok"],
      ["values_to_be_between", { column: "whole", min_value: 10, strict_min: true }, "no, 1 of 4: 10"],
      ["values_to_be_between", { column: "whole", max_value: 40, strict_max: true }, "no, 1 of 4: 40"],
      ["values_to_be_between", { column: "whole", min_value: 10.5 }, "no, 1 of 4: 10"],
      ["values_to_be_between", { column: "whole", min_value: 20, max_value: 20 }, "no, 2 of 4: 10 40"],
      ["values_to_be_between", { column: "whole", min_value: 15, mostly: 0.75 }, "ok, 1 of 4: 10"],
      ["values_to_be_between", { column: "whole", min_value: 15, mostly: 0.76 }, "no, 1 of 4: 10"],
      ["values_to_be_between", { column: "big", max_value: 1e30 }, "ok"],
      ["values_to_be_between", { column: "small", min_value: "2" }, "no, 1 of 4: 1"],
      ["values_to_be_between", { column: "amount", min_value: 1.5, max_value: 3.5 }, "no, 1 of 4: 10"],
      ["values_to_be_between", { column: "ratio", max_value: 2.5, strict_max: true }, "no, 2 of 4: 100 2.5"],
      ["values_to_be_between", { column: "nothing", min_value: 1 }, "ok"],
    ]));

  test("dates, times and texts", () =>
    check("samples", [
      ["values_to_be_between", { column: "day", min_value: "2024-01-01" }, 'no, 1 of 4: "2023-12-31"'],
      ["values_to_be_between", { column: "day", min_value: "2023-12-31 00:00:01" }, 'no, 1 of 4: "2023-12-31"'],
      [
        "values_to_be_between",
        { column: "at", max_value: "2024-01-31" },
        'no, 2 of 4: "2024-01-31T12:30:15.500000" "2024-02-29T23:59:59"',
      ],
      [
        "values_to_be_between",
        { column: "at", max_value: "2024-01-31T12:30:15.5" },
        'no, 1 of 4: "2024-02-29T23:59:59"',
      ],
      ["values_to_be_between", { column: "seen", max_value: "2024-02-29T23:59:00+00:00" }, "ok"],
      [
        "values_to_be_between",
        { column: "seen", max_value: "2024-03-01 00:58:00+01:00" },
        'no, 1 of 4: "2024-02-29T23:59:00+00:00"',
      ],
      ["values_to_be_between", { column: "word", min_value: "a", max_value: "z" }, 'no, 2 of 4: "" "Gamma"'],
      ["values_to_be_between", { column: "code", min_value: "B" }, 'no, 2 of 4: "A-1" "A-2"'],
    ]));

  test("NaN and infinities are outside whatever the bounds are", () =>
    check("odd_numbers", [
      ["values_to_be_between", { column: "n", min_value: 0 }, 'no, 3 of 4: "-Infinity" "Infinity" "NaN"'],
      ["values_to_be_between", { column: "n", max_value: 5 }, 'no, 3 of 4: "-Infinity" "Infinity" "NaN"'],
      ["values_to_be_between", { column: "f", min_value: 0 }, 'no, 3 of 4: "-Infinity" "Infinity" "NaN"'],
      ["values_to_be_between", { column: "f", max_value: 5 }, 'no, 3 of 4: "-Infinity" "Infinity" "NaN"'],
      ["values_to_be_between", { column: "d", min_value: "2000-01-01" }, 'no, 2 of 3: "-infinity" "infinity"'],
      ["values_to_be_between", { column: "t", max_value: "2100-01-01" }, 'no, 2 of 3: "-infinity" "infinity"'],
    ]));

  test("what cannot be compared is refused", () =>
    check("samples", [
      [
        "values_to_be_between",
        { column: "whole", min_value: "ten" },
        'error: argument "min_value": "ten" cannot be compared with whole, which is int4.',
      ],
      [
        "values_to_be_between",
        { column: "word", min_value: 1 },
        'error: argument "min_value": 1 cannot be compared with word, which is text.',
      ],
      [
        "values_to_be_between",
        { column: "day", min_value: "2024-02-30" },
        'error: argument "min_value": "2024-02-30" is not a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS).',
      ],
      [
        "values_to_be_between",
        { column: "at", min_value: "2024-02-01 10:00+02:00" },
        'error: argument "min_value": "2024-02-01 10:00+02:00" has a time zone, but at has none.',
      ],
      [
        "values_to_be_between",
        { column: "whole" },
        'error: argument "min_value": min_value and max_value cannot both be missing.',
      ],
      [
        "values_to_be_between",
        { column: "whole", min_value: 2, max_value: 1 },
        'error: argument "min_value": it cannot be greater than max_value.',
      ],
      [
        "values_to_be_between",
        { column: "day", min_value: "2024-02-01", max_value: "2024-01-01" },
        'error: argument "min_value": it cannot be greater than max_value.',
      ],
      [
        "values_to_be_between",
        { column: "flag", min_value: 0 },
        'error: argument "column": flag is bool; this expectation is for number, date, time, text columns.',
      ],
      [
        "values_to_be_between",
        { column: "word", min_value: "a\0" },
        'error: argument "min_value": it holds a NUL character, which PostgreSQL cannot store.',
      ],
    ]));
});

test("values in sets", () =>
  check("samples", [
    ["values_to_be_in_set", { column: "whole", value_set: [10, 20, 40] }, "ok"],
    ["values_to_be_in_set", { column: "whole", value_set: [10.0, 20.5, 1e300] }, "no, 3 of 4: 20 20 40"],
    ["values_to_be_in_set", { column: "whole", value_set: null }, "ok"],
    ["values_to_be_in_set", { column: "whole", value_set: [] }, "no, 4 of 4: 10 20 20 40"],
    ["values_to_be_in_set", { column: "whole", value_set: [20.5] }, "no, 4 of 4: 10 20 20 40"],
    ["values_to_not_be_in_set", { column: "whole", value_set: [20.5] }, "ok"],
    ["values_to_be_in_set", { column: "whole", value_set: [null] }, "no, 4 of 4: 10 20 20 40"],
    // As if the NULL were not there.
    ["values_to_be_in_set", { column: "whole", value_set: [10, null] }, "no, 3 of 4: 20 20 40"],
    ["values_to_be_in_set", { column: "amount", value_set: [1.5, "2.5", 3.5] }, "no, 1 of 4: 10"],
    [
      "values_to_be_in_set",
      { column: "word", value_set: ["alpha", "beta", "it's", '"', "\\"] },
      'no, 2 of 4: "" "Gamma"',
    ],
    ["values_to_be_in_set", { column: "word", value_set: ["alpha"], mostly: 0.25 }, 'ok, 3 of 4: "" "Gamma" "beta"'],
    ["values_to_be_in_set", { column: "flag", value_set: [true] }, "no, 1 of 3: false"],
    [
      "values_to_be_in_set",
      { column: "day", value_set: ["2024-01-01", "2024-01-31", "2024-02-29"] },
      'no, 1 of 4: "2023-12-31"',
    ],
    [
      "values_to_be_in_set",
      { column: "at", value_set: ["2024-01-01T08:00:00"] },
      'no, 3 of 4: "2023-12-31T00:00:00" "2024-01-31T12:30:15.500000" "2024-02-29T23:59:59"',
    ],
    [
      "values_to_be_in_set",
      { column: "tag", value_set: ["00000000-0000-0000-0000-000000000001"] },
      'no, 1 of 2: "00000000-0000-0000-0000-000000000002"',
    ],
    ["values_to_be_in_set", { column: "odd name", value_set: ["x"] }, 'no, 1 of 3: "y"'],
    ["values_to_be_in_set", { column: 'say "hi"', value_set: [1, 2, 3] }, "no, 1 of 4: 4"],
    [
      "values_to_be_in_set",
      { column: "word", value_set: [1] },
      'error: argument "value_set": 1 cannot be compared with word, which is text.',
    ],
    [
      "values_to_be_in_set",
      { column: "whole", value_set: "10" },
      'error: argument "value_set": value_set must be an array or null (was "10").',
    ],
    ["values_to_not_be_in_set", { column: "whole", value_set: [20] }, "no, 2 of 4: 20 20"],
    ["values_to_not_be_in_set", { column: "whole", value_set: [20, null] }, "no, 2 of 4: 20 20"],
    ["values_to_not_be_in_set", { column: "whole", value_set: [20], mostly: 0.5 }, "ok, 2 of 4: 20 20"],
    ["values_to_not_be_in_set", { column: "whole", value_set: [] }, "ok"],
    ["values_to_not_be_in_set", { column: "whole", value_set: null }, "ok"],
  ]));

test("a set of more values than a statement takes parameters", async () => {
  const value_set = Array.from({ length: 70_000 }, (_, at) => `word ${at}`);
  await check("samples", [["values_to_not_be_in_set", { column: "word", value_set }, "ok"]]);
});
