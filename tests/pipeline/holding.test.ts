import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Mode } from "../../src/core/messages/events.ts";
import { isPassed, isPending, parentsFor, readPast, stampOf } from "../../src/pipeline/drop/past.ts";
import type { Publication } from "../../src/postgres/ledger/queries.ts";
import { closeRun, openRun } from "../../src/postgres/ledger/records.ts";
import { dataset, emptied, migrated, tablesOf } from "../helpers/database.ts";
import { noPast } from "../helpers/past.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What the live tables are taken to hold, by runs of ours and by rows of others, and what follows from it. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrated);
});
afterAll(() => database.drop());
beforeEach(() => emptied(database.sql));

async function published(month: string, as_of: string, mode: Mode = "publish"): Promise<void> {
  const who = { operator: "somebody", host: "somewhere", process: 1 };
  const run = await openRun(database.sql, { dataset: "streamflow", month, as_of, mode, ...who });
  await closeRun(database.sql, run, "published", []);
}

/** Rows that another flow took. */
const taken = (as_of: string) =>
  database.sql`insert into payments_agg_90d_snapshots (user_id, as_of) values ('u1', ${as_of})`;
const anyLive = () => database.sql`insert into users (user_id) values ('u1')`;

async function past() {
  return readPast(database.sql, { dataset: await dataset(), tables: await tablesOf(database.sql) });
}

describe("the live tables hold", () => {
  test("nothing, when there is no row and no run", async () => {
    await taken("2024-03-31");
    expect((await past()).holding).toEqual({ kind: "nothing" });
  });

  test("rows that nothing dates, when there is neither a run nor a snapshot", async () => {
    await anyLive();
    expect((await past()).holding).toEqual({ kind: "undated" });
  });

  test("the newest month that was published, backfills left out", async () => {
    await published("month_001", "2024-02-29");
    await published("month_000", "2024-01-31");
    await published("month_005", "2024-06-30", "backfill");
    expect((await past()).holding).toEqual({ kind: "month", index: 1, asOf: "2024-02-29", by: "run" });
  });

  test("a later month that others took, where they went on", async () => {
    await published("month_001", "2024-02-29");
    await taken("2024-04-30");
    expect((await past()).holding).toEqual({ kind: "month", index: 3, asOf: "2024-04-30", by: "rows" });
  });

  test("of one month what a run says, not a later day that others took", async () => {
    await published("month_001", "2024-02-10");
    await taken("2024-02-20");
    expect((await past()).holding).toEqual({ kind: "month", index: 1, asOf: "2024-02-10", by: "run" });
  });

  test("the newest snapshot there is, where no run ever wrote them", async () => {
    await anyLive();
    await taken("2024-02-20");
    await taken("2024-02-29");
    await taken("2024-01-31");
    expect((await past()).holding).toEqual({ kind: "month", index: 1, asOf: "2024-02-29", by: "copy" });
  });
});

test("an older month is passed, the month itself and a newer one are not; only a newer one is to do", async () => {
  await published("month_002", "2024-03-31");
  const found = await past();
  const months = ["month_001", "month_002", "month_003"] as const;
  expect(months.map((month) => isPassed(month, found))).toEqual([true, false, false]);
  expect(months.map((month) => isPending(month, found))).toEqual([false, false, true]);
  expect(months.map((month) => parentsFor(month, true, found).kind)).toEqual(["snapshots", "live", "live"]);
});

test("a month stands under its stamp, be it by the ledger or by rows, and no longer once that was dropped", () => {
  const publication = (dropped: boolean): Publication => ({
    ...{ run: 1, month: "month_001", as_of: "2024-02-10", mode: "publish", live: true, live_files: [], files: [] },
    dropped,
  });
  const stamp = { as_of: "2024-02-20", month: "month_001", index: 1, sealed: true, copied: false } as const;
  const of = (given: { stamps?: (typeof stamp)[]; publications?: Publication[] }) =>
    stampOf("month_001", {
      ...noPast,
      ...given,
    });
  expect(of({})).toBeUndefined();
  expect(of({ publications: [publication(false)] })).toBe("2024-02-10");
  expect(of({ publications: [publication(true)] })).toBeUndefined();
  expect(of({ stamps: [stamp], publications: [publication(true)] })).toBe("2024-02-20");
});
