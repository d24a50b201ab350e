import { describe, expect, test } from "bun:test";
import type { FaultCode } from "../../src/core/faults.ts";
import { dates, readBody, shapeOf } from "./reading.ts";

/** What is just allowed is read as it is, and what is just not is a fault. */

describe("the first and the last day that the manifest allows", () => {
  const forms: Record<string, (day: string) => string> = {
    date: (day) => day,
    timestamp: (day) => `${day} 23:59:59`,
    timestamptz: (day) => `${day}T00:00:00Z`,
  };
  test.each(Object.entries(forms))("of a %s are sound, the days beside them are not", (type, written) => {
    const shape = shapeOf({ key: "text", day: type }, ["key"]);
    const told = (days: readonly string[]) => {
      const { faults } = readBody(Buffer.from(days.map((day, at) => `k${at},${written(day)}\n`).join("")), shape, "\n");
      return faults.map(({ line, code, reason }) => ({ line, code, reason }));
    };
    expect(told([dates.from, "2024-02-29", dates.to])).toEqual([]);
    const reason = "not between 1900-01-01 and 2100-12-31, the dates the manifest allows";
    expect(told(["1899-12-31", dates.from, dates.to, "2101-01-01"])).toEqual([
      { line: 2, code: "date_range", reason },
      { line: 5, code: "date_range", reason },
    ]);
  });
});

const most = 1_000_000;

describe("a number may have as many digits as a value has bytes, and is measured in the time that it takes to read it", () => {
  const zeros = "0".repeat(most - 2);
  const numbers: [written: string, codes: Partial<Record<string, FaultCode>>][] = [
    [`1${zeros}1`, { int8: "integer_range", numeric: "numeric_range", "numeric(10,2)": "numeric_range" }],
    [`${zeros}12`, {}],
    [`-${zeros}1`, {}],
    [`0.${"0".repeat(most - 3)}1`, { int8: "not_integer", numeric: "numeric_range", "numeric(10,2)": "numeric_range" }],
    ["9".repeat(most), { int8: "integer_range", numeric: "numeric_range", "numeric(10,2)": "numeric_range" }],
  ];
  for (const type of ["int8", "numeric", "numeric(10,2)"]) {
    test(type, () => {
      const number = shapeOf({ key: "text", number: type }, ["key"]);
      for (const [written, codes] of numbers) {
        const { faults } = readBody(Buffer.from(`k1,${written}\n`), number, "\n");
        expect(faults.map(({ code }) => code)).toEqual([codes[type] ?? []].flat());
      }
    });
  }
});

const shape = shapeOf({ key: "text", note: "text", more: "text" }, ["key"]);

/** A value of so many bytes, of characters that have these. */
function textOf(bytes: number, character: string): string {
  const size = Buffer.byteLength(character);
  return character.repeat(Math.floor(bytes / size)) + "a".repeat(bytes % size);
}

test("so it may beside a row that is wrong, for which its block is looked at cell by cell", () => {
  const told = (bytes: number) => {
    const { faults } = readBody(Buffer.from(`k1,"${'""'.repeat(bytes)}",z\nk2,b\n`), shape, "\n");
    return faults.map(({ code, line }) => [code, line]);
  };
  expect(told(most)).toEqual([["row_short", 3]]);
  expect(told(most + 1)).toEqual([
    ["value_too_long", 2],
    ["row_short", 3],
  ]);
});

describe("a value may have a million bytes, in however many characters", () => {
  // A doubled quote is one byte of the value and two of the file.
  const ways: Record<string, (bytes: number) => string> = {
    plain: (bytes) => textOf(bytes, "x"),
    quoted: (bytes) => `"${textOf(bytes, "x")}"`,
    "in characters of two bytes": (bytes) => textOf(bytes, "é"),
    "in characters of three bytes, quoted": (bytes) => `"${textOf(bytes, "日")}"`,
    "in characters of four bytes": (bytes) => textOf(bytes, "😀"),
    "of quotes alone": (bytes) => `"${'""'.repeat(bytes)}"`,
    "with line ends in it": (bytes) => `"${textOf(bytes, "abc\n")}"`,
  };
  // Read in one piece, and in pieces of which one ends within the value.
  const cuts = { "in one piece": [], "in pieces": [70_000, 700_000, 1_000_010] };
  for (const [way, write] of Object.entries(ways)) {
    for (const [how, at] of Object.entries(cuts)) {
      test(`${way}, read ${how}`, () => {
        const told = (bytes: number) => {
          const { faults, rows, passed } = readBody(Buffer.from(`k1,${write(bytes)},z\nk2,b,c\n`), shape, "\n", at);
          return { codes: faults.map(({ code, line }) => [code, line]), rows, passed: passed.length };
        };
        const whole = Buffer.byteLength(`k1,${write(most)},z\nk2,b,c\n`);
        expect(told(most)).toEqual({ codes: [], rows: 2, passed: whole });
        expect(told(most + 1).codes).toEqual([["value_too_long", 2]]);
      });
    }
  }
});

describe("a record of sound values may be longer than one of them", () => {
  const long = "x".repeat(700_000);
  const cuts = [64_000, 650_000, 1_300_000, 1_400_100, 2_000_000];
  test.each([
    ["plain", `k1,${long},${long}\nk2,b,c\n`],
    ["quoted", `"k1","${long}","${long}"\nk2,b,c\n`],
    ["all of it in the key's row", `${long},${long},${long}\nk2,b,c\n`],
  ])("%s", (_, content) => {
    const { faults, rows, passed } = readBody(Buffer.from(content), shape, "\n", cuts);
    expect(faults).toEqual([]);
    expect(rows).toBe(2);
    expect(passed.toString() === content).toBe(true);
  });

  test("and be cut within the line end that follows a quoted value, of which a line looks like a row", () => {
    const content = `k1,${long},"${long}\r\nx,y,z\r\nq"\r\nk2,b,c\r\n`;
    const { faults, rows } = readBody(Buffer.from(content), shape, "\r\n", [content.indexOf('q"\r') + 3]);
    expect(faults).toEqual([]);
    expect(rows).toBe(2);
  });

  test("and one that never ends may be broken off within a character: nothing is wrong with its bytes", () => {
    const content = `k1,a,"${"日".repeat(500_000)}`;
    for (const cut of [1_200_100, 1_200_101, 1_200_102]) {
      const { faults } = readBody(Buffer.from(content), shape, "\n", [cut]);
      expect(faults.map(({ code, line }) => [code, line])).toEqual([["quote_unclosed", 2]]);
    }
  });

  test("but of more values than there are columns it is passed over once it is longer", () => {
    const content = `k1,${"x,".repeat(900_000)}x\nk2,b,c\n`;
    const { faults, rows } = readBody(Buffer.from(content), shape, "\n", [1_500_000]);
    expect(faults.map(({ code, line }) => [code, line])).toEqual([["row_long", 2]]);
    expect(rows).toBe(2);
  });
});
