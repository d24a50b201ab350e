import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { validateTable } from "../../src/expectations/validate.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type Case, type Corpus, createTable, disagreement } from "./corpus.ts";

setDefaultTimeout(60_000);

/** Folder of Great Expectations' own test cases; its README tells their format. */
const folder = process.env.GX_CASES;
if (folder === undefined) {
  console.warn("SKIPPED: Great Expectations' own cases. Set GX_CASES to the folder that holds them.");
}

const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".json"));
const corpora = await Promise.all(
  files.map(async (name): Promise<Corpus> => Bun.file(join(folder ?? "", name)).json()),
);

describe.skipIf(folder === undefined)("Great Expectations' own cases", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    for (const { datasets } of corpora) {
      for (const [name, dataset] of Object.entries(datasets)) await createTable(database.sql, name, dataset);
    }
  });
  afterAll(() => database.drop());

  const evaluate = async ({ expectation_type: type, kwargs, kwargs_resolved, result_format, table }: Case) => {
    const own = { ...(kwargs_resolved ?? kwargs), result_format };
    const suite = { name: "case", expectations: [{ type, kwargs: own }] };
    const request = { suiteText: JSON.stringify(suite), suitePath: "case.json", table, parameters: {} };
    return (await validateTable(database.sql, request)).result.results[0];
  };

  test.each(corpora.flatMap(({ cases }) => cases.map((one) => [one.id, one] as const)))("%s", async (_, one) => {
    expect(disagreement(one, await evaluate(one))).toBeNull();
  });
});

test.if(folder === undefined)("cases of Great Expectations are told to be skipped", () => {
  expect(corpora).toEqual([]);
});
