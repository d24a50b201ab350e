import { expect, test } from "bun:test";
import { suggest } from "../../src/core/suggest.ts";

const known = ["months", "snapshots", "runs", "show", "db", "doctor"];

test.each([
  ["month", "months"],
  ["monhts", "months"],
  ["Months", "months"],
  ["snapshot", "snapshots"],
  ["rnus", "runs"],
  ["doktor", "doctor"],
])("%s was meant to be %s", (word, meant) => {
  expect(suggest(word, known)).toBe(meant);
});

test.each(["publish", "x y z", "dc", ""])("%p is too far from any of them", (word) => {
  expect(suggest(word, known)).toBeNull();
});
