import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable, onRows, type Row } from "./check-table.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

const check = (rows: readonly Row[], table = "samples") =>
  checkTable(
    database.sql,
    table,
    rows.map(([metric, kwargs, found]): Row => [`expect_column_${metric}_to_be_between`, kwargs, found]),
  );

test("least and greatest", () =>
  check([
    ["min", { column: "whole", min_value: 10 }, "ok: 10"],
    ["min", { column: "whole", min_value: 10, strict_min: true }, "no: 10"],
    ["max", { column: "whole", min_value: 1, max_value: 40 }, "ok: 40"],
    ["max", { column: "whole", max_value: 40, strict_max: true }, "no: 40"],
    ["max", { column: "amount", max_value: 9.99 }, "no: 10"],
    ["max", { column: "word", max_value: "beta" }, 'ok: "beta"'],
    ["min", { column: "word", min_value: "A" }, 'no: ""'],
    ["max", { column: "day", min_value: "2024-02-29", max_value: "2024-02-29" }, 'ok: "2024-02-29"'],
    ["max", { column: "day", max_value: "2024-02-28 23:59:59" }, 'no: "2024-02-29"'],
    ["max", { column: "at", max_value: "2024-02-29" }, 'no: "2024-02-29T23:59:59"'],
    ["min", { column: "at", min_value: "2023-12-31", max_value: "2023-12-31T00:00:00" }, 'ok: "2023-12-31T00:00:00"'],
    ["max", { column: "seen", max_value: "2024-03-01T01:00:00+01:00" }, 'ok: "2024-02-29T23:59:00+00:00"'],
    ["max", { column: "seen", max_value: "2024-03-01T00:58:00+01:00" }, 'no: "2024-02-29T23:59:00+00:00"'],
    ["max", { column: "nothing", max_value: 1 }, "no: null"],
    ["max", { column: "whole", ...onRows('col("id") <= 2') }, "ok: 20"],
    [
      "max",
      { column: "flag" },
      'error: argument "column": flag is bool; this expectation is for number, date, time, text columns.',
    ],
    ["max", { column: "whole", min_value: "ten" }, 'error: argument "min_value": "ten" is not a number.'],
  ]));

test("sum, mean, deviation and median", () =>
  check([
    ["sum", { column: "whole", min_value: 90, max_value: 90 }, "ok: 90"],
    ["sum", { column: "big" }, "ok: 1000"],
    ["sum", { column: "nothing" }, "no: null"],
    ["mean", { column: "whole", min_value: 22, max_value: 23 }, "ok: 22.5"],
    ["mean", { column: "whole", min_value: 22.5, strict_min: true }, "no: 22.5"],
    ["mean", { column: "ratio", max_value: "30" }, "ok: 26.125"],
    ["mean", { column: "word" }, 'error: argument "column": word is text; this expectation is for number columns.'],
    ["stdev", { column: "amount", min_value: 3.8, max_value: 3.9 }, "ok: 3.8378596465564847"],
    ["stdev", { column: "whole", ...onRows('col("id") == 1') }, "no: null"],
    ["median", { column: "whole", min_value: 20, max_value: 20 }, "ok: 20"],
    ["median", { column: "amount", min_value: 3 }, "ok: 3"],
    ["median", { column: "id", max_value: 3, strict_max: true }, "no: 3"],
    ["median", { column: "nothing" }, "no: null"],
  ]));

test("how many values are different", () =>
  check([
    ["unique_value_count", { column: "whole", min_value: 3, max_value: 3 }, "ok: 3"],
    ["unique_value_count", { column: "whole", min_value: 3, strict_min: true }, "no: 3"],
    ["unique_value_count", { column: "nothing", min_value: 0 }, "ok: 0"],
    ["unique_value_count", { column: "doc", max_value: 2 }, "no: 3"],
    ["proportion_of_unique_values", { column: "whole", min_value: 0.75 }, "ok: 0.75"],
    ["proportion_of_unique_values", { column: "whole", min_value: 0.75, strict_min: true }, "no: 0.75"],
    ["proportion_of_unique_values", { column: "nothing", min_value: 0 }, "ok: 0"],
    [
      "proportion_of_unique_values",
      { column: "whole", max_value: "x" },
      'error: argument "max_value": "x" is not a number.',
    ],
  ]));

test("NaN and infinities fail a bound", () =>
  check(
    [
      ["max", { column: "n", max_value: 1e308 }, "no: null"],
      ["max", { column: "f" }, "no: null"],
      ["sum", { column: "f" }, "no: null"],
      ["min", { column: "n", max_value: 1 }, 'no: "-Infinity"'],
      ["max", { column: "d", min_value: "2000-01-01" }, 'no: "infinity"'],
      ["min", { column: "t", max_value: "2000-01-01" }, 'no: "-infinity"'],
    ],
    "odd_numbers",
  ));

test("a table without rows", () =>
  check(
    [
      ["max", { column: "a", max_value: 1 }, "no: null"],
      ["mean", { column: "c" }, "no: null"],
      ["unique_value_count", { column: "b" }, "ok: 0"],
      ["proportion_of_unique_values", { column: "b" }, "ok: 0"],
    ],
    "nobody",
  ));

const quantiles = "expect_column_quantile_values_to_be_between";
const ranges = (...pairs: unknown[]) => ({ quantiles: [0, 0.5, 1], value_ranges: pairs });

test("quantiles are values of the column", () =>
  checkTable(database.sql, "samples", [
    [
      quantiles,
      { column: "whole", quantile_ranges: ranges([10, 10], [null, 20], [40, null]) },
      'ok: {"quantiles":[0,0.5,1],"values":[10,20,40]}',
    ],
    [
      quantiles,
      { column: "amount", quantile_ranges: ranges([0, 2], [2.6, 3], [0, 20]) },
      'no: {"quantiles":[0,0.5,1],"values":[1.5,2.5,10]}',
    ],
    // A bound is met within one part in ten thousand.
    [
      quantiles,
      { column: "whole", quantile_ranges: ranges([10.0009, 11], [20, 20], [1, 39.9961]) },
      'ok: {"quantiles":[0,0.5,1],"values":[10,20,40]}',
    ],
    [
      quantiles,
      { column: "whole", quantile_ranges: ranges([10.01, 11], [20, 20], [1, 40]) },
      'no: {"quantiles":[0,0.5,1],"values":[10,20,40]}',
    ],
    [
      quantiles,
      { column: "nothing", quantile_ranges: ranges([0, 1], [0, 1], [0, 1]) },
      `no: {"quantiles":[0,0.5,1],"values":[null,null,null]}`,
    ],
    [
      quantiles,
      { column: "whole", quantile_ranges: ranges([2, 1], [0, 1], [0, 1]) },
      'error: argument "quantile_ranges": value_ranges must be ordered pairs.',
    ],
    [
      quantiles,
      { column: "whole", quantile_ranges: ranges([1, 2]) },
      'error: argument "quantile_ranges": there must be as many ranges as quantiles.',
    ],
    [
      quantiles,
      { column: "whole", quantile_ranges: { quantiles: [2], value_ranges: [[0, 1]] } },
      'error: argument "quantile_ranges": quantile_ranges.quantiles[0] must be at most 1 (was 2).',
    ],
  ]));
