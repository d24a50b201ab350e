import { describe, expect, setDefaultTimeout, test } from "bun:test";
import Ajv, { type ValidateFunction } from "ajv";
import { Glob } from "bun";
import fc from "fast-check";
import manifest from "../db/dataset.json";
import type { Column, TableShape } from "../src/core/columns.ts";
import { parseManifest } from "../src/core/dataset.ts";
import { ConsoleError } from "../src/core/errors.ts";
import { parseSuite } from "../src/core/suites/suite.ts";
import { compileSuite } from "../src/expectations/compile.ts";
import { examples } from "./expectations/examples.ts";
import { type JsonSchema, manifestSchema, schemas, suiteSchema } from "./helpers/schemas.ts";

/** The JSON Schemas are what the console checks, as another program understands them. */

setDefaultTimeout(60_000);

const root = Bun.fileURLToPath(new URL("..", import.meta.url));
const validator = (schema: JsonSchema) =>
  new Ajv({ strict: true, strictRequired: false, allErrors: true }).compile(schema);
const takesManifest = validator(manifestSchema());
const takesSuite = validator(suiteSchema());

function complaints(takes: ValidateFunction, data: unknown): string[] {
  return takes(data) ? [] : (takes.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test.each(schemas)("$path is as `bun run schemas` writes it", async ({ path, make }) => {
  expect(JSON.stringify(await Bun.file(`${root}/${path}`).json())).toBe(JSON.stringify(make()));
});

test("the shipped manifest names its schema, and it and the suites are as theirs say", async () => {
  const named = Bun.file(`${root}/db/${manifest.$schema}`);
  expect(complaints(validator(await named.json()), manifest)).toEqual([]);
  const suites = [...new Glob("*.json").scanSync(`${root}/db/expectations`)];
  expect(suites.length).toBe(6);
  for (const name of suites) {
    const suite = await Bun.file(`${root}/db/expectations/${name}`).json();
    expect([name, ...complaints(takesSuite, suite)]).toEqual([name]);
  }
});

const withField = (path: string, value: unknown): unknown => {
  const changed = structuredClone(manifest) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() ?? "";
  const holder = names.reduce((outer, name) => outer[name] as Record<string, unknown>, changed);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return changed;
};

function isManifest(data: unknown): boolean {
  try {
    parseManifest(JSON.stringify(data), "dataset.json");
    return true;
  } catch (thrown) {
    if (thrown instanceof ConsoleError && thrown.code === "manifest_invalid") return false;
    throw thrown;
  }
}

describe("a manifest", () => {
  test.each([
    ["name", undefined],
    ["name", "Stream Flow"],
    ["schema", ""],
    ["first_month", "2024-13"],
    ["first_month", 2024],
    ["as_of_column", undefined],
    ["dates", undefined],
    ["dates.from", "1.1.1900"],
    ["dates.until", "2100-12-31"],
    ["links", "everywhere"],
    ["rows.grow", undefined],
    ["rows.shrink.warn", -1],
    ["rows.shrink.warn", "0.1"],
    ["drift", {}],
    ["drift.psi", 0],
    ["drift.beyond", 1.5],
    ["drift.missing", 0],
    ["drift.mean", -1],
    ["drift.other", 1],
    ["tables", {}],
    ["tables", []],
    ["tables.users", {}],
    ["tables.users.file", "../users.csv"],
    ["tables.users.file", ".."],
    ["tables.users.file", "a\u0007b.csv"],
    ["tables.users.suites", "x.json"],
    ["tables.users.absent", "none"],
    ["$schema", 7],
    ["owner", "ops"],
  ])("whose %s is %j is refused by the console and by its schema", (path, value) => {
    const changed = withField(path, value);
    expect(isManifest(changed)).toBe(false);
    expect(complaints(takesManifest, changed)).not.toEqual([]);
  });

  test("is taken by both or by none, whatever it is", () => {
    const places = fc.constantFrom(
      ...["name", "schema", "first_month", "label", "dates", "dates.to", "links", "rows.grow", "rows.grow.warn"],
      ...[
        "drift",
        "drift.psi",
        "drift.mean",
        "drift.beyond",
        "tables",
        "tables.x",
        "tables.users.file",
        "tables.users.absent",
      ],
    );
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constant(undefined),
      fc.double({ min: -1, max: 2, noNaN: true }),
      fc.record({ file: fc.string({ unit: "binary" }) }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(places, values, (path, value) => {
        const changed = JSON.parse(JSON.stringify(withField(path, value)));
        expect(takesManifest(changed)).toBe(isManifest(changed));
      }),
      { numRuns: 300 },
    );
  });
});

const columns = Object.entries({ id: "int4", whole: "int4", big: "int8", word: "text" }).map(
  ([name, type]): Column => ({ name, type, precision: null, scale: null, length: null, nullable: true }),
);
const shape: TableShape = { schema: "public", name: "samples", columns, key: ["id"] };

/** Whether the console evaluates all of a suite. */
function isEvaluated(suite: unknown): boolean {
  try {
    const parsed = parseSuite(JSON.stringify(suite), "suite.json", {});
    const target = {
      shape,
      resultFormat: "SUMMARY",
      resolveTable: (name: string) => ({ schema: "public", name }),
    } as const;
    return compileSuite(parsed, target).every((one) => "plan" in one);
  } catch (thrown) {
    if (thrown instanceof ConsoleError && thrown.code === "suite_invalid") return false;
    throw thrown;
  }
}

const suiteOf = (expectation: object, rest: object = {}) => ({ name: "samples", expectations: [expectation], ...rest });

describe("a suite", () => {
  test.each(Object.entries(examples))("may ask for %s, in both shapes", (type, kwargs) => {
    const now = suiteOf({ type, kwargs, severity: "warning", meta: { owner: "ops" }, notes: "why" });
    const before = { expectation_suite_name: "samples", expectations: [{ expectation_type: type, kwargs }] };
    for (const suite of [now, before]) {
      expect(isEvaluated(suite)).toBe(true);
      expect(complaints(takesSuite, suite)).toEqual([]);
    }
    const wrong = suiteOf({ type, kwargs: { ...kwargs, colum: "whole" } });
    expect(isEvaluated(wrong)).toBe(false);
    expect(complaints(takesSuite, wrong)).not.toEqual([]);
  });

  const column = { column: "whole" };
  test.each([
    ["no name", { name: undefined, expectations: [] }],
    ["no expectations", { name: "x" }],
    ["an expectation without a type", suiteOf({ kwargs: column })],
    ["an unknown type", suiteOf({ type: "expect_column_values_to_sparkle", kwargs: column })],
    ["an unknown field", suiteOf({ type: "expect_column_to_exist", kwargs: column, sevrity: "info" })],
    ["an unknown severity", suiteOf({ type: "expect_column_to_exist", kwargs: column, severity: "fatal" })],
    ["no arguments", suiteOf({ type: "expect_column_to_exist" })],
    ["mostly above 1", suiteOf({ type: "expect_column_values_to_be_null", kwargs: { ...column, mostly: 2 } })],
    ["text as a list", suiteOf({ type: "expect_compound_columns_to_be_unique", kwargs: { column_list: "whole" } })],
    [
      "a condition of no known type",
      suiteOf({ type: "expect_column_values_to_be_null", kwargs: { ...column, row_condition: { type: "xor" } } }),
    ],
    [
      "an unknown result format",
      suiteOf({ type: "expect_column_values_to_be_null", kwargs: { ...column, result_format: "FULL" } }),
    ],
    [
      "an argument of old that asks for something",
      suiteOf({ type: "expect_column_to_exist", kwargs: { ...column, auto: true } }),
    ],
  ])("with %s is refused by the console and by its schema", (_, suite) => {
    expect(isEvaluated(suite)).toBe(false);
    expect(complaints(takesSuite, JSON.parse(JSON.stringify(suite)))).not.toEqual([]);
  });

  test("with conditions, formats, parameters, arguments of old and a schema is taken by both", () => {
    const condition = { type: "comparison", column: { name: "big" }, operator: ">", parameter: 1 };
    const type = "expect_column_values_to_be_between";
    const taken = [
      { type, kwargs: { ...column, min_value: 0, row_condition: { type: "and", conditions: [condition] } } },
      { type, kwargs: { ...column, min_value: { $PARAMETER: "low" }, result_format: { result_format: "COMPLETE" } } },
      { type, kwargs: { ...column, min_value: 0, auto: false, profiler_config: null, batch_id: "x" } },
      { type, kwargs: { ...column, min_value: 0, row_condition: null, result_format: null, catch_exceptions: true } },
      { type: "expect_column_values_to_be_in_set", kwargs: { ...column, value_set: [{ $PARAMETER: "low" }, 2] } },
    ];
    for (const expectation of taken) {
      const suite = suiteOf(expectation, { $schema: "suite.schema.json", suite_parameters: { low: 1 } });
      expect(isEvaluated(suite)).toBe(true);
      expect(complaints(takesSuite, suite)).toEqual([]);
    }
  });

  test("that the console takes is one by its schema, whatever it asks for", () => {
    const argument = fc.constantFrom(
      "mostly",
      "column",
      "min_value",
      "value_set",
      "value",
      "row_condition",
      "result_format",
    );
    const change = fc.tuple(
      argument,
      fc.oneof(fc.jsonValue(), fc.constantFrom("whole", "COMPLETE", 0.5, 1, null, ["a"])),
    );
    const asked = fc.tuple(fc.constantFrom(...Object.entries(examples)), fc.array(change, { maxLength: 2 }));
    let taken = 0;
    fc.assert(
      fc.property(asked, ([[type, kwargs], changes]) => {
        const suite = JSON.parse(
          JSON.stringify(suiteOf({ type, kwargs: { ...kwargs, ...Object.fromEntries(changes) } })),
        );
        // To arktype an empty list is an object without fields.
        const isOdd = JSON.stringify(suite).includes('"result_format":[]');
        if (isOdd || !isEvaluated(suite)) return;
        taken++;
        expect(complaints(takesSuite, suite)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(400);
  });
});
