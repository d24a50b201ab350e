import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropFiles } from "../../src/csv/drop/files.ts";
import { listMonths } from "../../src/csv/drop/months.ts";
import { locateKeys } from "../../src/csv/parts/locate.ts";
import { RejectFile } from "../../src/csv/reject-file.ts";
import { SourceFile } from "../../src/csv/source.ts";
import { dates, readBody, shapeOf } from "./reading.ts";

setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "streamflow-edges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shape = shapeOf({ a: "text", b: "text", c: "text" }, ["a"]);
const told = (content: string, of = shape, lineEnd: "\n" | "\r\n" = "\n") =>
  readBody(Buffer.from(content), of, lineEnd).faults.map(({ line, code, value }) => [line, code, value]);

describe("a row of another width", () => {
  test("is shown as it is written, its quotes included", () => {
    expect(told('x,"1,5","say ""hi""",z\n')).toEqual([[2, "row_long", 'x,"1,5","say ""hi""",z']]);
    expect(told('x,"1,5"\n')).toEqual([[2, "row_short", 'x,"1,5"']]);
    expect(told("x,1,5,z\n")).toEqual([[2, "row_long", "x,1,5,z"]]);
  });
});

describe("a blank line", () => {
  test("is passed over at the end of a file of several columns", () => {
    expect(told("x,1,2\n\n\n")).toEqual([]);
  });

  test("is a fault in a file of one column, also at its end: it may be a NULL", () => {
    const one = shapeOf({ a: "text" }, []);
    expect(told("x\n\n", one)).toEqual([[3, "row_blank", undefined]]);
    expect(told("x\n\ny\n", one)).toEqual([[3, "row_blank", undefined]]);
    expect(told("x\n\n\n", one).map(([line]) => line)).toEqual([3, 4]);
  });
});

describe("a carriage return at the end of the file", () => {
  test.each(["\n", "\r\n"] as const)("is no line end, whether the others end in %j", (lineEnd) => {
    const faults = told(`x,1,2${lineEnd}y,3,4\r`, shape, lineEnd);
    expect(faults).toEqual([[3, "line_ends", "4\\r"]]);
  });
});

test("blanks around a key are no part of it, where lines are looked for", async () => {
  const path = join(folder, "keys.csv");
  writeFileSync(path, 'a,b,c\n u1 ,1,2\n" u2",1,2\nu3\t,"x",2\n');
  const source = { path, file: "keys.csv", shape, optional: new Set<string>(), key: ["a"], dates };
  const found: string[] = [];
  for await (const { keys } of locateKeys(source)) found.push(...keys);
  expect(found).toEqual(["u1", "u2", "u3"]);
  // Lines without quotes are split at commas, all others are scanned.
  writeFileSync(path, "a,b,c\n u1 ,1,2\nu3\t,1,2\n");
  found.length = 0;
  for await (const { keys } of locateKeys(source)) found.push(...keys);
  expect(found).toEqual(["u1", "u3"]);
});

test("a pipe is not opened, for nobody may ever write to it", async () => {
  const path = join(folder, "pipe.csv");
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  await expect(SourceFile.open({ path })).rejects.toMatchObject({
    code: "file_unreadable",
    reason: "a pipe, not a file",
  });
  const [file] = await dropFiles(folder, ".", [{ name: "t", file: "pipe.csv" }]);
  expect(file?.fault).toEqual({ file: "pipe.csv", code: "file_unreadable", reason: "a pipe, not a file" });
});

test("a folder that cannot be read does not pass for an empty one, nor does it keep other months from being read", async () => {
  const data = join(folder, "data");
  mkdirSync(data);
  symlinkSync("month_000", join(data, "month_000"));
  const [file] = await dropFiles(data, "month_000", [{ name: "t", file: "t.csv" }]);
  const reason = expect.stringMatching(/^month_000 cannot be read: .*ELOOP/);
  expect(file?.fault).toEqual({ file: "t.csv", code: "file_unreadable", reason });
  await expect(listMonths(join(data, "month_000"), "2024-01")).rejects.toMatchObject({ code: "io_error" });
});

test("a reject file is for nobody but its owner", async () => {
  const rejects = new RejectFile(join(folder, "rejects", "r.csv"));
  rejects.add("t.csv", 2, "a", "somebody's name", "not a number");
  const path = await rejects.close();
  expect((statSync(path ?? "").mode & 0o777).toString(8)).toBe("600");
});
