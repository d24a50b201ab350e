import { expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { dialectOf, whyNotWritten } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { lineEndsAgree } from "../../src/csv/bytes.ts";
import { writtenJudge } from "../../src/csv/cells/written-judge.ts";
import { mayHoldControls } from "../../src/csv/controls.ts";
import { splitPlain } from "../../src/csv/parse.ts";
import { ByteRows } from "../../src/csv/written/byte-rows.ts";
import { syntaxOf } from "../../src/csv/written/syntax.ts";
import { column, dates, shapeOf } from "./reading.ts";

/** Rows that are read by their bytes alone are those that are read as texts, and are written alike. */

setDefaultTimeout(60_000);
const { columns, key } = shapeOf(
  {
    ...{
      k: "text not null",
      t: "text",
      v: "varchar(3)",
      i: "int4",
      s: "int2 not null",
      n: "numeric",
      p: "numeric(4,2)",
    },
    ...{ f: "float4", e: "float8", b: "bool", d: "date", m: "timestamp", j: "jsonb" },
  },
  ["k"],
);

const dialects = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "|", "\t"),
    quote: fc.constantFrom('"', "'", "none"),
    escape: fc.constantFrom("doubled", "backslash"),
    line_ends: fc.constantFrom("one", "mixed"),
    decimal: fc.constantFrom(".", ","),
    thousands: fc.constantFrom(".", ",", " ", "'"),
    dates: fc.subarray(["DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "YYYY-MM-DD", "YYYYMMDD", "D.M.YYYY"], {
      minLength: 1,
    }),
    timestamps: fc.constantFrom<string[][]>(
      ["DD/MM/YYYY HH:MM"],
      ["DD/MM/YYYY", "DD/MM/YYYY HH:MM:SS"],
      ["YYYYMMDD HHMM", "YYYY-MM-DD HH:MM:SS"],
      ["DD/MM/YYYY HH:MM", "DD/MM/YYYY HH:MM:SSZ"],
    ),
    true: fc.constantFrom<string[][]>(["true"], ["yes", "ja, doch"], ["1"], ["да"]),
    false: fc.constantFrom<string[][]>(["false"], ["no"], ["0", "-"]),
    null: fc.oneof(
      fc.constant<string[]>([""]),
      fc.subarray(["", "NA", "N", "0", "a,b", "a;b", "nan", "yes", "1.5", "é"]),
    ),
    not_null: fc.subarray(["None", "\\N"]),
    trim: fc.constantFrom("none", "unquoted", "all"),
  })
  .map(({ thousands, escape: escaped, quote, ...rest }): Written => {
    const signs = thousands === rest.decimal ? {} : { thousands };
    return { ...rest, quote, ...signs, ...(quote !== "none" && { escape: escaped }) };
  })
  .filter((written) => whyNotWritten(dialectOf(written)) === null);

const german: Written = {
  delimiter: ";",
  decimal: ",",
  thousands: ".",
  dates: ["DD/MM/YYYY"],
  true: ["yes"],
  false: ["no"],
  null: ["", "NA"],
  trim: "all",
};

const values = [
  ...[
    "",
    "a",
    "é",
    "a b",
    "café",
    "abcd",
    "日本",
    "x\u00a0",
    "\u2003y",
    "\ufeff",
    "“a”",
    "a,b",
    "a;b",
    "a|b",
    'a"b',
    "it's",
  ],
  ...["None", "nan", "NULL", "\\N", "\\.", "NA", "N", "-", "=1", "a\u0001", "\u0085", "\u202ea", "\u000bx", "\t", "\\"],
  ...[
    "0",
    "1",
    "-1",
    "007",
    "32768",
    "99999",
    "2147483648",
    "1.5",
    "1,5",
    "-0,25",
    ".5",
    ",5",
    "1.",
    "1e3",
    "-",
    "99.99",
    "100.5",
  ],
  ...[
    "1.234,5",
    "1,234.5",
    "1 234",
    "1.234.567",
    "-12.345",
    "0.123",
    "1234.567",
    "1.2345",
    "12.3456,7",
    "1'234.50",
    "12345678",
    "1.23456789",
    "0.1",
  ],
  ...["true", "TRUE", "False", "yes", "No", "ja, doch", "да"],
  ...[
    "31/01/2024",
    "29/02/2023",
    "31/04/2024",
    "29.02.2023",
    "02/03/2024",
    "31.01.2024",
    "1.2.2024",
    "2024-02-29",
    "2023-02-29",
    "20240131",
    "2024-13-01",
    "1850-01-01",
  ],
  ...[
    "2024-01-31 10:00:00",
    "31/01/2024 10:00",
    "31/01/2024 10:00:59",
    "31/01/2024 24:00",
    "31/01/2024 23:59:60",
    "20240131 1000",
    "0.1234567890123456789",
    "21.962017332362528",
    "{}",
    '{"a":1}',
    "[1]",
  ],
];
const blanks = ["", "", "", "", " ", "  ", "\t", "\u00a0", "\u000c"];
const cell = fc.tuple(fc.constantFrom(...blanks), fc.constantFrom(...values), fc.constantFrom(...blanks));
/** Values that are sound in most dialects, so that rows are read to their end; one of another kind at most. */
const usual = ["k1", "a", "b", "7", "3", "1", "2", "4", "8", "", "", "", ""];
const row = fc.record({ at: fc.nat(columns.length - 1), cell, more: fc.nat(40), other: cell });
const block = fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 2 }), ends: fc.constantFrom("\n", "\r\n") });

