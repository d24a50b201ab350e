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

const columns = ["user_id", "watch_hours_30d", "avg_session_mins_7d", "skips_7d", "n"];

test.each([
  ["watch_hour_30d", "watch_hours_30d"],
  ["WATCH-HOURS 30d", "watch_hours_30d"],
  ["userid", "user_id"],
  ["\ufeffuser_id", "user_id"],
  ["N", "n"],
])("the column %j was meant to be %s", (written, meant) => expect(suggest(written, columns)).toBe(meant));

test.each(["country", "", "m", "u1", "x".repeat(10_000)])("the column %j is none of the table's", (written) => {
  expect(suggest(written, columns)).toBeNull();
});

test("the nearest is taken, whatever the order", () => {
  expect(suggest("clip_7d", ["clips_70d", "clips_7d"])).toBe("clips_7d");
  expect(suggest("clip_7d", ["clips_7d", "clips_70d"])).toBe("clips_7d");
});
