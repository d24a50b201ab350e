import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { dialectOf } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { findPlaces } from "../../src/csv/parts/locate.ts";
import { dates, shapeOf } from "./reading.ts";
import { WrittenFolder } from "./written-reading.ts";

const folder = new WrittenFolder();
afterAll(() => folder.remove());

const shape = shapeOf({ id: "text not null", v: "text", n: "int4" }, ["id"]);
const text = "id,v,n\nk1,é€,1\nk2,日本,2\n";
const latin = "id,v,n\nk1,é,1\n";
const utf16le = (text: string) => Buffer.from(text, "utf16le");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
const mark = "\ufeff";

describe("bytes are those of the encoding that the manifest names, or are refused", () => {
  const sound: [Written["encoding"], Buffer, string | null][] = [
    ["utf-16le", utf16le(text), null],
    ["utf-16le", utf16le(mark + text), null],
    ["utf-16be", utf16be(text), null],
    ["utf-16", utf16le(mark + text), null],
    ["utf-16", utf16be(mark + text), null],
    ["UTF8", Buffer.from(mark + text), null],
    ["windows-1252", Buffer.from("id,v,n\nk1,\xe9\x80,1\n", "latin1"), "é€"],
    ["latin1", Buffer.from(latin, "latin1"), "é"],
    ["iso-8859-15", Buffer.from("id,v,n\nk1,\xa4,1\n", "latin1"), "€"],
    ["shift_jis", Buffer.from("id,v,n\nk1,\x93\xfa\x96\x7b,1\n", "latin1"), "日本"],
    ["gb18030", Buffer.from("id,v,n\nk1,\xc8\xd5\xb1\xbe,1\n", "latin1"), "日本"],
    ["koi8-r", Buffer.from("id,v,n\nk1,\xc4\xc1,1\n", "latin1"), "да"],
  ];
  test.each(sound)("%s is read", async (encoding = "", bytes, value) => {
    const { faults, cells } = await folder.read(bytes, shape, { encoding });
    expect(faults).toEqual([]);
    expect(cells[0]).toEqual(["k1", value ?? "é€", "1"]);
  });

  test.each([
    ["windows-1252", "id,v,n\nk1,a,1\nk2,\x81,1\n", 3],
    ["windows-1253", "id,v,n\nk1,a,1\nk2,\xaa,1\n", 3],
    ["shift_jis", "id,v,n\nk1,\x93,1\n", 2],
  ])("what %s has no character for is a fault of its cell", async (encoding, bytes, line) => {
    const { faults } = await folder.read(Buffer.from(bytes, "latin1"), shape, { encoding });
    expect(faults.map((fault) => [fault.code, fault.line, fault.reason])).toEqual([
      ["encoding", line, `bytes that are not ${encoding}`],
    ]);
  });

  test.each([
    ["utf-16le", utf16le("id,v,n\nk1,\ud83d,1\n"), "encoding", 2],
    ["utf-16be", utf16be("id,v,n\nk1,\ude00x,1\n"), "encoding", 2],
    ["utf-16le", Buffer.concat([utf16le("id,v,n\nk1,a,1"), Buffer.from("x")]), "encoding", 2],
    ["utf-16", utf16le(text), "encoding", undefined],
    ["utf-16le", utf16be(mark + text), "encoding", undefined],
    ["windows-1252", Buffer.from(mark + text), "encoding", undefined],
    ["windows-1252", utf16le(mark + text), "encoding", undefined],
    ["windows-1252", Buffer.from("PK\x03\x04 and more"), "file_ending", undefined],
  ])("%s: half a character, another mark or another file is refused", async (encoding, bytes, code, line) => {
    const { faults } = await folder.read(bytes, shape, { encoding });
    expect(faults.map((fault) => [fault.code, fault.line])).toEqual([[code, line] as never]);
  });

  test("the character for what could not be read is one like others", async () => {
    const { faults, cells } = await folder.read(utf16le("id,v,n\nk1,\ufffd,1\n"), shape, { encoding: "utf-16le" });
    expect([faults, cells]).toEqual([[], [["k1", "\ufffd", "1"]]]);
  });

  test("characters are whole wherever a piece ends", async () => {
    const rows = Array.from({ length: 30_000 }, (_, row) => `k${row},${"x".repeat(row % 7)}😀日é,${row}`);
    const content = `id,v,n\n${rows.join("\n")}\n`;
    for (const [encoding, bytes] of [
      ["utf-16le", utf16le(content)],
      ["utf-16be", utf16be(`x${content}`).subarray(2)],
    ] as const) {
      const { faults, cells } = await folder.read(bytes, shape, { encoding });
      expect(faults).toEqual([]);
      expect(cells.map((cell) => cell.join())).toEqual(rows);
    }
  });
});

