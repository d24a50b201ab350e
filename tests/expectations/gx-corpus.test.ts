import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { registry } from "../../src/expectations/kinds/registry.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import { migrated } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Case, createTable, disagreement, readCorpora } from "./corpus.ts";

setDefaultTimeout(60_000);

const own = await readCorpora(fileURLToPath(new URL("../fixtures/expectations", import.meta.url)));
/** Folder of Great Expectations' own test cases. */
const folder = process.env.GX_CASES;
const theirs = folder === undefined ? [] : await readCorpora(folder);
if (folder === undefined) {
  console.warn("SKIPPED: Great Expectations' own cases. Set GX_CASES to the folder that holds them.");
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
  for (const { datasets } of [...own, ...theirs]) {
    for (const [name, dataset] of Object.entries(datasets)) await createTable(database.sql, name, dataset);
  }
}, 30_000);
afterAll(() => database.drop());

async function resultOf({ expectation_type: type, kwargs, kwargs_resolved, result_format, table }: Case) {
  const suite = { name: "case", expectations: [{ type, kwargs: { ...(kwargs_resolved ?? kwargs), result_format } }] };
  const request = { suiteText: JSON.stringify(suite), suitePath: "case.json", table, parameters: {} };
  return (await validateTable(database.sql, request)).results[0];
}

const named = (cases: readonly Case[]) => cases.map((one) => [one.id, one] as const);

describe("our own cases", () => {
  const cases = own.flatMap((corpus) => corpus.cases);

  test("there is one that passes and one that fails of every expectation", () => {
    const typesOf = (success: boolean) =>
      new Set(cases.filter(({ expected }) => expected.success === success).map((one) => one.expectation_type));
    expect([...typesOf(true)].sort()).toEqual([...registry.keys()].sort());
    expect([...typesOf(false)].sort()).toEqual([...registry.keys()].sort());
  });

  test.each(named(cases))("%s", async (_, one) => {
    const found = await resultOf(one);
    expect(disagreement(one, found)).toBeNull();
    const { details = {}, ...fields } = found?.result ?? {};
    // Unlike Great Expectations' cases, these say all that a result has.
    expect(Object.keys({ success: true, ...fields, ...details }).sort()).toEqual(Object.keys(one.expected).sort());
  });
});

describe.skipIf(folder === undefined)("Great Expectations' own cases", () => {
  test.each(named(theirs.flatMap(({ cases }) => cases)))("%s", async (_, one) => {
    expect(disagreement(one, await resultOf(one))).toBeNull();
  });
});

test.if(folder === undefined)("cases of Great Expectations are told to be skipped", () => {
  expect(theirs).toEqual([]);
});
