import { expect, test } from "bun:test";
import fc from "fast-check";
import { displayWidth } from "../../src/core/text.ts";
import { coloured, plain } from "../../src/headless/views/output.ts";
import { type Column, facts, table } from "../../src/headless/views/table.ts";

type Row = [name: string, count: string, note: string];

const columns: Column<Row>[] = [
  { title: "NAME", cell: ([name]) => name, flexible: true },
  { title: "COUNT", cell: ([, count]) => count, align: "right" },
  { title: "NOTE", cell: ([, , note]) => note, flexible: true, style: () => "red" },
];

const rows: Row[] = [
  ["users", "7,043", "all is well"],
  ["a_table_with_a_rather_long_name", "12", "what was found there is a long story"],
];

test("as wide as it needs to be where nothing limits it", () => {
  expect(table(columns, rows, { columns: null, paint: plain })).toBe(
    [
      "NAME                             COUNT  NOTE\n",
      "users                            7,043  all is well\n",
      "a_table_with_a_rather_long_name     12  what was found there is a long story\n",
    ].join(""),
  );
});

test("in a narrow terminal the gaps shrink, then the columns that may be cut", () => {
  expect(table(columns, rows, { columns: 40, paint: plain })).toBe(
    [
      "NAME             COUNT NOTE\n",
      "users            7,043 all is well\n",
      "a_table_with_a_…    12 what was found t…\n",
    ].join(""),
  );
});

const cell = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("\x1b[31mred", "\u202eevil", "日本語", "a\nb", "👩‍👩‍👧"),
);

test("whatever the data, no line is wider than the terminal and nothing in it moves the cursor", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell)), fc.integer({ min: 1, max: 100 }), (data, width) => {
      const lines = table(columns, data, { columns: width, paint: plain }).split("\n");
      expect(lines.length).toBe(data.length + 2);
      for (const line of lines) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }
    }),
  );
});

test("colours add nothing but colours", () => {
  const bare = table(columns, rows, { columns: 60, paint: plain });
  const painted = table(columns, rows, { columns: 60, paint: coloured });
  expect(painted).not.toBe(bare);
  expect(Bun.stripANSI(painted)).toBe(bare);
});

test("facts are aligned and made safe", () => {
  const entries = [
    ["run", "2"],
    ["because", "\x1b[2J"],
  ] as const;
  expect(facts(entries, { columns: 10, paint: plain })).toBe("run      2\nbecause  \\e[2J\n");
});