describe("lines", () => {
  const read = (content: string, written: Written) => folder.read(content, shape, written);

  test("may end in either way where the manifest says so, but not in a lone carriage return", async () => {
    const mixed = 'id,v,n\r\nk1,a,1\nk2,"b\r\nc",2\r\nk3,,\n';
    const { faults, cells } = await read(mixed, { line_ends: "mixed" });
    expect(faults).toEqual([]);
    expect(cells).toEqual([
      ["k1", "a", "1"],
      ["k2", "b\r\nc", "2"],
      ["k3", null, null],
    ]);
    const plain = await read("id,v,n\nk1,a,1\r\nk2,b,2\nk3,c,3\r\n", { line_ends: "mixed" });
    expect([plain.faults, plain.cells.length]).toEqual([[], 3]);
    expect((await read("id,v,n\nk1,a,1\rk2,b,2\n", { line_ends: "mixed" })).faults[0]?.code).toBe("line_ends");
    expect((await read(mixed, {})).faults.map(({ code }) => code)).toContain("line_ends");
  });

  test("of comments are passed over, and the others keep their numbers", async () => {
    const content = '# made today\nid,v,n\n# "first\nk1,"a\n# b",1\nk2,#c,2\n#\n#\nk3,d,x\n# end';
    const { faults, cells } = await read(content.replace(",x", ",3"), { comment: "#" });
    expect(faults).toEqual([]);
    expect(cells).toEqual([
      ["k1", "a\n# b", "1"],
      ["k2", "#c", "2"],
      ["k3", "d", "3"],
    ]);
    const bad = await read(content, { comment: "#" });
    expect(bad.faults.map(({ line, code }) => [line, code])).toEqual([[9, "not_integer"]]);
    const header = await read(content.replace("id,v,n", "id,v,m"), { comment: "#" });
    expect(header.faults.map(({ line }) => line)).toEqual([2, 2]);
    const source = { path: join(folder.path, "t.csv"), shape, optional: new Set<string>(), dates };
    await read(content, { comment: "#" });
    const lines = await findPlaces({ ...source, written: dialectOf({ comment: "#" }) }, new Set(["k1", "k2", "k3"]));
    expect(Object.fromEntries(lines)).toEqual({ k1: 4, k2: 6, k3: 9 });
  });

  test("of comments hide no row behind a carriage return", async () => {
    const { faults } = await read("id,v,n\n# a\nk1,b,1\n# c\rk2,d,2\nk3,e,3\n", { comment: "#" });
    expect(faults.map(({ code, reason }) => [code, reason])).toEqual([
      ["line_ends", "line 4, a comment, has a carriage return without a line feed"],
    ]);
    const ended = await read("# a\r\nid,v,n\r\n# b\r\nk1,b,1\r\n", { comment: "#" });
    expect([ended.faults, ended.cells]).toEqual([[], [["k1", "b", "1"]]]);
  });

  test("of comments may be broken anywhere", async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) =>
      row % 3 === 0 ? `-- ${"x".repeat(row % 50)}` : `k${row},a-,1`,
    );
    const { faults, cells } = await read(`id,v,n\n${rows.join("\n")}\n`, { comment: "--" });
    expect(faults).toEqual([]);
    expect(cells.length).toBe(rows.filter((row) => row.startsWith("k")).length);
    const bad = await read(`id,v,n\n${rows.join("\n")}\nk,a,x\n`, { comment: "--" });
    expect(bad.faults.map(({ line }) => line)).toEqual([20_002]);
  });

  test("that PostgreSQL is sent are those of the file", async () => {
    const content = '#\nid;skipped;v;n\nk1;"a\nb";c;1\n#\nk2;;"d\ne";2\n"k3";x;f;3\n';
    const { cells, lineOf } = await read(content, { delimiter: ";", comment: "#", ignore: ["skipped"] });
    expect(cells).toEqual([
      ["k1", "c", "1"],
      ["k2", "d\ne", "2"],
      ["k3", "f", "3"],
    ]);
    expect([1, 2, 4].map((line) => lineOf(line))).toEqual([3, 6, 8]);
  });

  test("of a header alone are enough where the manifest says so", async () => {
    for (const content of ["id,v,n\n", "id,v,n", "id,v,n\n\n"]) {
      expect((await read(content, { header_only: true })).faults).toEqual([]);
      expect((await read(content, {})).faults.map(({ code }) => code)).toEqual(["no_rows"]);
    }
    expect((await read("", { header_only: true })).faults.map(({ code }) => code)).toEqual(["file_empty"]);
  });
});

