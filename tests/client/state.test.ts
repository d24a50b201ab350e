import { expect, test } from "bun:test";
import { fold, type RunState } from "../../src/client/state.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";

const stamp = { run: 1, seq: 0, at: "2024-02-01T00:00:00.000Z" };
const table = { table: "users", file: "users.csv", bytes: 100, expectations: 2, snapshot: true };

const upserted: RunEvent[] = [
  {
    ...stamp,
    event: "run.started",
    month: "month_000",
    as_of: "2024-01-31",
    mode: "publish",
    tables: [table],
  },
  { ...stamp, event: "table.finished", stage: "ingest", table: "users", rows: 70 },
  {
    ...stamp,
    event: "table.finished",
    stage: "upsert",
    table: "users",
    rows: 70,
    inserted: 60,
    updated: 1,
    unchanged: 9,
    absent: 3,
  },
];

function countsAfter(events: RunEvent[]) {
  return events.reduce<RunState | null>(fold, null)?.tables[0]?.counts;
}

test("a table's rows are those of the drop, also after stages that count something else", () => {
  const counts = { table: "users", rows: 70, inserted: 60, updated: 1, unchanged: 9, absent: 3 };
  const validated: RunEvent = { ...stamp, event: "table.finished", stage: "validate", table: "users", rows: 2 };
  expect(countsAfter(upserted)).toEqual(counts);
  expect(countsAfter([...upserted, validated])).toEqual(counts);
});
