import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, faultCodes } from "../../src/core/faults.ts";
import { dropFiles } from "../../src/csv/drop/files.ts";
import type { LoadTable } from "../../src/postgres/catalog/dataset-tables.ts";
import { badDrops, badTyped, soundDrops } from "../fixtures/bad/catalogue.ts";
import { renderCatalogue } from "../fixtures/bad/render.ts";
import { dataset, migrated, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { DropFolder } from "./drop-folder.ts";
import { asExpected, byFile } from "./expecting.ts";
import { dates, readFile, shapeOf } from "./reading.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let tables: LoadTable[];
const folder = new DropFolder();

beforeAll(async () => {
  database = await testDatabase(migrated);
  tables = await tablesOf(database.sql);
});
afterAll(async () => {
  folder.remove();
  await database.drop();
});

/** Everything that is wrong with the drop in the folder, and what was passed on of files that are at fault. */
async function readDrop(): Promise<{ faults: Fault[]; counted: number; rows: number }> {
  const { tables: named } = await dataset();
  const faults: Fault[] = [];
  let counted = 0;
  let rows = 0;
  for (const file of await dropFiles(folder.path, folder.month, named)) {
    const table = tables.find(({ name }) => name === file.table);
    if (file.fault !== null || table === undefined) {
      if (file.fault !== null) faults.push(file.fault);
      counted++;
      continue;
    }
    const read = await readFile({
      path: file.path,
      shape: table.live,
      optional: new Set(table.manifest.absent),
      others: tables.filter((one) => one !== table).map(({ live }) => live),
      dates,
    });
    faults.push(...read.faults);
    counted += read.faultCount;
    rows += read.rows;
  }
  return { faults, counted, rows };
}

describe("every drop of the catalogue is rejected with its faults, and with no other", () => {
  for (const { what, files, faults } of badDrops) {
    test(what, async () => {
      folder.write(files);
      const found = await readDrop();
      expect(byFile(found.faults.map(asExpected))).toEqual(byFile(faults));
      expect(found.counted).toBe(faults.length);
    });
  }

  test("the sound drop itself has none", async () => {
    folder.write({});
    expect(await readDrop()).toEqual({ faults: [], counted: 0, rows: 18 });
  });
});

/** What is wrong with a file that has this value in a column so declared. */
async function readValue(declared: string, written: string): Promise<Fault[]> {
  const path = join(folder.path, "t.csv");
  writeFileSync(path, `id,v\n1,${written}\n`);
  const shape = shapeOf({ id: "text not null", v: declared }, ["id"]);
  return (await readFile({ path, shape, optional: new Set(), dates })).faults;
}

describe("values of other types", () => {
  for (const [declared, written, code, shown = written] of badTyped) {
    test(`${declared}: ${written}`, async () => {
      const faults = await readValue(declared, written);
      expect(faults.map(asExpected)).toEqual([["t.csv", 2, "v", shown, code]]);
    });
  }
});

test("every fault that the reader knows is one that it finds in the catalogue", async () => {
  const met = new Set<string>();
  for (const { files } of badDrops) {
    folder.write(files);
    for (const { code } of (await readDrop()).faults) met.add(code);
  }
  for (const [declared, written] of badTyped) for (const { code } of await readValue(declared, written)) met.add(code);
  // These need the database, a file that changes meanwhile, a table that grew, or computes, a month before, an expectation, a defect;
  // and three of them a manifest that says how files are written, or that they are several.
  const beyond = [
    ...["file_changed", "part_columns", "column_new", "column_computed", "quote_escape", "ambiguous"],
    ...[
      "key_repeated",
      "key_orphaned",
      "key_in_use",
      "check_broken",
      "unique_repeated",
      "values_circle",
      "rows_excluded",
      "row_too_large",
      "row_refused",
      "row_count",
      "unexpected",
      "rows_lost",
    ],
  ];
  expect(Object.keys(faultCodes).filter((code) => !met.has(code))).toEqual(beyond);
});

test("the page tells each drop once, and each code as the console words it: `bun tests/fixtures/bad/render.ts` writes it", () => {
  for (const drops of [badDrops, soundDrops]) {
    const told = drops.map(({ what, files }) => `${Object.keys(files)} ${what}`);
    expect(told).toEqual([...new Set(told)]);
  }
  expect(readFileSync(new URL("../fixtures/bad/README.md", import.meta.url), "utf8")).toBe(renderCatalogue());
});
