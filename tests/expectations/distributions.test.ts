import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { checkTable, onRows, type Row } from "./check-table.ts";
import { ask, type Kwargs } from "./evaluate-one.ts";
import { samples } from "./table-of-samples.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(samples);
  await database.sql`
    create table draws as
    select n as id, case when n <= 50 then 'a' when n <= 80 then 'b' else 'c' end as letter, n / 10.0 as number,
           case when n % 4 = 0 then null else n % 4 end as small
      from generate_series(1, 100) n`;
});
afterAll(() => database.drop());

describe("distinct values", () => {
  const check = (rows: readonly Row[]) =>
    checkTable(
      database.sql,
      "samples",
      rows.map(([verb, kwargs, found]): Row => [`expect_column_distinct_values_to_${verb}_set`, kwargs, found]),
    );

  test("compare by value, and are listed in order", () =>
    check([
      ["be_in", { column: "whole", value_set: [10, 20, 40, 50] }, "ok: [10,20,40]"],
      ["be_in", { column: "whole", value_set: [10, 20] }, "no: [10,20,40]"],
      ["be_in", { column: "whole", value_set: ["10", "20", "40"] }, "ok: [10,20,40]"],
      ["be_in", { column: "whole", value_set: [] }, "ok: [10,20,40]"],
      ["be_in", { column: "whole", value_set: null }, "ok: [10,20,40]"],
      ["be_in", { column: "flag", value_set: [true, "false"] }, "ok: [false,true]"],
      [
        "be_in",
        { column: "flag", value_set: [0, 1] },
        'error: argument "value_set": 0 cannot be compared with flag, which is bool.',
      ],
      [
        "be_in",
        { column: "day", value_set: ["2023-12-31", "2024-01-01", "2024-01-31", "2024-02-29"] },
        'ok: ["2023-12-31","2024-01-01","2024-01-31","2024-02-29"]',
      ],
      ["contain", { column: "word", value_set: ["beta", ""] }, 'ok: ["","Gamma","alpha","beta"]'],
      ["contain", { column: "word", value_set: ["delta"] }, 'no: ["","Gamma","alpha","beta"]'],
      ["contain", { column: "word", value_set: [null] }, 'no: ["","Gamma","alpha","beta"]'],
      ["contain", { column: "amount", value_set: [10.0, 2.5] }, "ok: [1.5,2.5,3.5,10]"],
      [
        "contain",
        { column: "word", value_set: null },
        'error: argument "value_set": value_set must be an array (was null).',
      ],
      ["equal", { column: "small", value_set: [5, 2, 1] }, "ok: [1,2,5]"],
      ["equal", { column: "small", value_set: [5, 2] }, "no: [1,2,5]"],
      ["equal", { column: "nothing", value_set: [] }, "ok: []"],
      ["equal", { column: "small", value_set: [2], ...onRows('col("whole") == 20') }, "ok: [2]"],
    ]));

  test("come with their counts", async () => {
    const [answer] = await ask(database.sql, "samples", [
      ["expect_column_distinct_values_to_be_in_set", { column: "whole", value_set: null }],
    ]);
    expect(answer?.result.details).toEqual({
      value_counts: [
        { value: 10, count: 1 },
        { value: 20, count: 2 },
        { value: 40, count: 1 },
      ],
    });
  });

  test("more than are listed: what is asked for is found all the same", async () => {
    await database.sql`create table many as select n from generate_series(1, 20000) n`;
    const [contains, lacks, isIn] = await ask(database.sql, "many", [
      ["expect_column_distinct_values_to_contain_set", { column: "n", value_set: [19_999, 20_000] }],
      ["expect_column_distinct_values_to_contain_set", { column: "n", value_set: [20_001] }],
      ["expect_column_distinct_values_to_be_in_set", { column: "n", value_set: [1, 2, 3] }],
    ]);
    expect([contains?.success, lacks?.success, isIn?.success]).toEqual([true, false, false]);
  });
});

test("the most common value", () => {
  const type = "expect_column_most_common_value_to_be_in_set";
  return checkTable(database.sql, "samples", [
    [type, { column: "whole", value_set: [20] }, "ok: [20]"],
    [type, { column: "whole", value_set: [10] }, "no: [20]"],
    [type, { column: "word", value_set: ["beta"] }, 'no: ["","Gamma","alpha","beta"]'],
    [type, { column: "word", value_set: ["beta"], ties_okay: true }, 'ok: ["","Gamma","alpha","beta"]'],
    [type, { column: "word", value_set: ["delta"], ties_okay: true }, 'no: ["","Gamma","alpha","beta"]'],
    [type, { column: "whole", value_set: null }, "no: [20]"],
    [type, { column: "nothing", value_set: [1] }, "no: []"],
    [type, { column: "flag", value_set: [true, false], ties_okay: false }, "ok: [true]"],
  ]);
});

