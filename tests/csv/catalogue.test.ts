import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { faultCodes } from "../../src/core/faults.ts";
import { badDrops, badTogetherDrops, badTyped, soundDrops } from "../fixtures/bad/catalogue.ts";
import { renderCatalogue } from "../fixtures/bad/render.ts";

test("the catalogue holds at least eighty bad drops and thirty sound ones, each told apart", () => {
  expect(badDrops.length).toBeGreaterThanOrEqual(80);
  expect(soundDrops.length).toBeGreaterThanOrEqual(30);
  for (const drops of [badDrops, soundDrops]) {
    const names = drops.map(({ what, files }) => `${Object.keys(files)} ${what}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  }
});

test("its page is current: `bun tests/fixtures/bad/render.ts` writes it", () => {
  expect(readFileSync(new URL("../fixtures/bad/README.md", import.meta.url), "utf8")).toBe(renderCatalogue());
});

test("every code that can stand in a drop is in it", () => {
  const met = new Set<string>(badTyped.map(([, , code]) => code));
  for (const { faults } of [...badDrops, ...badTogetherDrops]) for (const [, , , , code] of faults) met.add(code);
  // These need a file that changes meanwhile, a table that grew, a month before, an expectation, and a defect.
  const elsewhere = ["file_changed", "column_new", "row_count", "unexpected", "rows_lost"];
  expect(Object.keys(faultCodes).filter((code) => !met.has(code))).toEqual(elsewhere);
});
