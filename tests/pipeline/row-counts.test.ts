import { describe, expect, test } from "bun:test";
import type { Dataset } from "../../src/core/dataset.ts";
import type { Incoming } from "../../src/pipeline/drop/months.ts";
import { publicationBefore, rowCountTrouble } from "../../src/pipeline/drop/row-counts.ts";
import type { Publication } from "../../src/postgres/ledger/queries.ts";

/** How many rows a file has is held against the month before, which is not the newest month, nor the oldest. */

function publication(month: string, rows: number): Publication {
  const file = {
    table: "labels",
    path: "",
    bytes: 0,
    modified_ms: 0,
    identity: null,
    sha256: null,
    columns: null,
    read_as: null,
    rows,
  };
  return {
    ...{ run: 1, month, as_of: "2024-01-31", mode: "publish", live: true, live_files: [], dropped: false },
    files: [file],
  };
}

describe("the month before is the newest of the older ones that were published", () => {
  const published = [
    ["month_003", 3],
    ["month_010", 10],
    ["month_000", 100],
    ["month_001", 1],
    ["month_1000", 1_000],
  ] as const;
  test.each([
    ["month_000", null],
    ["month_001", 100],
    ["month_002", 1],
    ["month_003", 1],
    ["month_004", 3],
    ["month_010", 3],
    ["month_999", 10],
    ["month_1001", 1_000],
  ])("%s is held against %p rows", (month, rows) => {
    const before = publicationBefore(
      month,
      published.map(([name, count]) => publication(name, count)),
    );
    expect(before?.files[0]?.rows ?? null).toBe(rows);
  });
});

describe("rows may shrink and grow within limits of their own", () => {
  const limits = { shrink: { warn: 0.25, reject: 0.5 }, grow: { warn: 1, reject: 3 } };
  const dataset = { rows: limits } as Dataset;
  const incoming = { table: { name: "labels" }, file: { path: "/data/labels.csv" } } as Incoming;
  /** Of 400 rows the month before. */
  function verdict(rows: number, before = 400): string {
    const trouble = rowCountTrouble(dataset, publication("month_000", before), incoming, rows);
    if (trouble === null) return "fine";
    return "fault" in trouble ? trouble.fault.reason : trouble.warning.title;
  }
  test.each([
    [400, "fine"],
    [300, "fine"],
    [299, "labels: 299 rows, 400 the month before (25.3 % fewer)."],
    [200, "labels: 200 rows, 400 the month before (50 % fewer)."],
    [199, "199 rows, 400 the month before (50.3 % fewer): far beyond what is usual"],
    [800, "fine"],
    [801, "labels: 801 rows, 400 the month before (100.3 % more)."],
    [1_600, "labels: 1,600 rows, 400 the month before (300 % more)."],
    [1_601, "1,601 rows, 400 the month before (300.3 % more): far beyond what is usual"],
  ])("%p: %s", (rows, said) => {
    expect(verdict(rows)).toBe(said);
  });

  test("where there were none before, any number is fine", () => {
    expect(verdict(1_000_000, 0)).toBe("fine");
    expect(rowCountTrouble(dataset, null, incoming, 1)).toBeNull();
  });
});
