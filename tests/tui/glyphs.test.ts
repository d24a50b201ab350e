import { expect, test } from "bun:test";
import { sparkline, unicode } from "../../src/tui/drawing/glyphs.ts";

test("a sparkline has a column for each value, a gap where none is known", () => {
  expect(sparkline([0, 1, null, 7], unicode)).toBe("▁▂ ▇");
  expect(sparkline([5, 5], unicode)).toBe("▁▁");
  expect(sparkline([], unicode)).toBe("");
});
