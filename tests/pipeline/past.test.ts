import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { browseMonths } from "../../src/pipeline/answers/months.ts";
import { retireSnapshots } from "../../src/pipeline/answers/retire.ts";
import type { RunFlags } from "../helpers/pipeline.ts";
import { type Bench, bench, monthsOf } from "./sequences/bench.ts";
import { countsByDate, readContents } from "./sequences/contents.ts";
import { delivery, firstUsers, lastDay, nameOf, rewritten, writeDelivery } from "./sequences/deliveries.ts";
import { fillAsOlderFlow } from "./sequences/older-flow.ts";

/** What has a past stays past: whatever was stamped, dropped, backfilled or forgotten since. */

setDefaultTimeout(60_000);

let at: Bench;
beforeAll(async () => {
  at = await bench();
});
afterAll(() => at.close());
beforeEach(() => at.reset([0, 1, 2, 3]));

/** Run one month; resolves to its last word: a status, or a failure's code. */
async function play(month: number, flags: RunFlags = {}): Promise<string> {
  const { finished, failed } = await at.run(monthsOf(month), flags);
  return finished.at(-1)?.status ?? failed?.code ?? "";
}

async function publish(...months: number[]): Promise<void> {
  for (const month of months) expect(await play(month)).toBe("published");
}

const drop = async (asOf: string) => retireSnapshots(await at.session(), asOf);
const contents = () => readContents(at.database.sql);

/** Run a month that must be refused with this code, and leave everything as it was. */
async function refused(month: number, code: string, flags: RunFlags = {}) {
  const before = await contents();
  const { exit, failed } = await at.run(monthsOf(month), flags);
  expect({ exit, code: failed?.code }).toEqual({ exit: 4, code });
  expect(await contents()).toEqual(before);
  return failed;
}

/** Forget all that the ledger knows, and open the console anew. */
async function loseLedger(): Promise<void> {
  await at.database.sql`drop schema console cascade`;
  await at.leave();
  await at.session();
}

test("a month stays older than one that was stamped with another day, and dropped", async () => {
  await publish(0, 1);
  await drop(lastDay(1));
  expect(await play(2, { as_of: lastDay(1) })).toBe("published");
  await drop(lastDay(1));
  await refused(1, "out_of_order");
});

test("a month whose day another has, or which comes after a late stamp, is not called new", async () => {
  await publish(0);
  expect(await play(1, { as_of: "2024-04-10" })).toBe("published");
  const { months } = await browseMonths(await at.session());
  expect(months.map(({ month, state }) => [month, state])).toContainEqual([nameOf(2), "stamp_taken"]);
  expect(months.map(({ month, state }) => [month, state])).toContainEqual([nameOf(3), "new"]);
  const failed = await refused(2, "leak");
  expect(failed?.title).toContain("stamped 2024-03-31 would stand before month_001");
  expect(failed?.hint).toContain("choose an --as-of after 2024-04-10.");
  expect(await play(2, { as_of: "2024-04-11" })).toBe("published");
});

test("a month is told which days are left for it, and that none is", async () => {
  await publish(0);
  expect(await play(2, { as_of: "2024-02-02" })).toBe("published");
  const failed = await refused(1, "leak", { backfill: true });
  expect(failed?.hint).toContain("choose an --as-of after 2024-01-31 and before 2024-02-02.");
  expect(await play(1, { backfill: true, as_of: "2024-02-01" })).toBe("published");
  await drop("2024-02-01");
  await drop("2024-02-02");
  expect(await play(2, { backfill: true, as_of: "2024-02-01" })).toBe("published");
  expect((await refused(1, "leak", { backfill: true }))?.hint).toContain("no day is left for this one.");
});

test("a month stays older than one that was backfilled and dropped under another day", async () => {
  await publish(0, 1);
  for (const day of [lastDay(1), lastDay(0)]) await drop(day);
  expect(await play(1, { backfill: true, as_of: "2024-01-15" })).toBe("published");
  await drop("2024-01-15");
  await refused(0, "out_of_order");
});

test("a stamp that was a typing error stands in nobody's way once it was dropped", async () => {
  await publish(0);
  await drop(lastDay(0));
  expect(await play(0, { backfill: true, as_of: "2025-02-28" })).toBe("published");
  await drop("2025-02-28");
  await publish(1, 2);
});

test("a month whose day another month took is dropped, and neither ok nor unchanged", async () => {
  await publish(0, 1);
  await drop(lastDay(1));
  expect(await play(2, { as_of: lastDay(1) })).toBe("published");
  const { months } = await browseMonths(await at.session());
  expect(months.find(({ month }) => month === nameOf(1))?.state).toBe("dropped");
  await refused(1, "out_of_order");
});

test("a month that stands under a day of its own is told that day, whatever else is in the way", async () => {
  await publish(0);
  expect(await play(1, { as_of: "2024-02-10" })).toBe("published");
  await publish(2);
  const failed = await refused(1, "leak", { backfill: true, as_of: lastDay(0) });
  expect(failed?.hint).toContain("--as-of 2024-02-10 runs it under that");
  expect(await play(1, { backfill: true, as_of: "2024-02-10" })).toBe("unchanged");
});

