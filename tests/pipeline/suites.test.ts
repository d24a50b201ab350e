import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lacksInWords } from "../../src/core/suites/fit-words.ts";
import { doctor } from "../../src/pipeline/answers/doctor.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { validateNamedTable } from "../../src/pipeline/session/suites.ts";
import { browseSuites } from "../../src/pipeline/suites/fits.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What a suite has that its table lacks is told alike by the listing, by doctor, and by validate. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
let session: Session;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const settings = { data: drops.path, home: join(drops.path, "home"), database: database.url };
  const opened = await openSession(await reachDatabase(settings));
  session = { ...opened, manifestDirectory: join(drops.path, "dataset") };
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(() => {
  const folder = join(session.manifestDirectory, "expectations");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name } of session.dataset.tables) write(name, []);
});

const pathOf = (table: string) => join(session.manifestDirectory, `expectations/${table}.json`);

function write(table: string, asked: [type: string, kwargs: object][]): void {
  const expectations = asked.map(([type, kwargs]) => ({ type, kwargs }));
  writeFileSync(pathOf(table), JSON.stringify({ name: table, expectations }));
}

async function fitOf(table: string) {
  const fit = (await browseSuites(session)).find((one) => one.table === table);
  if (fit === undefined) throw new Error(`no suite of ${table}`);
  return fit;
}

async function suitesCheck() {
  const checks = await doctor(session.settings, async () => session);
  return checks.find(({ name }) => name === "suites");
}

async function refusalOf(table: string): Promise<string> {
  const request = { kind: "validate", suite_path: pathOf(table), table, tolerant: false } as const;
  const asked = validateNamedTable(session, { ...request, parameters: {}, result_format: "SUMMARY" });
  return asked.then(
    () => "none",
    ({ title }) => title,
  );
}

const notNull = "expect_column_values_to_not_be_null";

test("a suite that fits lacks nothing, and a table without one is listed", async () => {
  write("users", [[notNull, { column: "user_id" }]]);
  const labels = session.dataset.tables.find(({ name }) => name === "labels");
  if (labels === undefined) throw new Error("no labels");
  const before = labels.suite;
  labels.suite = null;
  try {
    const none = { missing: [], unsound: [], trouble: null };
    expect(await fitOf("users")).toEqual({ table: "users", path: pathOf("users"), expectations: 1, ...none });
    expect(await fitOf("labels")).toEqual({ table: "labels", path: null, expectations: 0, ...none });
    expect(await suitesCheck()).toMatchObject({ state: "ok", detail: "1 expectations in 5 suites", remedy: null });
  } finally {
    labels.suite = before;
  }
});

test("every column that is named and not there is told once, with who names it, wherever the name stands", async () => {
  const condition = { type: "and", conditions: [{ type: "nullity", column: { name: "f" }, is_null: false }] };
  write("users", [
    [notNull, { column: "a" }],
    ["expect_column_pair_values_to_be_equal", { column_A: "a", column_B: "b" }],
    ["expect_compound_columns_to_be_unique", { column_list: ["user_id", "c"] }],
    ["expect_table_columns_to_match_set", { column_set: ["user_id", "d"] }],
    ["expect_column_to_exist", { column: "e" }],
    [notNull, { column: "user_id", row_condition: condition }],
    [notNull, { column: "user_id", row_condition: 'col("g") == 1', condition_parser: "great_expectations" }],
    ["expect_column_values_to_be_increasing", { column: "user_id", order_by: "h" }],
    [notNull, { column: "user_id", result_format: { result_format: "BASIC", unexpected_index_column_names: ["i"] } }],
  ]);
  const { missing, unsound } = await fitOf("users");
  expect(missing.map(({ column, expectations }) => [column, ...expectations])).toEqual([
    ["a", 1, 2],
    ["b", 2],
    ["c", 3],
    ["d", 4],
    ["e", 5],
    ["f", 6],
    ["g", 7],
    ["h", 8],
    ["i", 9],
  ]);
  // Those that ask whether a column is there can be answered.
  expect(unsound.map(({ expectation, column }) => [expectation, column])).toEqual([
    [1, "a"],
    [2, "a"],
    [3, "c"],
    [6, "f"],
    [7, "g"],
    [8, "h"],
    [9, "i"],
  ]);
});

test("the listing, doctor and validate say the same", async () => {
  write("users", [
    [notNull, { column: "nope" }],
    ["expect_column_values_to_be_null", { column: "nope" }],
    ["expect_column_to_sparkle", {}],
    ["expect_column_mean_to_be_between", { column: "user_gender", min_value: 0 }],
    ["expect_table_row_count_to_equal_other_table", { other_table_name: "nobody" }],
  ]);
  const lines = lacksInWords(await fitOf("users"));
  expect(lines).toEqual([
    'table users has no column "nope", which expectations 1 and 2 name',
    "expectation 3 (expect_column_to_sparkle): there is no such expectation",
    'expectation 4 (expect_column_mean_to_be_between): argument "column": user_gender is text; this expectation is for number columns',
    'expectation 5 (expect_table_row_count_to_equal_other_table): argument "other_table_name": the database has no table "nobody"',
  ]);
  const told = lines.join("; ");
  expect(await refusalOf("users")).toBe(`The expectation suite ${pathOf("users")} is not sound: ${told}.`);
  expect(await suitesCheck()).toMatchObject({
    state: "fail",
    detail: "1 suite of 6 asks for what is not there.",
    remedy: expect.stringContaining(`${pathOf("users")}: ${told}. No run begins until that is mended`),
  });
});

test("columns that are only looked for are a warning: a run begins, and fails there", async () => {
  write("labels", [["expect_column_to_exist", { column: "churned" }]]);
  expect(await suitesCheck()).toMatchObject({
    state: "warn",
    remedy: expect.stringContaining('table labels has no column "churned", which expectation 1 names. Correct'),
  });
  expect(await refusalOf("labels")).toBe("none");
});

test("a suite that cannot be read is told beside those that can", async () => {
  rmSync(pathOf("users"));
  writeFileSync(pathOf("labels"), "{");
  write("subscriptions", [[notNull, { column: "nope" }]]);
  const states = (await browseSuites(session)).map(({ table, trouble, missing }) => [table, trouble, missing.length]);
  expect(states.slice(0, 2)).toEqual([
    ["users", expect.stringContaining("cannot be read. The manifest, db/dataset.json, names it"), 0],
    ["subscriptions", null, 1],
  ]);
  expect(states.at(-1)).toEqual(["labels", expect.stringContaining("is not sound: JSON Parse error"), 0]);
  const check = await suitesCheck();
  expect(check?.detail).toBe("3 suites of 6 ask for what is not there.");
});

test("however much a suite lacks, a message stays readable", async () => {
  write(
    "users",
    Array.from({ length: 40 }, (_, at) => [notNull, { column: `none_${at % 20}` }]),
  );
  expect(await refusalOf("users")).toEndWith("; and 15 more.");
  write(
    "users",
    Array.from({ length: 40 }, () => [notNull, { column: "nope" }]),
  );
  expect(await refusalOf("users")).toEndWith("which expectations 1, 2, 3, 4, 5, 6, 7, 8 and 32 more name.");
});
