import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialectOf } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { dates, readFile, shapeOf } from "./reading.ts";

const folder = mkdtempSync(join(tmpdir(), "streamflow-rounding-"));
afterAll(() => rmSync(folder, { recursive: true }));
const shape = shapeOf({ k: "text not null", v: "float4", w: "float8", n: "numeric" }, ["k"]);

/** The lines on which the first value of `v` and of `w` is not held as it is written. */
async function rounded(lines: string[], written?: Written): Promise<Record<string, number>> {
  const path = join(folder, "t.csv");
  const delimiter = written?.delimiter ?? ",";
  writeFileSync(path, [["k", "v", "w", "n"].join(delimiter), ...lines, ""].join("\n"));
  const read = await readFile({ path, shape, optional: new Set(), dates, written: dialectOf(written) });
  expect(read.faults).toEqual([]);
  return Object.fromEntries(read.rounded.map(({ column, line }) => [column, line]));
}

test("a value is held where writing it out again has its digits, in whatever form", async () => {
  const held = ["0.1", "-1.5", "16777216", "0.000001", "1e10", "123456", "100000000", "1.50000000", "0.33333334", ""];
  expect(await rounded(held.map((value, index) => `k${index},${value},${value},1`))).toEqual({});
  expect(await rounded(["a,1,0.483650766787413,1", "b,1,4.483650766787413,1", "c,1,9007199254740992,1"])).toEqual({});
});

test("the first that is not is told of each column, and numeric holds them all", async () => {
  const lines = ["a,0.1,0.1,0.12345678901234567890", "b,0.123456789,0.1,1", "c,16777217,0.1234567890123456789,1"];
  expect(await rounded([...lines, "d,9.87654321,9007199254740993,1"])).toEqual({ v: 3, w: 4 });
});

test("what is written in another way is held against its value", async () => {
  const written = { delimiter: ";", decimal: ",", thousands: "." };
  expect(await rounded(["a;1.234,5;1.234.567,25;1", "b;12.345.678,9;1;1"], written)).toEqual({ v: 3 });
});
