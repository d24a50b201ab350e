import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cell, TrainingColumn } from "../../src/core/messages/training.ts";
import { csvWriter } from "../../src/export/csv.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { writeFile } from "./writing.ts";

/** What `pandas.read_csv` takes for a missing value by itself (pandas 3.1: STR_NA_VALUES), and others' words. */
const ofPandas = [
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"],
  ...["NULL", "NaN", "None", "n/a", "nan", "null"],
];
const words = [...ofPandas, "NaT", "\\N"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-words-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const columns: TrainingColumn[] = [
  { name: "NULL", type: "text", source: null },
  { name: "x", type: "double", source: null },
];
const written = (rows: Cell[][]) => writeFile(join(folder, "words.csv"), rows, (file) => csvWriter(file, columns));

test("text that a reader takes for a missing value is quoted; NULL, and a number that is NaN, are not", async () => {
  const path = await written([...words.map((word) => [word, "NaN"]), ["Nan", Number.NaN], [null, null]]);
  const lines = words.map((word) => `"${word}",NaN`);
  expect(readFileSync(path, "utf8").split("\n")).toEqual(['"NULL",x', ...lines, "Nan,NaN", ",", ""]);
});

test("whoever tells quoted from unquoted reads each word as the text it is, and NULL as NULL", async () => {
  const path = await written([...words.map((word) => [word, "1"]), [null, "2"]]);
  const list = words.map((word) => `'${word}'`).join(", ");
  const { rows } = await readByDuckDb(
    `read_csv('${path}', header = true, quote = '"', escape = '"', nullstr = [${list}], allow_quoted_nulls = false, columns = {'NULL': 'VARCHAR', 'x': 'DOUBLE'}, auto_detect = false)`,
  );
  expect(rows.map(([text]) => text)).toEqual([...words, null]);
});
