import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { Fault } from "../../src/core/faults.ts";
import { readRejects } from "../../src/csv/read-rejects.ts";
import { RejectFile, rejectKey } from "../../src/csv/reject-file.ts";
import { text } from "./arbitraries.ts";
import { readRows } from "./reference.ts";

const folder = mkdtempSync(join(tmpdir(), "streamflow-rejects-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function written(faults: readonly Fault[]): string {
  const rejects = new RejectFile(join(folder, "new", `${files++}.csv`));
  for (const { file, line, column, value, reason } of faults) rejects.add(file, line, column, value, reason);
  const path = rejects.close();
  return path === null ? "" : readFileSync(path, "utf8");
}

test("a sound drop leaves no file", () => {
  const rejects = new RejectFile(join(folder, "none.csv"));
  expect(rejects.close()).toBeNull();
  expect(existsSync(rejects.path)).toBe(false);
});

test("each fault is a line, what does not apply is empty", () => {
  const faults: Fault[] = [
    { file: "a.csv", line: 3, column: "n", value: '1,5 "x"', code: "not_numeric", reason: "not a number" },
    { file: "b.csv", code: "file_missing", reason: "the file is not in the drop" },
  ];
  expect(written(faults)).toBe(
    'file,line,column,value,reason,key\na.csv,3,n,"1,5 ""x""",not a number,\nb.csv,,,,the file is not in the drop,\n',
  );
});

test("many faults are all there, in their order, though they come faster than they are written", () => {
  const one: Fault = { file: "a.csv", column: "n", value: "é".repeat(50), code: "not_numeric", reason: "no" };
  const lines = written(Array.from({ length: 100_000 }, (_, line) => ({ ...one, line }))).split("\n");
  expect(lines).toHaveLength(100_002);
  for (const [index, line] of lines.slice(1, -1).entries()) expect(line).toBe(`a.csv,${index},n,${one.value},no,`);
});

test("reasons, values and columns that change from fault to fault stay with their faults", () => {
  const faults = Array.from({ length: 50 }, (_, index) => ({
    ...{ file: index % 3 === 0 ? "a.csv" : "b.csv", line: index % 2, code: "not_numeric" as const },
    ...{ column: `c${index % 4}`, value: `x${index % 3}`, reason: `reason ${index % 5}` },
  }));
  const lines = faults.map(({ file, line, column, value, reason }) =>
    [file, line, column, value, reason, ""].join(","),
  );
  expect(written(faults).trimEnd().split("\n").slice(1)).toEqual(lines);
});

test("a file that cannot be written is none at its end, and stops nothing before", () => {
  const rejects = new RejectFile(folder);
  for (let line = 0; line < 10_000; line++) rejects.add("a.csv", line, "n", "x".repeat(50), "no");
  expect(rejects.close()).toBeNull();
});

test("whatever the values are, the file reads back, and a spreadsheet runs none of it", () => {
  const value = fc.oneof(text, fc.constantFrom("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%x", "'=1"));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
      const faults = values.map(
        (one): Fault => ({ file: one, line: 1, column: one, value: one, code: "encoding", reason: one }),
      );
      const [, ...rows] = readRows(written(faults));
      expect(rows.map(([file]) => file ?? "")).toEqual(
        values.map((one) => (/^[=+\-@\t\r\n|%]/.test(one) ? `'${one}` : one)),
      );
      for (const row of rows) for (const cell of row) expect(cell ?? "").not.toMatch(/^[=+\-@\t\r\n|%]/);
    }),
    { numRuns: 50 },
  );
});

test("keys are read back whole, of one column or of several", async () => {
  const part = fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.constantFrom("=1", "-1", '["a"]', "x".repeat(300)));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 5 }), async (rows) => {
      for (const key of [["a"], ["a", "b"]]) {
        // What begins with the apostrophe that guards others is read as guarded, as of values.
        const keys = rows.map((row) => row.slice(0, key.length).map((text) => text.replace(/^'|^$/, "_")));
        const rejects = new RejectFile(join(folder, "keys", `${files++}.csv`));
        for (const [line, one] of keys.entries()) rejects.add("a.csv", line, "n", "1", "no", rejectKey(one));
        const found = await readRejects(rejects.close() ?? "", { reason: "no", column: "n", key });
        expect(found.map((one) => Object.values(one.key))).toEqual(keys);
      }
    }),
    { numRuns: 50 },
  );
});
