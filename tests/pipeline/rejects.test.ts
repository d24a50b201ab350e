import { expect, test } from "bun:test";
import { dirname } from "node:path";
import { rejectPath } from "../../src/pipeline/drop/faults.ts";
import { connect } from "../../src/postgres/connection/connect.ts";

const folderOf = (url: string, dataset = "streamflow") =>
  dirname(rejectPath("/home", connect(url), dataset, "month_000-1"));

test("reject files lie by database and dataset, in folders that a person can read", () => {
  expect(folderOf("postgresql://a@db.example:5432/live")).toMatch(/^\/home\/rejects\/live-[0-9a-f]{6}\/streamflow$/);
  const urls = [
    "postgresql://a@db.example:5432/live",
    "postgresql://a@db.example:5433/live",
    "postgresql://a@other.example:5432/live",
    "postgresql://a@db.example:5432/test",
    "postgresql://a@db.example:5432/te%2Fst",
    "postgresql://a@db.example:5432/te_st",
    "postgresql://a@db.example:5432/..",
  ];
  const folders = [...urls.map((url) => folderOf(url)), folderOf(urls[0] ?? "", "sales")];
  expect(new Set(folders).size).toBe(folders.length);
  expect(folders.filter((folder) => !/^\/home\/rejects\/[\w][\w.-]*-[0-9a-f]{6}\/[a-z]+$/.test(folder))).toEqual([]);
  // Whoever the user is and however they log in, the database is the same.
  expect(folderOf("postgresql://b:secret@db.example/live?sslmode=disable")).toBe(folderOf(urls[0] ?? ""));
});