test("which is held for one value of any kind after another", () => {
  const counts = { read: 0, left: 0 };
  fc.assert(
    fc.property(dialects, block, (written, { rows, ends }) => {
      const dialect = dialectOf(written);
      const syntax = syntaxOf(dialect);
      const { signs, trim } = syntax;
      const text = rows
        .map(({ at, cell, more, other }) => {
          const cells = usual.with(at, cell.join(""));
          return (more < columns.length ? cells.with(more, other.join("")) : cells).join(dialect.delimiter) + ends;
        })
        .join("");
      const bytes = Buffer.from(text);
      if (bytes.includes(signs.quote) || !lineEndsAgree(bytes, ends, signs)) return;
      const judges = columns.map((column) =>
        writtenJudge(column, { isKey: key.includes(column.name), isOnly: false }, dates, dialect),
      );
      const read = new ByteRows(judges, syntax).read(bytes, () => false);
      counts[read === null ? "left" : "read"]++;
      if (read === null) return;
      const records = splitPlain(text, ends, signs).map((cells) => (trim === null ? cells : cells.map(trim)));
      const what = { written, text };
      const faults = records.map((cells) => judges.map(({ judge }, index) => judge(cells[index] ?? "")?.code ?? null));
      expect({ ...what, faults: faults.flat().filter((code) => code !== null) }).toEqual({ ...what, faults: [] });
      const lines = records.map((cells) => judges.map(({ write }, index) => write(cells[index] ?? "")).join(","));
      expect({ ...what, rows: read.rows, bytes: read.bytes.toString() }).toEqual({
        ...what,
        rows: records.length,
        bytes: `${lines.join("\n")}\n`,
      });
      expect(records.every((cells) => !mayHoldControls(Buffer.from(cells.join()), null))).toBe(true);
    }),
    { numRuns: Number(process.env.DIALECTS ?? 1500) },
  );
  expect(Math.min(counts.read, counts.left)).toBeGreaterThan(50);
  if (process.env.DIALECTS) console.log(counts);
});

test("a day is read that is in the calendar, and no other", () => {
  const judge = writtenJudge(column("d", "date"), { isKey: false, isOnly: false }, dates, dialectOf(german));
  const rows = new ByteRows([judge, judge], syntaxOf(dialectOf(german)));
  const two = (number: number) => String(number).padStart(2, "0");
  for (const year of ["1899", "1900", "2000", "2023", "2024", "2101", "20 4"]) {
    for (let month = 0; month <= 13; month++) {
      for (const day of [0, 1, 28, 29, 30, 31, 32]) {
        const written = `${two(day)}/${two(month)}/${year}`;
        const isRead = rows.read(Buffer.from(`${written};\n`), () => false) !== null;
        // One that is sound lets blocks be tried again.
        rows.read(Buffer.from("01/01/2024;\n"), () => false);
        expect([written, isRead]).toEqual([written, judge.judge(written) === null]);
      }
    }
  }
});

test("values as they mostly are need no look at them as texts", () => {
  const dialect = dialectOf(german);
  const judges = columns
    .slice(0, 11)
    .map((column) => writtenJudge(column, { isKey: column.name === "k", isOnly: false }, dates, dialect));
  const seen: string[] = [];
  const looked = judges.map((judge) => ({
    ...judge,
    write: (value: string) => {
      seen.push(value);
      return judge.write(value);
    },
  }));
  const rows = new ByteRows(looked, syntaxOf(dialect));
  seen.length = 0;
  const line =
    "7590-é ; señor café ; abc ; 1.200 ; -3 ; -1.234.512,5 ; 99,99 ; 1,5 ; 28,73641950218734 ; Yes ; 29/02/2024\n";
  const nothing = "k ;  ; NA ; NA ; 3 ;  ; NA ; ; NA; no ; NA \n";
  expect(rows.read(Buffer.from(line + nothing), () => false)).toEqual({
    bytes: Buffer.from(
      "7590-é,señor café,abc,1200,-3,-1234512.5,99.99,1.5,28.73641950218734,True,2024-02-29\nk,,,,3,,,,,False,\n",
    ),
    rows: 2,
  });
  expect(seen).toEqual([]);
});
