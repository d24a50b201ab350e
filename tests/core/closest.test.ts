import { expect, test } from "bun:test";
import { closest } from "../../src/core/closest.ts";

const known = ["months", "snapshots", "runs", "show", "db", "doctor"];

test.each([
  ["month", "months"],
  ["monhts", "months"],
  ["Months", "months"],
  ["snapshot", "snapshots"],
  ["rnus", "runs"],
  ["doktor", "doctor"],
  ["dc", "db"],
])("%s was meant to be %s", (word, meant) => {
  expect(closest(word, known)).toBe(meant);
});

test.each(["publish", "x y z", "restamping", ""])("%p is too far from any of them", (word) => {
  expect(closest(word, known)).toBeNull();
});