describe("a month has one stamp", () => {
  test("and where two stand, both are named, and dropping one helps", async () => {
    await publish(0, 1);
    const { sql } = at.database;
    await sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', '2024-02-15', 'month_001')`;
    for (const as_of of ["2024-02-15", lastDay(1)]) {
      const failed = await refused(1, "leak", { force: true, as_of });
      expect(failed?.title).toContain("stands under 2024-02-15 and 2024-02-29");
      expect(failed?.hint).toContain("`snapshots --drop 2024-02-15 --yes` or `snapshots --drop 2024-02-29 --yes`");
    }
    await drop("2024-02-15");
    expect(await play(1, { force: true })).toBe("published");
  });

  test("and a run under another is refused, with the way to replace it", async () => {
    expect(await play(0, { as_of: "2024-01-15" })).toBe("published");
    const failed = await refused(0, "leak");
    expect(failed?.title).toContain("2024-01-15");
    expect(failed?.hint).toContain("`snapshots --drop 2024-01-15 --yes`");
    await refused(0, "leak", { restamp: true, backfill: true, as_of: "2024-01-20" });
    await drop("2024-01-15");
    await publish(0);
  });
});

describe.each(["with SQL", "by the console, whose ledger was lost"])("tables that were filled %s", (how) => {
  beforeEach(async () => {
    if (how === "with SQL") {
      for (const month of [0, 1]) {
        // The same users in both, since an older flow freezes those that are absent, too.
        const files = delivery(month, firstUsers(0));
        writeDelivery(at.drops, month, files);
        await fillAsOlderFlow(at.database.sql, files, lastDay(month));
      }
      return;
    }
    await publish(0, 1);
    await loseLedger();
  });

  test("are never changed back by an older month", async () => {
    const before = await contents();
    await refused(0, "out_of_order");
    await refused(0, "out_of_order", { restamp: true });
    await refused(0, "out_of_order", { force: true });
    expect(await contents()).toEqual(before);
  });

  test("have no pending month when only an older one is on disk", async () => {
    at.drops.empty();
    writeDelivery(at.drops, 0, delivery(0, firstUsers(0)));
    const before = await contents();
    const { exit, events } = await at.run({ every: "pending" });
    expect({ exit, events }).toEqual({ exit: 0, events: [] });
    expect(await contents()).toEqual(before);
  });

  test("take their newest month as it is, a corrected one by a restamp, and then the next", async () => {
    const before = await contents();
    await publish(1);
    expect((await contents()).live).toEqual(before.live);
    const corrected = rewritten(delivery(1, firstUsers(how === "with SQL" ? 0 : 1)), 1, 1, { how: "corrected" });
    writeDelivery(at.drops, 1, corrected);
    await refused(1, "snapshot_differs");
    expect(await play(1, { restamp: true })).toBe("published");
    expect(countsByDate(await contents())).toEqual(countsByDate(before).concat(labelsAdded(how)).sort());
    await publish(2);
  });
});

describe("a month that is live stays live when the ledger was lost and", () => {
  test("its snapshots were adopted by a backfill", async () => {
    await publish(0, 1);
    await loseLedger();
    expect(await play(1, { backfill: true })).toBe("published");
    await refused(0, "out_of_order");
  });

  test("its snapshots were replaced by a backfill", async () => {
    await publish(0, 1);
    await loseLedger();
    writeDelivery(at.drops, 1, rewritten(delivery(1, firstUsers(1)), 1, 1, { how: "corrected" }));
    expect(await play(1, { backfill: true, restamp: true })).toBe("published");
    await refused(0, "out_of_order");
  });

  test("its snapshots were dropped since", async () => {
    await publish(0, 1);
    await loseLedger();
    await drop(lastDay(1));
    await refused(0, "out_of_order");
  });

  test("its snapshots had been dropped before", async () => {
    await publish(0, 1);
    await drop(lastDay(1));
    await loseLedger();
    await refused(0, "out_of_order");
  });
});

/** An older flow freezes no labels. */
const labelsAdded = (how: string) => (how === "with SQL" ? [`labels_snapshots ${lastDay(1)}: 3`] : []);

test("a backfill takes no parent that only a later month brought, before that is live and after", async () => {
  await publish(0, 2);
  const borrowing = rewritten(delivery(1, firstUsers(1)), 1, 1, { how: "borrowed", from: 3 });
  writeDelivery(at.drops, 1, borrowing);
  for (const live of [2, 3]) {
    if (live === 3) await publish(3);
    const before = await contents();
    const { exit, failed } = await at.run(monthsOf(1), { backfill: true });
    expect({ exit, code: failed?.code }).toEqual({ exit: 1, code: "drop_rejected" });
    expect(await contents()).toEqual(before);
  }
  // A parent that an older month brought is one.
  writeDelivery(at.drops, 1, rewritten(delivery(1, firstUsers(1)), 1, 2, { how: "borrowed", from: 0 }));
  expect(await play(1, { backfill: true })).toBe("published");
});
