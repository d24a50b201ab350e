import { expect, test } from "bun:test";
import type { RunEntry } from "../../src/core/messages/listings.ts";
import type { TableProfile } from "../../src/core/messages/profiles.ts";
import { profilesBefore } from "../../src/report/gather/run.ts";

const run = (number: number, as_of: string): RunEntry => ({
  warned: 0,
  ...{ run: number, month: "month_000", as_of, mode: "publish", status: "published" },
  ...{ started_at: "2024-01-01T00:00:00Z", finished_at: null, tables: [] },
  expectations: { passed: 0, failed: 0, warned: 0, unevaluated: 0 },
});
interface Case {
  kept: number[];
  from: string | null;
  laid: string | null;
}
const runs = [run(3, "2024-03-31"), run(2, "2024-02-29"), run(1, "2024-01-31")];
const profile = (of: RunEntry, columns: TableProfile["columns"]): TableProfile => ({
  ...{ as_of: of.as_of, month: of.month, run: of.run, table: "users", snapshot: null, columns },
});

test.each<Case>([
  { kept: [2, 1], from: "2024-02-29", laid: "2024-02-29" },
  // Dropped since: the snapshots are held against the date before it, and so are the charts.
  { kept: [1], from: "2024-01-31", laid: "2024-01-31" },
  { kept: [2], from: "2024-01-31", laid: "2024-02-29" },
  { kept: [], from: "2024-01-31", laid: null },
  { kept: [1], from: null, laid: null },
])("of runs $kept something is kept, and columns are laid over $laid", async ({ kept, from, laid }) => {
  const moves = from === null ? { missing: "why" } : { from, to: "2024-03-31", columns: [], found: null };
  const asked: number[] = [];
  const found = await profilesBefore(runs[1] ?? null, moves, runs, async (number: number) => {
    asked.push(number);
    return runs.filter((one) => one.run === number).map((one) => profile(one, kept.includes(number) ? [] : null));
  });
  expect(found[0]?.as_of ?? null).toBe(laid);
  expect(new Set(asked).size).toBe(asked.length);
});
