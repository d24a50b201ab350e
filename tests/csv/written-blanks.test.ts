import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { shapeOf } from "./reading.ts";
import { WrittenFolder } from "./written-reading.ts";

/** Blanks that are no part of a value, wherever they stand: the same in each row, or here and there. */

setDefaultTimeout(60_000);
const folder = new WrittenFolder();
afterAll(() => folder.remove());

const shape = shapeOf({ id: "text not null", n: "int4", word: "text", day: "date" }, ["id"]);
const gaps = ["", " ", " ", "  ", "\t", "\u00a0", "\u2003 "];
const blanks = fc.constantFrom(...gaps);
const row = fc.record({
  n: fc.constantFrom("1", "20", "", "-3"),
  word: fc.constantFrom("a", "two words", "é", "café", "x.y", "", "à la"),
  day: fc.constantFrom("31/01/2024", "29/02/2024", ""),
  around: fc.array(blanks, { minLength: 8, maxLength: 8 }),
});
const file = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 6 }),
  delimiter: fc.constantFrom(";", ",", "|"),
  end: fc.constantFrom("\n", "\r\n"),
  /** Around each delimiter, where they are the same; else as each row has it. */
  gap: fc.option(fc.tuple(fc.constantFrom("", " "), fc.constantFrom("", " ")), { freq: 2 }),
});

test("are left out, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ rows, delimiter, end, gap }) => {
      const written = { delimiter, trim: "all" as const, dates: ["DD/MM/YYYY"] };
      const valuesOf = ({ n, word, day }: (typeof rows)[number], at: number) => [`k${at}`, n, word, day];
      const lines = rows.map((one, at) => {
        const values = valuesOf(one, at);
        if (gap !== null) return values.join(`${gap[0]}${delimiter}${gap[1]}`);
        return values.map((value, index) => `${one.around[index]}${value}${one.around[index + 4]}`).join(delimiter);
      });
      const text = ["id", "n", "word", "day"].join(delimiter);
      const { faults, cells } = await folder.read(`${[text, ...lines].join(end)}${end}`, shape, written);
      expect(faults).toEqual([]);
      const isoOf = (day: string) => day.replace(/(..).(..).(....)/, "$3-$2-$1");
      const expected = rows.map(valuesOf).map(([id, n, word, day = ""]) => [id, n, word, isoOf(day)]);
      expect(cells).toEqual(expected.map((values) => values.map((value) => value || null)));
    }),
    { numRuns: Number(process.env.DIALECTS ?? 400) },
  );
});

test("do not hide a delimiter too many, nor a value that is none", async () => {
  const written = { delimiter: ";", trim: "all" as const };
  const sound = Array.from({ length: 50 }, (_, at) => `k${at} ; 1 ; a ; 2024-01-31\n`).join("");
  for (const [line, code] of [
    ["k ; 1 ; a;b ; 2024-01-31", "row_long"],
    ["k ; 1;2 ; a ; 2024-01-31", "row_long"],
    ["k ; 1 ; a;2024-01-31", null],
    ["k ; 1 ;  ; 2024-01-31", null],
    ["k ; 1x ; a ; 2024-01-31", "not_integer"],
    ["k ; a ; 2024-01-31", "row_short"],
  ] as const) {
    const { faults } = await folder.read(`id ; n ; word ; day\n${sound}${line}\n${sound}`, shape, written);
    expect(faults.map((fault) => [fault.code, fault.line])).toEqual(code === null ? [] : [[code, 52]]);
  }
});
