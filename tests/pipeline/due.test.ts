import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { monthIndex } from "../../src/core/month.ts";
import { lackingMonths } from "../../src/pipeline/drop/due.ts";

const first_month = "2024-01";

test("a gap is missing whether or not a day is set; a month is due from that day of the next month on", () => {
  expect(lackingMonths([0, 2], { first_month }, "2030-01-01")).toEqual([
    { month: "month_001", state: "missing", due_since: null },
  ]);
  const missing = { month: "month_001", state: "missing", due_since: "2024-03-03" } as const;
  expect(lackingMonths([0, 2], { first_month, due: 3 }, "2024-05-02")).toEqual([missing]);
  expect(lackingMonths([0, 2], { first_month, due: 3 }, "2024-05-03")).toEqual([
    missing,
    { month: "month_003", state: "due", due_since: "2024-05-03" },
  ]);
});

test("a day that the next month lacks is its last", () => {
  const [first, second] = lackingMonths([], { first_month, due: 31 }, "2024-03-31");
  expect([first?.due_since, second?.due_since]).toEqual(["2024-02-29", "2024-03-31"]);
});

test("nothing is due before any month's day, and nothing without one", () => {
  expect(lackingMonths([], { first_month, due: 1 }, "2024-01-31")).toEqual([]);
  expect(lackingMonths([], { first_month }, "2030-01-31")).toEqual([]);
});

test("what is lacking is in order, each once, and none of it known", () => {
  const known = fc.uniqueArray(fc.integer({ min: 0, max: 40 }));
  fc.assert(
    fc.property(known, fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }), (known, due) => {
      const lacking = lackingMonths(known, { first_month, ...(due !== undefined && { due }) }, "2026-06-15");
      const indexes = lacking.flatMap(({ month }) => monthIndex(month) ?? []);
      expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
      expect(indexes.filter((index) => known.includes(index))).toEqual([]);
      for (const { due_since } of lacking.filter(({ state }) => state === "due"))
        expect((due_since ?? "9") <= "2026-06-15").toBe(true);
    }),
  );
});
