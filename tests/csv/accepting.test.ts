import { afterAll, describe, expect, test } from "bun:test";
import type { Written } from "../../src/core/written/settings.ts";
import { shapeOf } from "./reading.ts";
import { WrittenFolder } from "./written-reading.ts";

/** A refusal that names a setting is right: with the setting the file is read, and the cell is the value that was named. */

const folder = new WrittenFolder();
afterAll(() => folder.remove());

const settingIn = (reason = ""): Written | null => {
  const [, json] = /accepts it with ("written":\{.*\})/.exec(reason) ?? [];
  return json === undefined ? null : JSON.parse(`{${json}}`).written;
};

const cells: [type: string, cell: string, value: string, setting: Written][] = [
  ["numeric", '"1,5"', "1.5", { decimal: "," }],
  ["numeric", '"1,2345"', "1.2345", { decimal: "," }],
  ["numeric", '"1,234,567"', "1234567", { thousands: "," }],
  ["numeric", '"1.234,5"', "1234.5", { decimal: ",", thousands: "." }],
  ["numeric", '"1,234.5"', "1234.5", { thousands: "," }],
  ["numeric", "1 234.5", "1234.5", { thousands: " " }],
  ["int4", '"1,234"', "1234", { thousands: "," }],
  ["int4", "1.234.567", "1234567", { decimal: ",", thousands: "." }],
  ["date", "31/01/2024", "2024-01-31", { dates: ["DD/MM/YYYY"] }],
  ["date", "01/31/2024", "2024-01-31", { dates: ["MM/DD/YYYY"] }],
  ["date", "02/02/2024", "2024-02-02", { dates: ["DD/MM/YYYY"] }],
  ["date", "31.1.2024", "2024-01-31", { dates: ["D.M.YYYY"] }],
  ["date", "2024/01/31", "2024-01-31", { dates: ["YYYY/MM/DD"] }],
  ["date", "20240131", "2024-01-31", { dates: ["YYYYMMDD"] }],
  ["date", "31 Jan 2024", "2024-01-31", { dates: ["DD MMM YYYY"] }],
  ["date", "2024-01-31 00:00:00", "2024-01-31", { dates: ["YYYY-MM-DD 00:00:00"] }],
  ["timestamp", "31/01/2024 10:00", "2024-01-31 10:00:00", { timestamps: ["DD/MM/YYYY HH:MM"] }],
  ["timestamp", "01/31/2024 07:05:09 PM", "2024-01-31 19:05:09", { timestamps: ["MM/DD/YYYY HH:MM:SS AM"] }],
  ["timestamp", "01/31/2024 7:05 AM", "2024-01-31 07:05:00", { timestamps: ["MM/DD/YYYY H:MM AM"] }],
  ["timestamptz", "31.01.2024 10:00:00Z", "2024-01-31 10:00:00Z", { timestamps: ["DD.MM.YYYY HH:MM:SSZ"] }],
  ["bool", "yes", "True", { true: ["yes"], false: ["no"] }],
  ["bool", "0", "False", { true: ["1"], false: ["0"] }],
  ["bool", "NEIN", "False", { true: ["ja"], false: ["nein"] }],
];

/** What may be two values is offered as neither, and what changes a value is not offered at all. */
const unoffered: [type: string, cell: string, reason: string][] = [
  ["int4", "1.000", "it may be 1 or 1000"],
  ["numeric", '"1,213"', "it may be 1.213"],
  ["date", "01/02/2024", "it may be 2024-02-01"],
  ["numeric", "12%", "not a number"],
  ["int4", "12%", "not a whole number"],
  ["numeric", "(5)", "not a number"],
  ["numeric", "5-", "not a number"],
  ["int4", "5.5", "not a whole number"],
  ["int4", "1e3", "not a whole number"],
  ["date", "2024-01-31T00:00:00Z", "not a date in the form YYYY-MM-DD"],
  ["bool", "2", "not True or False"],
];

test.each(unoffered)("%s: %s is not offered as another value", async (type, cell, reason) => {
  const shape = shapeOf({ id: "text not null", v: type }, ["id"]);
  const { faults } = await folder.read(`id,v\nk,${cell}\n`, shape, {});
  expect(faults[0]?.reason).not.toContain("did you mean");
  expect(faults[0]?.reason).toContain(reason);
});

describe("the setting that a refusal names reads the file", () => {
  test.each(cells)("%s: %s is %s", async (type, cell, value, setting) => {
    const shape = shapeOf({ id: "text not null", v: type }, ["id"]);
    const { faults } = await folder.read(`id,v\nk,${cell}\n`, shape, {});
    const named = settingIn(faults[0]?.reason);
    expect(named).toEqual(setting);
    expect(faults[0]?.reason).toContain(`did you mean ${value}?`);
    const read = await folder.read(`id,v\nk,${cell}\n`, shape, named ?? {});
    expect([read.faults, read.cells]).toEqual([[], [["k", value]]]);
  });

  const shape = shapeOf({ id: "text not null", v: "text", n: "int4" }, ["id"]);
  const files: [string, Buffer | string][] = [
    ["semicolons", "id;v;n\nk;a;1\n"],
    ["tabs", "id\tv\tn\nk\ta\t1\n"],
    ["a Latin-1 byte", Buffer.from("id,v,n\nk,\xe9,1\n", "latin1")],
    ["a byte of Windows-1252", Buffer.from("id,v,n\nk,\x80,1\n", "latin1")],
    ["UTF-16 with a mark", Buffer.from("\ufeffid,v,n\nk,a,1\n", "utf16le")],
    ["UTF-16 without", Buffer.from("id,v,n\nk,a,1\n", "utf16le")],
    ["UTF-16 the other way", Buffer.from("id,v,n\nk,a,1\n", "utf16le").swap16()],
    ["mixed line ends", "id,v,n\nk,a,1\r\n"],
    ["a word for NULL in numbers", "id,v,n\nk,a,NULL\n"],
    ["a word for NULL in text", "id,v,n\nk,None,1\n"],
    ["a padded key", "id,v,n\nk ,a,1\n"],
    ["another name in the header", "id,v,n_\nk,a,1\n"],
  ];
  test.each(files)("%s", async (_, bytes) => {
    const { faults } = await folder.read(bytes, shape, {});
    expect(faults).toHaveLength(1);
    const named = settingIn(faults[0]?.reason.replace(/, or as the word itself.*/, ""));
    expect(named).not.toBeNull();
    expect((await folder.read(bytes, shape, named ?? {})).faults).toEqual([]);
  });

  test.each([
    ["numeric", '"1,213"', "1.213", "1213"],
    ["date", "01/02/2024", "2024-02-01", "2024-01-02"],
  ])("%s: of %s both readings are told, and neither is offered", async (type, cell, one, other) => {
    const typed = shapeOf({ id: "text not null", v: type }, ["id"]);
    const reason = (await folder.read(`id,v\nk,${cell}\n`, typed, {})).faults[0]?.reason;
    expect(reason).toContain(`it may be ${one} (`);
    expect(reason).toContain(`or ${other} (`);
    expect(reason).not.toContain("did you mean");
  });

  test.each(["12%", "1,2,3", "abc", "1.2.3"])("of %s nothing is offered", async (cell) => {
    const typed = shapeOf({ id: "text not null", v: "numeric" }, ["id"]);
    expect((await folder.read(`id,v\nk,"${cell}"\n`, typed, {})).faults[0]?.reason).toBe("not a number");
  });
});
