import { describe, expect, test } from "bun:test";
import { parseManifest } from "../../src/core/dataset.ts";
import {
  dialectOf,
  hasPlainRows,
  hasPlainText,
  plainDialect,
  setIn,
  whyNotWritten,
} from "../../src/core/written/dialect.ts";
import { parseForm } from "../../src/core/written/forms.ts";
import { type Written, type WrittenSetting, writtenSettings } from "../../src/core/written/settings.ts";

function manifest(written: unknown, ofTable: unknown = {}): string {
  const tolerance = { warn: 0.1, reject: 0.5 };
  return JSON.stringify({
    name: "shop",
    schema: "public",
    first_month: "2024-01",
    as_of_column: "as_of",
    dates: { from: "1900-01-01", to: "2100-12-31" },
    rows: { shrink: tolerance, grow: tolerance },
    written,
    tables: { a: { file: "a.csv", written: ofTable }, b: { file: "b.csv" } },
  });
}

describe("the manifest's section", () => {
  test("is taken setting by setting, a table's own first", () => {
    const { tables } = parseManifest(manifest({ delimiter: ";", decimal: "," }, { delimiter: "|" }), "m");
    expect(tables.map(({ written }) => [written.delimiter, written.decimal])).toEqual([
      ["|", ","],
      [";", ","],
    ]);
    expect(tables.map(({ written }) => setIn(written))).toEqual([
      ["delimiter", "decimal"],
      ["delimiter", "decimal"],
    ]);
  });

  test("may have each of its settings as the README shows it, and no other", () => {
    for (const [name, { example }] of Object.entries(writtenSettings)) {
      // Numbers grouped by points have no point before their fraction.
      const others = name === "thousands" ? { decimal: "," } : {};
      const { tables } = parseManifest(manifest({ [name]: JSON.parse(example), ...others }), "m");
      expect(setIn(tables[0]?.written ?? plainDialect)).toContain(name as WrittenSetting);
    }
    expect(() => parseManifest(manifest({ separator: ";" }), "m")).toThrow(/separator/);
    expect(() => parseManifest(manifest({ delimiter: "x" }), "m")).toThrow(/delimiter/);
    expect(() => parseManifest(manifest({}, { null: ["a\nb"] }), "m")).toThrow(/null/);
  });

  const wrong: [Written, RegExp][] = [
    [{ encoding: "cp850" }, /nobody knows "cp850"/],
    [{ decimal: ",", thousands: "," }, /decimal and thousands are both ","/],
    [{ thousands: "." }, /decimal and thousands are both "\."/],
    [{ quote: "none", escape: "backslash" }, /nothing to escape/],
    [{ delimiter: ";", comment: ";" }, /comment and delimiter/],
    [{ dates: [] }, /no form/],
    [{ dates: ["DD/MM/YY"] }, /"DD\/MM\/YY" is no form|year/],
    [{ dates: ["YYYY-MM-DD HH:MM"] }, /form of a timestamp/],
    [{ timestamps: ["HH:MM"] }, /year/],
    [{ true: ["1"], false: ["1"] }, /true and for false/],
    [{ true: ["Y"], null: ["", "y"] }, /NULL and for true or false/],
    [{ null: ["None"], not_null: ["None"] }, /in null and in not_null/],
    [{ header: { a: "b" }, ignore: ["a"] }, /in header and in ignore/],
  ];
  test.each(wrong)("%j is refused for a reason", (written, reason) => {
    expect(() => parseManifest(manifest(written), "m")).toThrow(reason);
  });

  test("has plain rows where it says nothing of them", () => {
    expect(hasPlainRows(dialectOf({ encoding: "utf-16", comment: "#", header: { a: "b" }, delimiter: "," }))).toBe(
      true,
    );
    expect(hasPlainRows(dialectOf({ null: ["", "NA"] }))).toBe(false);
    expect(hasPlainText(dialectOf({ header: { a: "b" } }))).toBe(true);
    for (const written of [{ encoding: "latin1" }, { comment: "#" }, { delimiter: ";" }]) {
      expect(hasPlainText(dialectOf(written))).toBe(false);
    }
    expect(whyNotWritten(plainDialect)).toBeNull();
  });
});

describe("a form", () => {
  test.each([
    "DMYYYY",
    "YYYYMD",
    "DD/MM",
    "YYYY-MM-DD SS",
    "YYYY-MM-DD HH",
    "DD/DD/MM/YYYY",
    "YYYY-MM-DD HH:MM:SS.F0",
    "day",
  ])("%s is refused", (form) => expect(parseForm(form)).toBeString());

  test.each([
    ["YYYY-MM-DD HH:MM", "2024-01-31 10:05", "2024-01-31 10:05:00"],
    ["DD.MM.YYYY", "31x01x2024", null],
    ["YYYY/M/D", "2024/1/9", "2024-01-09"],
    ["D/M/YYYY H:MM:SS.F AM", "9/1/2024 12:00:01.5 am", "2024-01-09 00:00:01.5"],
    ["MMMM D, YYYY", "september 9, 2024", "2024-09-09"],
    ["YYYY-MM-DDTHH:MM:SSZ", "2024-01-31T23:00:00-0530", "2024-01-31 23:00:00-0530"],
  ])("%s reads %s", (form, value, says) => {
    const parsed = parseForm(form);
    expect(typeof parsed === "string" ? parsed : parsed.read(value)).toBe(says);
  });
});
