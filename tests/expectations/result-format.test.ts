import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { GivenFormat } from "../../src/expectations/plan/result-format.ts";
import { greatExpectations } from "../../src/expectations/results/report.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { inShort } from "./evaluate-one.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
});
afterAll(() => database.drop());

async function answer(type: string, kwargs: object, resultFormat: GivenFormat = "SUMMARY") {
  const suite = { name: "formats", expectations: [{ type, kwargs, severity: "info", notes: "n" }] };
  const request = { suiteText: JSON.stringify(suite), suitePath: "formats.json", table: "samples", parameters: {} };
  return validateTable(database.sql, { ...request, resultFormat });
}

const inSet = "expect_column_values_to_be_in_set";
const someWords = {
  column: "word",
  value_set: ["alpha"],
  row_condition: 'col("id") > 1',
  condition_parser: "great_expectations",
};

test("each level holds what Great Expectations puts there", async () => {
  for (const level of ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"] as const) {
    const { results } = await answer(inSet, someWords, level);
    expect(results[0]?.result).toMatchSnapshot(level);
  }
});

test("NULLs are not called missing where they are what is asked about", async () => {
  const { results } = await answer("expect_column_values_to_not_be_null", { column: "word" }, "COMPLETE");
  expect(results[0]?.result).toEqual({
    element_count: 5,
    unexpected_count: 1,
    unexpected_percent: 20,
    partial_unexpected_list: [null],
    unexpected_index_column_names: ["id"],
    partial_unexpected_counts: [{ value: null, count: 1 }],
    partial_unexpected_index_list: [{ id: 5, word: null }],
    unexpected_list: [null],
    unexpected_index_list: [{ id: 5, word: null }],
    unexpected_index_query: "select id, word from samples where not (word is not null);",
  });
});

test("an expectation's own format wins, and its options are heeded", async () => {
  const own = (result_format: unknown) => ({ column: "word", value_set: ["alpha"], result_format });
  const fields = async (format: unknown) => (await answer(inSet, own(format))).results[0]?.result;
  expect(Object.keys((await fields("BOOLEAN_ONLY")) ?? {})).toEqual([]);
  expect(
    (await fields({ result_format: "SUMMARY", partial_unexpected_count: 1 }))?.partial_unexpected_list,
  ).toHaveLength(1);
  expect((await fields({ result_format: "SUMMARY", partial_unexpected_count: 0 }))?.partial_unexpected_list).toEqual(
    [],
  );
  expect(
    (await fields({ result_format: "COMPLETE", unexpected_index_column_names: ["code", "whole"] }))
      ?.unexpected_index_list,
  ).toContainEqual({ code: "A-2", whole: 20, word: "beta" });
  const without = await fields({ result_format: "COMPLETE", exclude_unexpected_values: true });
  expect(without?.unexpected_list).toBeUndefined();
  expect(without?.unexpected_index_list).toEqual([{ id: [2, 3, 4] }]);
  expect(
    (await fields({ result_format: "COMPLETE", return_unexpected_index_query: false }))?.unexpected_index_query,
  ).toBeUndefined();
  expect((await fields({ result_format: "BASIC", include_unexpected_rows: true }))?.unexpected_rows?.[0]).toMatchObject(
    { id: 2, word: "beta", at: "2024-01-31T12:30:15.500000" },
  );
});

test("a format that is none is refused", async () => {
  const refused = async (result_format: unknown) => {
    const [result] = (await answer(inSet, { column: "word", value_set: null, result_format })).results;
    return result && inShort(result);
  };
  expect(await refused("EVERYTHING")).toStartWith('error: argument "result_format": must be');
  expect(await refused({ result_format: "BASIC", limit: 3 })).toStartWith(
    'error: argument "result_format": limit must be removed',
  );
  expect(await refused({ include_unexpected_rows: true })).toBe(
    'error: argument "result_format": include_unexpected_rows wants a result_format beside it.',
  );
  expect(await refused({ unexpected_index_column_names: ["nope"] })).toStartWith(
    'error: argument "result_format": table samples has no column "nope"; it has id, ',
  );
});

test("the whole is a Great Expectations validation result", async () => {
  const { meta, ...result } = await answer(inSet, { column: "word", value_set: null });
  expect(result).toEqual({
    success: true,
    results: [
      {
        success: true,
        expectation_config: {
          type: inSet,
          kwargs: { column: "word", value_set: null },
          meta: {},
          notes: "n",
          severity: "info",
        },
        result: expect.objectContaining({ element_count: 5, unexpected_count: 0 }),
        meta: {},
        exception_info: { raised_exception: false, exception_message: null, exception_traceback: null },
      },
    ],
    suite_name: "formats",
    suite_parameters: {},
    statistics: {
      evaluated_expectations: 1,
      successful_expectations: 1,
      unsuccessful_expectations: 0,
      success_percent: 100,
    },
    id: null,
  });
  expect(meta).toMatchObject({
    great_expectations_version: greatExpectations,
    batch_spec: { schema_name: "public", table_name: "samples" },
  });
});
