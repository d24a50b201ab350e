import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { copyLive } from "./sequences/older-flow.ts";

/** Live rows that no run of the ledger wrote, beside snapshots that say what they may be. */

setDefaultTimeout(60_000);
const users = ["u1", "u2", "u3"];
let close: Workplace["close"];
let database: Workplace["database"];
let drops: Workplace["drops"];
let pipeline: Workplace["pipeline"];
beforeAll(async () => {
  ({ database, drops, pipeline, close } = await workplace());
});
afterAll(() => close());
beforeEach(async () => {
  await emptied(database.sql);
  for (const month of [0, 1, 2, 3]) drops.write(`month_00${month}`, smallDrop([...users, `only_${month}`], month * 7));
});

async function run(months: string[], flags?: RunFlags) {
  const events = await ranIn(pipeline, months, flags);
  const failed = lastOf(events, "run.failed");
  return failed === undefined ? lastOf(events, "run.finished")?.status : failed.code;
}

async function loseLedger(): Promise<void> {
  await database.sql`truncate console.runs, console.seals, console.lifted_seals restart identity cascade`;
}

test("once backfills have sealed what dates them, the next month goes on, and no older one", async () => {
  expect(await run(["0..1"])).toBe("published");
  await loseLedger();
  for (const month of ["month_000", "month_001"]) expect(await run([month], { backfill: true })).toBe("published");
  expect((await pipeline.call({ kind: "snapshots" })).unsealed).toEqual([]);
  const { checks } = await pipeline.call({ kind: "doctor" });
  expect(checks.find(({ name }) => name === "origin")?.detail).toBe(
    "No run vouches for the live rows; they are taken for those of 2024-02-29.",
  );
  expect(await run(["month_000"], { force: true })).toBe("out_of_order");
  expect(await run(["month_002"])).toBe("published");
  expect(await run(["month_003"])).toBe("published");
});

test("a backfill takes no parent from them, for they may be newer than what dates them", async () => {
  expect(await run(["0..2"])).toBe("published");
  await pipeline.call({ kind: "retire", as_of: "2024-03-31" });
  await loseLedger();
  const labels = [...(smallDrop([...users, "only_1"], 7)["labels.csv"] ?? []), ["only_2", "True"]];
  drops.write("month_001", { "labels.csv": labels });
  expect(await run(["month_001"], { backfill: true, restamp: true })).toBe("drop_rejected");
  expect(await run(["month_002"])).toBe("published");
});

test("dropping what was copied from them by others makes no month older than that change them unseen", async () => {
  expect(await run(["month_000"])).toBe("published");
  await copyLive(database.sql, "2024-04-30");
  expect(await run(["month_001"])).toBe("out_of_order");
  await pipeline.call({ kind: "retire", as_of: "2024-04-30" });
  await database.sql`update usage_agg_30d set watch_hours_30d = watch_hours_30d + 1 where user_id = 'u1'`;
  expect(await run(["month_001"])).toBe("out_of_order");
  await database.sql`update usage_agg_30d set watch_hours_30d = watch_hours_30d - 1 where user_id = 'u1'`;
  expect(await run(["month_001"])).toBe("published");
  await database.sql`update usage_agg_30d set watch_hours_30d = watch_hours_30d + 1 where user_id = 'u1'`;
  expect(await run(["month_002"])).toBe("published");
});

test("a backfill of a month that they do not hold yet is no reason to leave them where they are", async () => {
  expect(await run(["month_000"])).toBe("published");
  await loseLedger();
  expect(await run(["0..1"], { backfill: true })).toBe("published");
  expect(await run(["1..2"])).toBe("published");
  const [live] = await database.sql`select count(*) as users from users where user_id in ('only_1', 'only_2')`;
  expect(live?.users).toBe(2);
});

test("a live table that somebody emptied is filled again by the same files, and nothing is said of what was not compared", async () => {
  expect(await run(["month_000"])).toBe("published");
  expect(await run(["month_000"])).toBe("unchanged");
  await database.sql`truncate labels`;
  expect(await run(["month_000"])).toBe("published");
  const [labels] = await database.sql`select count(*) as rows from labels`;
  expect(labels?.rows).toBe(4);
  const events = await ranIn(pipeline, ["month_000"], { backfill: true });
  expect(lastOf(events, "run.finished")).toMatchObject({ status: "unchanged" });
  expect(lastOf(events, "run.finished")?.tables).toContainEqual({ table: "labels", rows: 4 });
});