describe("a header", () => {
  test("may have other names, in another case, and columns that are passed over", async () => {
    const written: Written = {
      header: { "Customer ID": "id", "V.": "v" },
      header_case: "ignored",
      ignore: ["Remarks"],
    };
    const { faults, cells, names } = await folder.read('CUSTOMER ID,remarks,N,v.\nk1,"x,\ny",1,a\n', shape, written);
    expect(faults).toEqual([]);
    expect(names).toEqual(["id", "n", "v"]);
    expect(cells).toEqual([["k1", "1", "a"]]);
  });

  test("is refused where two names stand for one column, or one may stand for two", async () => {
    const twice = await folder.read("id,Key,v,n\nk,k,a,1\n", shape, { header: { Key: "id" } });
    expect(twice.faults.map(({ code, column }) => [code, column])).toEqual([["column_repeated", "Key"]]);
    const two = shapeOf({ id: "text not null", v: "text", V: "text" }, ["id"]);
    const either = await folder.read("ID,v,V\nk,a,b\n", two, { header_case: "ignored" });
    expect([either.faults, either.names]).toEqual([[], ["id", "v", "V"]]);
    const unsure = await folder.read("id,v,n\nk,a,1\n", shape, { header: { n: "m" } });
    expect(unsure.faults.map(({ code }) => code).sort()).toEqual(["column_missing", "column_unknown"]);
  });

  test("of another delimiter names the setting that accepts it", async () => {
    const { faults } = await folder.read("id;v;n\nk;a;1\n", shape, {});
    expect(faults.map(({ code, reason }) => [code, reason])).toEqual([
      [
        "delimiter",
        'the columns are separated by semicolons (;), not by commas; the manifest accepts it with "written":{"delimiter":";"}',
      ],
    ]);
    const back = await folder.read("id,v,n\nk,a,1\n", shape, { delimiter: ";" });
    expect(back.faults[0]?.reason).toContain("separated by commas, not by semicolons");
  });
});

describe("quoted cells of a file", () => {
  test("are what they are in each dialect", async () => {
    const content = "'id'|'v'|'n'\n'k1'|'a|b'|'1.000'\n'k2'|'it''s \"x\"'|\n";
    const { faults, cells } = await folder.read(content, shape, {
      delimiter: "|",
      quote: "'",
      thousands: ".",
      decimal: ",",
    });
    expect(faults).toEqual([]);
    expect(cells).toEqual([
      ["k1", "a|b", "1000"],
      ["k2", 'it\'s "x"', null],
    ]);
  });

  test("with escapes are broken anywhere", async () => {
    const rows = Array.from({ length: 15_000 }, (_, row) => [`k${row}`, `${"x".repeat(row % 11)}\\"q\n\\\\`, "1"]);
    const write = (cell: string) => `"${cell.replace(/["\\]/g, "\\$&")}"`;
    const content = `id,v,n\n${rows.map((row) => row.map(write).join()).join("\n")}\n`;
    const { faults, cells } = await folder.read(content, shape, { escape: "backslash" });
    expect(faults).toEqual([]);
    expect(cells).toEqual(rows);
  });
});