describe("Kullback-Leibler divergence", () => {
  const letters = { values: ["a", "b", "c"], weights: [0.5, 0.3, 0.2] };
  const bins = { bins: [0, 5, 8, 10], weights: [0.5, 0.3, 0.2] };
  const divergence = async (kwargs: Kwargs) => {
    const [answer] = await ask(database.sql, "draws", [["expect_column_kl_divergence_to_be_less_than", kwargs]]);
    const { observed_value: observed } = answer?.result ?? {};
    const shown = typeof observed === "number" ? Number(observed.toFixed(6)) : observed;
    return [answer?.success, answer?.exception_info.exception_message?.replace(/^.*\): /, "") ?? shown];
  };

  test("of categories", async () => {
    expect(await divergence({ column: "letter", partition_object: letters, threshold: 0 })).toEqual([true, 0]);
    const even = { values: ["a", "b"], weights: [0.5, 0.5] };
    expect(await divergence({ column: "letter", partition_object: even, threshold: 9 })).toEqual([false, null]);
    expect(await divergence({ column: "letter", partition_object: even, threshold: null })).toEqual([true, null]);
    const held = { column: "letter", partition_object: even, threshold: 0.2, tail_weight_holdout: 0.2 };
    expect(await divergence(held)).toEqual([true, 0.025267]);
    expect(await divergence({ column: "letter", partition_object: null, threshold: 0, bucketize_data: false })).toEqual(
      [true, 0],
    );
  });

  test("of no value there is none", async () => {
    const nobody = { row_condition: { type: "nullity", column: { name: "letter" }, is_null: true } };
    for (const asked of [
      { column: "letter", partition_object: letters, threshold: null },
      { column: "letter", partition_object: null, threshold: 0, bucketize_data: false },
      { column: "number", partition_object: bins, threshold: null },
      { column: "number", partition_object: null, threshold: 0 },
    ]) {
      expect(await divergence({ ...asked, ...nobody })).toEqual([false, "the column holds no value"]);
    }
  });

  test("of bins", async () => {
    expect(await divergence({ column: "number", partition_object: bins, threshold: 0.001 })).toEqual([true, 0.000347]);
    const infinite = { bins: ["-Infinity", 5, 8, "Infinity"], weights: [0.5, 0.3, 0.2] };
    expect(await divergence({ column: "number", partition_object: infinite, threshold: 0.001 })).toEqual([
      true,
      0.000347,
    ]);
    const low = { bins: [2, 8], weights: [1] };
    expect(await divergence({ column: "number", partition_object: low, threshold: 1 })).toEqual([false, null]);
    expect(
      await divergence({ column: "number", partition_object: low, threshold: 1, tail_weight_holdout: 0.4 }),
    ).toEqual([true, 0.000337]);
    const tails = { bins: [2, 8], weights: [0.6], tail_weights: [0.2, 0.2] };
    expect(await divergence({ column: "number", partition_object: tails, threshold: 1 })).toEqual([true, 0.000337]);
    expect(await divergence({ column: "number", partition_object: null, threshold: 0.001 })).toEqual([true, 0]);
    const gap = { bins: [0, 5, 8, 10, 11], weights: [0.5, 0.3, 0.2, 0] };
    expect(
      await divergence({ column: "number", partition_object: gap, threshold: 1, internal_weight_holdout: 0.01 }),
    ).toEqual([true, 0.000051]);
  });

  test("what does not fit together is refused", async () => {
    const reasons = await Promise.all(
      [
        { column: "letter", partition_object: letters, threshold: -1 },
        { column: "letter", partition_object: { ...letters, weights: [0.5, 0.3, 0.3] }, threshold: 1 },
        { column: "letter", partition_object: letters, threshold: 1, internal_weight_holdout: 0.1 },
        { column: "letter", partition_object: bins, threshold: 1 },
        { column: "number", partition_object: { bins: [1, 0], weights: [1] }, threshold: 1 },
        {
          column: "number",
          partition_object: { bins: [0, "Infinity"], weights: [0.5], tail_weights: [0.25, 0.25] },
          threshold: 1,
        },
        {
          column: "number",
          partition_object: { bins: ["-inf", "inf"], weights: [1] },
          threshold: 1,
          tail_weight_holdout: 0.1,
        },
        {
          column: "number",
          partition_object: { bins: [0, 1], weights: [0.5], tail_weights: [0.25, 0.25] },
          threshold: 1,
          tail_weight_holdout: 0.1,
        },
        { column: "number", partition_object: bins, threshold: 1, bucketize_data: false },
        { column: "number", partition_object: bins, threshold: 1, tail_weight_holdout: 2 },
      ].map(async (kwargs) => (await divergence(kwargs))[1]),
    );
    expect(reasons).toMatchSnapshot();
  });
});
