import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  asciiBar,
  bar,
  blockBar,
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatDuration,
  formatPercent,
} from "../../src/core/format.ts";

describe("numbers", () => {
  test("counts have thousands separators", () => {
    expect([0, 7, 999, 1000, 7120, 1_000_000, -42_720, 1234.5].map(formatCount)).toEqual([
      "0",
      "7",
      "999",
      "1,000",
      "7,120",
      "1,000,000",
      "-42,720",
      "1,234.5",
    ]);
    expect([formatCounted(1, "row"), formatCounted(0, "row"), formatCounted(2, "entry", "entries")]).toEqual([
      "1 row",
      "0 rows",
      "2 entries",
    ]);
  });

  test("bytes keep three digits, and a rounding never shows 1000 of a unit", () => {
    expect([0, 999, 1000, 99_940, 312_000, 999_499, 999_600, 31_400_000, 237e6].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 KB",
      "99.9 KB",
      "312 KB",
      "999 KB",
      "1.0 MB",
      "31.4 MB",
      "237 MB",
    ]);
  });

  test("a percentage does not round a few to none or all but a few to all", () => {
    expect([0, 0.001, 0.171, 1.5, 66, 99.999, 100].map(formatPercent)).toEqual([
      "0 %",
      "<0.01 %",
      "0.17 %",
      "1.5 %",
      "66 %",
      ">99.99 %",
      "100 %",
    ]);
  });
});

describe("times", () => {
  test("durations", () => {
    expect([0, 0.83, 9.94, 9.96, 59.7, 65, 3599, 7380, 190_000, -1].map(formatDuration)).toEqual([
      "0.0 s",
      "0.8 s",
      "9.9 s",
      "10 s",
      "1 m 00 s",
      "1 m 05 s",
      "59 m 59 s",
      "2 h 03 m",
      "2 d 4 h",
      "0.0 s",
    ]);
    expect([2.19, 3725.04].map(formatClock)).toEqual(["00:00:02.1", "01:02:05.0"]);
  });

  test("ages", () => {
    const now = 1_000_000_000;
    expect([0, 59, 60, 3600, 86_400 * 2.5].map((seconds) => formatAge(now - seconds * 1000, now))).toEqual([
      "just now",
      "just now",
      "1 m ago",
      "1 h ago",
      "2 d ago",
    ]);
  });
});

test("a bar is as wide as asked, full only when all is done", () => {
  expect(bar(0.66, 10, blockBar)).toBe("██████▌░░░");
  expect(bar(0.66, 10, asciiBar)).toBe("######....");
  fc.assert(
    fc.property(fc.double({ min: -1, max: 2 }), fc.nat(40), fc.constantFrom(blockBar, asciiBar), (part, width, set) => {
      const drawn = bar(part, width, set);
      expect(drawn.length).toBe(width);
      if (width > 0) expect(drawn === set.full.repeat(width)).toBe(part >= 1);
    }),
  );
});
