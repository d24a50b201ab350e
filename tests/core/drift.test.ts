import { describe, expect, test } from "bun:test";
import manifest from "../../db/dataset.json";
import { parseManifest } from "../../src/core/dataset.ts";
import { driftsOf, driftWords, type Moves } from "../../src/core/drift.ts";

const still: Moves = { measure: "psi", distance: 0, chance: null, beyond: 0, missing: 0, mean: 0 };
const far: Moves = { ...still, distance: 0.3, beyond: 0.183, missing: 0.5, mean: 1.25 };
const limits = { psi: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 };
const names = (moves: Moves, rows: number, those = limits) =>
  driftsOf(moves, { from: rows, to: rows }, those).map(({ figure }) => figure);

describe("a figure is told", () => {
  test("at its limit, and not below", () => {
    expect(names({ ...still, distance: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 }, 1e6)).toHaveLength(4);
    expect(names({ ...still, distance: 0.19, beyond: 0.09, missing: 0.09, mean: 0.49 }, 1e6)).toEqual([]);
  });

  test("of as many rows as its limit wants", () => {
    expect(names(far, 121)).toEqual([]);
    expect(names(far, 122)).toEqual(["mean"]);
    expect(names(far, 200)).toEqual(["beyond", "mean"]);
    expect(names(far, 359)).toEqual(["beyond", "mean"]);
    expect(names(far, 360)).toEqual(["psi", "beyond", "mean"]);
    expect(names(far, 761)).toEqual(["psi", "beyond", "missing", "mean"]);
    // The smaller side counts most.
    expect(driftsOf(far, { from: 200, to: 1e6 }, { psi: 0.2 })).toHaveLength(1);
    expect(driftsOf(far, { from: 170, to: 1e6 }, { psi: 0.2 })).toHaveLength(0);
  });

  test("of categories when chance does not explain it", () => {
    const words: Moves = { ...still, measure: "tv", distance: 0.3, chance: 0.29, beyond: null, mean: null };
    expect(names(words, 50)).toEqual(["tv"]);
    expect(names({ ...words, chance: 0.3 }, 1e6)).toEqual([]);
  });

  test("when it has a limit and there is a figure", () => {
    expect(driftsOf(far, { from: 1e6, to: 1e6 }, { psi: 0.2 })).toEqual([{ figure: "psi", value: 0.3, limit: 0.2 }]);
    const none: Moves = { measure: "psi", distance: null, chance: null, beyond: null, missing: null, mean: null };
    expect(names(none, 1e6)).toEqual([]);
  });
});

test("its words name figure, value and limit", () => {
  expect(driftsOf(far, { from: 1e6, to: 1e6 }, limits).map(driftWords)).toEqual([
    "PSI 0.30, limit 0.2",
    "18.3 % of the values beyond the former range, limit 10 %",
    "share of NULLs moved by 50 %, limit 10 %",
    "mean moved by 1.25 former deviations, limit 0.5",
  ]);
});

test("the manifest may leave out all limits but the PSI's, and takes shares up to 1", () => {
  const parse = (drift: unknown) => parseManifest(JSON.stringify({ ...manifest, drift }), "dataset.json").drift;
  expect(parse(undefined)).toBeUndefined();
  expect(parse({ psi: 0.1 })).toEqual({ psi: 0.1 });
  expect(parse(limits)).toEqual(limits);
  for (const wrong of [{}, { psi: 0 }, { psi: 0.2, beyond: 1.5 }, { psi: 0.2, missing: 0 }, { psi: 0.2, mean: -1 }]) {
    expect(() => parse(wrong)).toThrow("drift");
  }
  expect(() => parse({ psi: 0.2, other: 1 })).toThrow("other");
});
