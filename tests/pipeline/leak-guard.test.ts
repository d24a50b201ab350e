import { describe, expect, test } from "bun:test";
import { indexOfDate, type MonthName, monthIndex } from "../../src/core/month.ts";
import { type StampedDate, stampInTheWay } from "../../src/pipeline/drop/past.ts";
import { noPast } from "../helpers/past.ts";

/** Months and their dates come in one order: whatever stands, a stamp is after those of older months and before newer ones. */

const firstMonth = "2024-01";
const stamp = (as_of: string, month: MonthName | null): StampedDate => ({
  ...{ as_of, month, sealed: true, copied: false },
  index: (month === null ? undefined : monthIndex(month)) ?? indexOfDate(as_of, firstMonth),
});

/** What is in the way of month_002 stamped so; null when nothing is. */
function inTheWay(asOf: string, stamps: readonly StampedDate[]): string | null {
  return stampInTheWay("month_002", asOf, { ...noPast, stamps })?.as_of ?? null;
}

describe("a stamp between those of other months", () => {
  const stamps = [stamp("2024-01-31", "month_000"), stamp("2024-02-10", "month_001"), stamp("2024-04-30", "month_003")];
  test.each([
    ["2024-01-30", "2024-01-31"],
    ["2024-02-09", "2024-02-10"],
    // A day that another month has.
    ["2024-02-10", "2024-02-10"],
    ["2024-02-11", null],
    ["2024-03-31", null],
    ["2024-04-29", null],
    ["2024-04-30", "2024-04-30"],
    ["2024-05-01", "2024-04-30"],
  ])("%s: %p is in the way", (asOf, other) => {
    expect(inTheWay(asOf, stamps)).toBe(other);
  });
});

describe("one older month alone, one newer month alone", () => {
  test.each([
    ["2024-02-29", [stamp("2024-02-29", "month_001")], "2024-02-29"],
    ["2024-03-01", [stamp("2024-02-29", "month_001")], null],
    ["2024-04-30", [stamp("2024-04-30", "month_003")], "2024-04-30"],
    ["2024-04-29", [stamp("2024-04-30", "month_003")], null],
  ] as const)("%s beside %j", (asOf, stamps, other) => {
    expect(inTheWay(asOf, stamps)).toBe(other);
  });
});

test("a stamp of the month's own is in the way of another, before all else, and not of the same", () => {
  const own = stamp("2024-03-15", "month_002");
  const stamps = [stamp("2024-04-30", "month_003"), own];
  expect(inTheWay("2024-03-15", stamps)).toBeNull();
  expect(inTheWay("2024-03-31", stamps)).toBe("2024-03-15");
  expect(inTheWay("2024-05-31", stamps)).toBe("2024-03-15");
});

test("rows that nobody knows of are of the month in whose days they stand", () => {
  const stamps = [stamp("2024-02-20", null), stamp("2024-04-02", null)];
  const answers = ["2024-02-20", "2024-02-21", "2024-04-01", "2024-04-02"].map((asOf) => inTheWay(asOf, stamps));
  expect(answers).toEqual(["2024-02-20", null, null, "2024-04-02"]);
  expect(inTheWay("2024-03-31", [stamp("2024-03-30", null)])).toBe("2024-03-30");
});
