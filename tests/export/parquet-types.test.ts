import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConsoleError } from "../../src/core/errors.ts";
import type { Cell, CellType, TrainingColumn } from "../../src/core/messages/training.ts";
import { parquetWriter } from "../../src/export/parquet.ts";
import { daysOf, microsOf } from "../../src/export/parquet-dates.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { writeFile } from "./writing.ts";

setDefaultTimeout(60_000);

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-types-"));
  database = await testDatabase();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

const column = (name: string, type: CellType): TrainingColumn => ({ name, type, source: "visits_snapshots" });
const columns = [
  column("user_id", "text"),
  column("day", "date"),
  column("clock", "timestamp"),
  column("moment", "timestamptz"),
  column("sum", "double"),
];
const write = (name: string, rows: Cell[][], about?: Record<string, string>) =>
  writeFile(join(folder, name), rows, (file) => parquetWriter(file, columns, about));

test("days and moments are what they are to another program, to the microsecond, in any year it knows", async () => {
  const rows: Cell[][] = [
    ["a", "2024-02-29", "2024-02-29 23:59:59.000001", "2024-02-29 23:59:59.999999+00", "0.5"],
    ["b", "1969-12-31", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.5+00", null],
    ["c", "10000-01-01", "12024-01-01 00:00:00", "12024-01-01 00:00:00+00", null],
    ["d", null, null, null, null],
  ];
  const { columns: types, rows: read } = await readByDuckDb(`'${await write("days.parquet", rows)}'`);
  expect(types).toEqual({
    user_id: "VARCHAR",
    day: "DATE",
    clock: "TIMESTAMP",
    moment: "TIMESTAMP WITH TIME ZONE",
    sum: "DOUBLE",
  });
  expect(read).toEqual(rows.map((row) => row.map((cell) => (cell === "0.5" ? 0.5 : cell))));
});

test("any day and moment that PostgreSQL writes is counted as it counts, whatever the zone", async () => {
  const { sql } = database;
  await sql`set timezone = 'America/St_Johns'`;
  const found = await sql<Record<"day" | "days" | "moment" | "micros" | "clock" | "ticks", string>[]>`
    select d::date::text as day, (d::date - date '1970-01-01')::text as days,
           t::text as moment, trunc(extract(epoch from t) * 1000000)::text as micros,
           (t at time zone 'UTC')::text as clock, trunc(extract(epoch from t at time zone 'UTC') * 1000000)::text as ticks
      from (select timestamp '4713-11-24 00:00:00 BC' + n * interval '6789 days 12345678 microseconds' as d,
                   timestamptz '4713-12-24 00:00:00+00 BC' + n * interval '6789 days 12345678 microseconds' as t
              from generate_series(0, 15000) n) s`;
  await sql`reset timezone`;
  const wrong = found.filter(
    (row) =>
      daysOf(row.day) !== Number(row.days) ||
      microsOf(row.moment) !== BigInt(row.micros) ||
      microsOf(row.clock) !== BigInt(row.ticks),
  );
  expect(wrong).toEqual([]);
  const [last] = await sql<{ days: number }[]>`select date '5874897-12-31' - date '1970-01-01' as days`;
  expect(daysOf("5874897-12-31")).toBe(last?.days ?? null);
});

describe("a value that Parquet has no place for is refused and named, since NULL or another day would be a lie", () => {
  test.each([
    [1, "infinity", "Parquet has no date such as infinity, which visits_snapshots has in day, at user_id u2."],
    [2, "-infinity", "Parquet has no timestamp such as -infinity,"],
    [3, "infinity", "Parquet has no timestamptz such as infinity,"],
    [3, "294276-12-31 23:59:59+00", "Parquet has no timestamptz such as 294276-12-31 23:59:59+00,"],
    [4, `1${"0".repeat(309)}`, "Parquet has no double such as 1000"],
  ])("column %d: %.30s", async (index, value, title) => {
    const row: Cell[] = ["u2", null, null, null, null];
    row[index] = value;
    const error: ConsoleError | null = await write("refused.parquet", [["u1", null, null, null, null], row]).then(
      () => null,
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: "not_convertible", exitCode: 4, title: expect.stringContaining(title) });
    expect(error?.hint).toContain("CSV");
    expect(readdirSync(folder).filter((name) => name.startsWith("refused"))).toEqual([]);
  });

  test("an infinite number is one", async () => {
    const path = await write("infinite.parquet", [
      ["u1", null, null, null, "Infinity"],
      ["u2", null, null, null, "NaN"],
    ]);
    expect((await readByDuckDb(`(select isinf(sum), isnan(sum) from '${path}')`)).rows).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

test("a file says of itself what it is made of", async () => {
  const path = await write("about.parquet", [["u1", null, null, null, null]], { "streamflow.as_of": "2024-01-31" });
  const { rows } = await readByDuckDb(
    `(select decode(key) as key, decode(value) as value from parquet_kv_metadata('${path}'))`,
  );
  expect(rows).toEqual([["streamflow.as_of", "2024-01-31"]]);
});
