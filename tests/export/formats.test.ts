import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Cell, CellType, TrainingColumn } from "../../src/core/messages/training.ts";
import { csvWriter } from "../../src/export/csv.ts";
import { OutputFile } from "../../src/export/output-file.ts";
import { parquetWriter } from "../../src/export/parquet.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { type MakeWriter, writeFile } from "./writing.ts";

setDefaultTimeout(60_000);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-formats-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const types: CellType[] = ["text", "boolean", "int32", "int64", "double", "date", "timestamp", "timestamptz"];
const columns: TrainingColumn[] = types.map((type) => ({ name: `a ${type}`, type, source: null }));

/** As PostgreSQL writes it, to the microsecond. */
const moment = fc
  .tuple(
    fc.date({ min: new Date("1900-01-01"), max: new Date("2100-12-31"), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999_999 }),
  )
  .map(([date, micros]) => {
    const fraction = `.${String(micros).padStart(6, "0")}`.replace(/\.?0+$/, "");
    return `${date.toISOString().slice(0, 19).replace("T", " ")}${fraction}`;
  });

const cells: Record<CellType, fc.Arbitrary<Cell>> = {
  text: fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
    fc.constantFrom('"', "a,b", "a\nb", "", "None", "NULL", "nan", "NaT", "\\N"),
  ),
  boolean: fc.boolean(),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value + 0)),
  date: fc
    .date({ min: new Date("1900-01-01"), max: new Date("2100-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  timestamp: moment,
  timestamptz: moment.map((text) => `${text}+00`),
};
const row = fc.tuple(...types.map((type) => fc.option(cells[type], { freq: 5 })));

const write = (name: string, rows: readonly Cell[][], make: MakeWriter) => writeFile(join(folder, name), rows, make);

/** As DuckDB prints values to JSON: 64-bit numbers as text. */
const asRead = (rows: readonly Cell[][]) =>
  rows.map((cells) => cells.map((cell, index) => (types[index] === "double" && cell !== null ? Number(cell) : cell)));

test("whatever the cells are, both formats are read back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const parquet = await write("any.parquet", rows, (file) => parquetWriter(file, columns));
      expect((await readByDuckDb(`'${parquet}'`)).rows).toEqual(asRead(rows));
      const csv = await write("any.csv", rows, (file) => csvWriter(file, columns));
      const wanted =
        "{'a text': 'VARCHAR', 'a boolean': 'BOOLEAN', 'a int32': 'INTEGER', 'a int64': 'BIGINT', 'a double': 'DOUBLE', 'a date': 'DATE', 'a timestamp': 'TIMESTAMP', 'a timestamptz': 'TIMESTAMPTZ'}";
      const source = `read_csv('${csv}', header = true, auto_detect = false, quote = '"', escape = '"', allow_quoted_nulls = false, columns = ${wanted})`;
      expect((await readByDuckDb(source)).rows).toEqual(asRead(rows));
    }),
    { numRuns: 25 },
  );
});

test("more rows than a row group holds come out complete and in order", async () => {
  const rows = Array.from({ length: 40_001 }, (_, index): Cell[] => [
    `u${index}`,
    index % 2 === 0,
    index,
    String(index),
    `${index}.5`,
    null,
    null,
    null,
  ]);
  const path = await write("many.parquet", rows, (file) => parquetWriter(file, columns));
  const groups = await readByDuckDb(
    `(select distinct row_group_id, row_group_num_rows from parquet_metadata('${path}') order by 1)`,
  );
  expect(groups.rows.map(([, count]) => count)).toEqual([...Array(4).fill("10000"), "1"]);
  const sums = await readByDuckDb(
    `(select count(*), sum("a int32"), min("a text"), max("a double"), count("a date") from '${path}')`,
  );
  expect(sums.rows).toEqual([["40001", String((40_000 * 40_001) / 2), "u0", 40_000.5, "0"]]);
});

test("a file that is given up leaves nothing", async () => {
  const before = readdirSync(folder);
  const file = await OutputFile.create(join(folder, "given-up.csv"));
  await file.write(new Uint8Array([1]));
  await file.discard();
  expect(readdirSync(folder)).toEqual(before);
});
