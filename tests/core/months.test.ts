import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { secondsOf } from "../../src/core/messages/listings.ts";
import { asOfOf, indexOfDate, isDate, lackingInWords, monthIndex, parseMonths } from "../../src/core/month.ts";

describe("a month's word", () => {
  test.each([
    ["month_003", "month_003"],
    ["3", "month_003"],
    ["012", "month_012"],
    ["2024-01", "month_000"],
    ["2024-04", "month_003"],
    ["2026-01", "month_024"],
  ])("%s is %s", (word, month) => {
    expect(parseMonths([word], "2024-01")).toEqual([month as "month_0"]);
  });

  test.each(["2023-12", "2014-01"])("%s is before the first month", (word) => {
    expect(() => parseMonths([word], "2024-01")).toThrow(`${word} is before the first month, 2024-01.`);
  });

  test.each(["", "month_3", "month_0003", "1000", "2024-13", "2024-00", "2024-1", "-1", "1.5", "month_003 "])(
    "%j is none",
    (word) => {
      expect(() => parseMonths([word], "2024-01")).toThrow(`"${word}" is not a month.`);
    },
  );
});

test.each(["month_10000", "month_100000000", "0..month_100000000", "month_99999999999999999999", "2024-01..9999-12"])(
  "%s is refused at once: there is no end to such a range",
  (word) => {
    expect(() => parseMonths([word], "2024-01")).toThrow(
      / is (not a month|after the last that has a name, month_9999)\.$/,
    );
  },
);

test("whatever is written, what comes of it is the name of a folder among the drops, or a usage error", () => {
  const odd = fc.string({ unit: fc.constantFrom(..."0123456789.-/\\_ \0\n\x1b';\"mothx"), maxLength: 16 });
  const word = fc.oneof(odd, fc.stringMatching(/^(month_\d{0,9}|\d{1,6}|\d{4}-\d\d)(\.\.(month_\d{0,9}|\d{1,6}))?$/));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
      try {
        for (const name of parseMonths(words, "2024-01")) expect(name).toMatch(/^month_\d{3,4}$/);
      } catch (error) {
        expect(error).toMatchObject({ code: "usage" });
      }
    }),
    { numRuns: 500 },
  );
});

test("months that are lacking one after the other are told as one stretch, since the day of the first", () => {
  const lacking = (due_since: string | null, ...names: string[]) => names.map((month) => ({ month, due_since }));
  expect(lackingInWords(lacking(null, "month_001"))).toBe("month_001");
  expect(lackingInWords(lacking("2024-03-03", "month_001"))).toBe("month_001 (due since 2024-03-03)");
  expect(lackingInWords(lacking(null, "month_001", "month_003", "month_004"))).toBe(
    "month_001, month_003..month_004 (2 months)",
  );
  const thousands = [lacking("2024-03-03", "month_999"), lacking("2024-04-03", "month_1000", "month_1001")].flat();
  expect(lackingInWords(thousands)).toBe("month_999..month_1001 (3 months, due since 2024-03-03)");
});

describe("months", () => {
  test("come oldest first, each once, the ends of a range among them", () => {
    expect(parseMonths(["4", "month_001..3", "2"], "2024-01")).toEqual([
      ...(["month_001", "month_002", "month_003", "month_004"] as const),
    ]);
    expect(parseMonths(["2..2"], "2024-01")).toEqual(["month_002"]);
  });

  test.each(["3..2", "1..2..3"])("%s is no range", (word) => {
    expect(() => parseMonths([word], "2024-01")).toThrow(`"${word}" is not a range of months.`);
  });
});

test("a folder is a month's by its one name alone", () => {
  expect(["month_000", "month_999", "month_1000"].map(monthIndex)).toEqual([0, 999, 1_000]);
  expect(["month_0001", "month_01", "month_", "months_001", "month_001x", "month_10000"].map(monthIndex)).toEqual(
    Array(6).fill(undefined),
  );
});

test("a month's stamp is its last day, and a day is of its own month", () => {
  expect([0, 1, 11, 13].map((index) => asOfOf(index, "2024-01"))).toEqual([
    ...["2024-01-31", "2024-02-29", "2024-12-31", "2025-02-28"],
  ]);
  expect(["2024-01-01", "2024-12-31", "2025-01-01", "2023-12-31"].map((day) => indexOfDate(day, "2024-01"))).toEqual([
    ...[0, 11, 12, -1],
  ]);
});

test("stamps are days of the calendar alone, wherever the console runs", () => {
  const zone = process.env.TZ;
  const told = () => [
    ...Array.from({ length: 60 }, (_, index) => [
      asOfOf(index, "2024-01"),
      indexOfDate(asOfOf(index, "2024-01"), "2024-01"),
    ]),
    ["2024-02-29", "2023-02-29", "2011-12-30"].map(isDate),
  ];
  const expected = told();
  try {
    // Apia left out 30 December 2011; Kiritimati is 14 hours ahead.
    for (const one of ["Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"]) {
      process.env.TZ = one;
      expect([one, ...told()]).toEqual([one, ...expected]);
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
  expect(expected[1]).toEqual(["2024-02-29", 1]);
});

test("how long a run took is not known where the clock was set back meanwhile", () => {
  const [at, later] = ["2024-02-01T06:00:00.000Z", "2024-02-01T06:00:02.500Z"];
  expect(secondsOf({ started_at: at, finished_at: later })).toBe(2.5);
  expect(secondsOf({ started_at: later, finished_at: at })).toBeNull();
  expect(secondsOf({ started_at: at, finished_at: null })).toBeNull();
});

test("a day is one that exists, in one form", () => {
  expect(["2024-02-29", "0001-01-01", "2024-12-31"].map(isDate)).toEqual([true, true, true]);
  expect(["2023-02-29", "2024-02-30", "2024-13-01", "2024-1-1", "2024-01-32", "infinity", ""].map(isDate)).toEqual(
    Array(7).fill(false),
  );
});
