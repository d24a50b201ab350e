import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";

import { readBody, shapeOf } from "./reading.ts";
import { writeRows } from "./reference.ts";

setDefaultTimeout(60_000);

/** Characters that steer a terminal are found wherever they stand, and nothing else is taken for one. */

const steering = [
  ...Array.from({ length: 0x20 }, (_, code) => code).filter((code) => ![0, 9, 10, 13].includes(code)),
  ...Array.from({ length: 0x21 }, (_, code) => code + 0x7f),
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
].map((code) => String.fromCodePoint(code));
/** The neighbours of those, and what has their bytes in it. */
const harmless = [
  ..." ~\t\n",
  ...[
    "\r\n",
    "\u00a0",
    "\u00c2",
    "\u00e2",
    "â\u0080".slice(0, 1),
    "\u2029",
    "\u202f",
    "\u2065",
    "\u206a",
    "é",
    "日",
    "😀",
  ],
];
const shape = shapeOf({ id: "text", note: "text", more: "text" }, []);

test.each(steering.map((character) => [character.codePointAt(0)?.toString(16) ?? "", character]))("U+%s", (_, one) => {
  for (const written of [one, `"${one}"`]) {
    const { controls, faults } = readBody(
      Buffer.from(`a,b,c\nd,x${written === one ? one : ""},${written}\n`),
      shape,
      "\n",
    );
    expect(faults).toEqual([]);
    const last = { column: "more", count: 1, line: 3 };
    expect(controls).toEqual(written === one ? [{ ...last, column: "note" }, last] : [last]);
  }
});

test.each(harmless)("%j is no such character", (one) => {
  expect(readBody(Buffer.from(`a,b,c\nd,x,"${one}"\n`), shape, "\n")).toMatchObject({ controls: [], faults: [] });
});

describe("a carriage return", () => {
  test("in quotes is one unless it ends a line", () => {
    const { controls } = readBody(Buffer.from('a,"b\rc",d\r\na,"b\r\nc","\r"\r\n'), shape, "\r\n");
    expect(controls).toEqual([
      { column: "note", count: 1, line: 2 },
      { column: "more", count: 1, line: 3 },
    ]);
  });
});

test("all are counted by column, with the line of the first, wherever the pieces are cut", () => {
  const text = fc
    .array(fc.constantFrom(...steering.slice(0, 6), ...steering.slice(-6), "\r", ...harmless, "a", ",", '"', ""), {
      maxLength: 4,
    })
    .map((parts) => `x${parts.join("")}x`);
  const table = fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(table, fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.nat(), (rows, end, quoteAll, cut) => {
      const body = Buffer.from(writeRows(rows, end, quoteAll));
      const { controls, faults } = readBody(body, shape, end, [cut % body.length]);
      expect(faults).toEqual([]);
      let line = 2;
      const expected = new Map<number, { count: number; line: number }>();
      for (const row of rows) {
        for (const [place, cell] of row.entries()) {
          const plain = cell.replaceAll("\r\n", "");
          if (!plain.includes("\r") && !steering.some((one) => cell.includes(one))) continue;
          const found = expected.get(place) ?? { count: 0, line };
          expected.set(place, { ...found, count: found.count + 1 });
        }
        line += 1 + row.join("").split("\n").length - 1;
      }
      const names = ["id", "note", "more"];
      const told = names.flatMap((column, place) => {
        const found = expected.get(place);
        return found === undefined ? [] : [{ column, ...found }];
      });
      expect(controls).toEqual(told);
    }),
    { numRuns: 300 },
  );
});
