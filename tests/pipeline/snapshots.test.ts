import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import { isWeak } from "../../src/core/messages/seals.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { tryLock } from "../../src/postgres/connection/lock.ts";
import { newestSealing, sealSnapshot } from "../../src/postgres/snapshots/sealing.ts";
import { isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { emptied, tablesOf } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, lastOf, type RunFlags, ranIn, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);
const january = "2024-01-31";
const february = "2024-02-29";
const users = ["u1", "u2", "u3", "u4"];

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
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
  expect(lastOf(await run("month_000"), "run.finished")?.status).toBe("published");
});

const run = (month: string, flags?: RunFlags) => ranIn(pipeline, [month], flags);

async function failure(work: Promise<unknown>): Promise<ConsoleError> {
  return work.then(
    () => {
      throw new Error("it was done");
    },
    (error: ConsoleError) => error,
  );
}

test("retention drops a day's snapshots with their partitions, keeps who did it, and lets the month run again", async () => {
  const publication = lastOf(await run("month_001"), "run.finished");
  const { snapshots: before } = await pipeline.call({ kind: "snapshots" });
  const { snapshots } = await pipeline.call({ kind: "retire", as_of: february });
  expect(snapshots).toHaveLength(5);
  expect(snapshots).toContainEqual({ table: "labels_snapshots", rows: 4, sealed: true });
  const states = async () => (await pipeline.call({ kind: "months" })).months.map(({ month, state }) => [month, state]);
  expect(await states()).toEqual([
    ["month_001", "dropped"],
    ["month_000", "ok"],
  ]);
  const { lifted: told, snapshots: left } = await pipeline.call({ kind: "show", run: publication?.run ?? 0 });
  expect(left).toEqual([]);
  expect(told.map(({ as_of, reason, run: sealedBy, lifted_by }) => [as_of, reason, sealedBy, lifted_by])).toEqual(
    Array(5).fill([february, "retention", publication?.run, null]),
  );
  const [gone] = await database.sql`select to_regclass('labels_snapshots_20240229') as partition`;
  expect(gone?.partition).toBeNull();
  const lifted = await database.sql`
    select table_name as table, fingerprint, lifted_by, reason, operator, host is not null as host from console.lifted_seals`;
  expect(lifted).toHaveLength(5);
  for (const { table, fingerprint } of before.filter((seal) => seal.as_of === february)) {
    expect(lifted).toContainEqual({
      table,
      fingerprint,
      lifted_by: null,
      reason: "retention",
      operator: expect.stringMatching(/./),
      host: true,
    });
  }
  expect((await pipeline.call({ kind: "verify", as_of: null })).seals.map(({ as_of }) => as_of)).toEqual(
    Array(5).fill(january),
  );
  const again = lastOf(await run("month_001"), "run.finished");
  expect(again).toMatchObject({ status: "published", snapshots: Array(5).fill({ as_of: february }) });
  expect(await states()).toContainEqual(["month_001", "ok"]);
  const { snapshots: after } = await pipeline.call({ kind: "snapshots" });
  expect(after.map(({ table, fingerprint }) => [table, fingerprint])).toEqual(
    before.map(({ table, fingerprint }) => [table, fingerprint]),
  );
});

test("an older day that was dropped comes back by --backfill only, for the live tables have gone on", async () => {
  await run("month_001");
  await pipeline.call({ kind: "retire", as_of: january });
  expect(lastOf(await run("month_000"), "run.failed")?.code).toBe("out_of_order");
  expect(lastOf(await run("month_000", { restamp: true }), "run.failed")?.hint).toContain("--restamp --backfill");
  expect(lastOf(await run("month_000", { backfill: true }), "run.finished")?.status).toBe("published");
});

test("retention is refused while somebody else writes, and where there is nothing to drop", async () => {
  const before = await digest(database.sql);
  expect(await failure(pipeline.call({ kind: "retire", as_of: "2023-12-31" }))).toMatchObject({
    code: "unknown_snapshot",
  });
  const other = connect(database.url);
  expect(await tryLock(other, "streamflow")).toBe(true);
  expect(await failure(pipeline.call({ kind: "retire", as_of: january }))).toMatchObject({
    code: "locked",
    exitCode: 4,
  });
  await other.end();
  expect(await digest(database.sql)).toBe(before);
});

test("who reads several snapshots in a transaction and who drops them never wait for each other", async () => {
  const { sql } = database;
  const reader = connect(database.url);
  await reader`begin`;
  // One that is dropped last, then one that is first.
  await reader`select count(*) from labels_snapshots`;
  const dropping = pipeline.call({ kind: "retire", as_of: january });
  await whoWaits(sql, "Lock");
  const [row] = await reader`select count(*) as rows from subscriptions_profile_snapshots`;
  expect(row?.rows).toBe(users.length);
  await reader`commit`;
  await reader.end();
  expect((await dropping).snapshots).toHaveLength(5);
});

test("snapshots that an older system took can be dropped too", async () => {
  await database.sql`create table payments_agg_90d_snapshots_20231231
    partition of payments_agg_90d_snapshots for values in ('2023-12-31')`;
  await database.sql`insert into payments_agg_90d_snapshots values ('old', '2023-12-31', 1)`;
  const { snapshots } = await pipeline.call({ kind: "retire", as_of: "2023-12-31" });
  expect(snapshots).toEqual([{ table: "payments_agg_90d_snapshots", rows: 1, sealed: false }]);
});

test("a broken seal names the row, and a restamp from the same drop mends it", async () => {
  const { sql } = database;
  await sql`update payments_agg_90d_snapshots set failed_payments_90d = 77 where user_id = 'u3'`;
  await sql`delete from labels_snapshots where user_id = 'u1'`;
  const broken = (await pipeline.call({ kind: "verify", as_of: january })).seals.filter(
    ({ state }) => state !== "intact",
  );
  expect(broken).toMatchObject([
    { table: "labels_snapshots", rows: 4, found_rows: 3, differences: [{ key: "u1", change: "removed" }] },
    { table: "payments_agg_90d_snapshots", found_rows: 4, differences: [{ key: "u3", change: "changed" }] },
  ]);
  const dry = await run("month_000", { restamp: true, dry_run: true });
  expect(lastOf(dry, "run.finished")).toMatchObject({ status: "dry_run", lifted: 2, replaced: 7 });
  await run("month_000", { restamp: true });
  const { seals } = await pipeline.call({ kind: "verify", as_of: null });
  expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
});

test("a partition that is gone or empty, or seals that are gone, do not leave a month as it was told", async () => {
  const { sql } = database;
  const state = async () =>
    (await pipeline.call({ kind: "months" })).months.find((one) => one.month === "month_000")?.state;
  for (const away of ["drop table labels_snapshots_20240131", "truncate labels_snapshots"]) {
    await sql.unsafe(away);
    expect(await state()).toBe("broken");
    for (const flags of [{}, { force: true }]) {
      expect(lastOf(await run("month_000", flags), "run.failed")?.code).toBe("snapshot_differs");
    }
    expect(lastOf(await run("month_000", { restamp: true }), "run.finished")?.status).toBe("published");
    expect(await state()).toBe("ok");
    expect(lastOf(await run("month_000"), "run.finished")?.status).toBe("unchanged");
  }
  await sql`delete from console.seals`;
  expect(await state()).toBe("unsealed");
  expect((await pipeline.call({ kind: "snapshots" })).unsealed).toHaveLength(5);
  expect(lastOf(await run("month_000"), "run.finished")?.status).toBe("published");
  expect([await state(), await states()]).toEqual(["ok", Array(5).fill("intact")]);
});

test("rows that others changed to what a corrected drop says are still not those that were sealed", async () => {
  const drop = smallDrop(users);
  const payments = (drop["payments_agg_90d.csv"] ?? []).map((row) => (row[0] === "u2" ? ["u2", "9"] : row));
  drops.write("month_000", { ...drop, "payments_agg_90d.csv": payments });
  await database.sql`update payments_agg_90d_snapshots set failed_payments_90d = 9 where user_id = 'u2'`;
  const refused = lastOf(await run("month_000"), "run.failed");
  expect(refused).toMatchObject({
    code: "snapshot_differs",
    title: expect.stringContaining("is not as it was sealed"),
  });
});

test("a corrected drop is refused with the difference in numbers; a restamp keeps the old seal and the reason", async () => {
  const { snapshots: before } = await pipeline.call({ kind: "snapshots" });
  const corrected = smallDrop(users);
  const payments = (corrected["payments_agg_90d.csv"] ?? []).map((row) => (row[0] === "u2" ? ["u2", "9"] : row));
  drops.write("month_000", { ...corrected, "payments_agg_90d.csv": payments });
  const refused = lastOf(await run("month_000"), "run.failed");
  expect(refused?.code).toBe("snapshot_differs");
  expect(refused?.title).toContain("payments_agg_90d_snapshots: 0 rows added, 0 removed, 1 changed");
  const restamped = lastOf(await run("month_000", { restamp: true }), "run.finished");
  expect(restamped).toMatchObject({ status: "published", lifted: 1, replaced: 4 });
  const [lifted, ...others] = await database.sql`
    select table_name as table, fingerprint, lifted_by, reason, month from console.lifted_seals`;
  const old = before.find(({ table }) => table === "payments_agg_90d_snapshots");
  expect(others).toEqual([]);
  expect(lifted).toEqual({
    table: "payments_agg_90d_snapshots",
    fingerprint: old?.fingerprint,
    lifted_by: restamped?.run,
    reason: "restamp",
    month: "month_000",
  });
});

test("two days are compared by row, cell and distribution; a run warns of what drifted", async () => {
  // As many as it takes until chance alone explains no drift.
  const many = Array.from({ length: 400 }, (_, index) => `u${index}`);
  await emptied(database.sql);
  drops.write("month_000", smallDrop(many));
  await run("month_000");
  const drop = smallDrop([...many.slice(0, -1), "new"]);
  const usage = (drop["usage_agg_30d.csv"] ?? []).map((row, index) => (index === 0 ? row : row.with(4, "60")));
  drops.write("month_001", { ...drop, "usage_agg_30d.csv": usage });
  const events = await run("month_001");
  const warned = events.flatMap((event) => (event.event === "run.warned" ? [event] : []));
  const drift = warned.find(({ title }) => title.startsWith("usage_agg_30d_snapshots"));
  expect(drift?.title).toMatch(
    /: skips_7d \(PSI 18\.\d\d, limit 0\.2; 100 % of the values beyond the former range, limit 10 %\) drifted since 2024-01-31/,
  );
  expect(drift?.hint).toContain(`compare ${january} ${february}`);
  const runId = lastOf(events, "run.finished")?.run ?? 0;
  expect((await pipeline.call({ kind: "show", run: runId })).warnings).toContainEqual({
    title: drift?.title ?? "",
    hint: drift?.hint ?? "",
  });
  const comparison = await pipeline.call({ kind: "compare", from: january, to: february });
  expect(comparison).toMatchObject({ from: january, to: february, threshold: 0.2 });
  const table = comparison.tables.find((one) => one.table === "usage_agg_30d_snapshots");
  expect(table).toMatchObject({ from_rows: 400, to_rows: 400, added: 1, removed: 1, changed: 399 });
  expect(table?.columns.find(({ column }) => column === "skips_7d")).toMatchObject({
    changed: 399,
    measure: "psi",
    ks: 1,
  });
  expect(table?.columns.find(({ column }) => column === "avg_session_mins_7d")).toEqual({
    ...{ column: "avg_session_mins_7d", changed: 0, rounded: 0 },
    ...{ measure: "psi", distance: 0, chance: null, ks: 0, beyond: 0, missing: 0, mean: 0, drifts: [] },
    usual: { kind: "number", from: "29.1000000000000000", to: "29.1000000000000000" },
  });
  const labels = comparison.tables.find((one) => one.table === "labels_snapshots");
  expect(labels?.columns).toMatchObject([{ column: "churn_label", changed: 0, measure: "tv", distance: 0, ks: null }]);
});

test("a snapshot that lost rows since it was sealed is told of by whoever compares it, and one that lost all is not taken for none", async () => {
  await run("month_001");
  const compared = () => pipeline.call({ kind: "compare", from: january, to: february });
  expect((await compared()).not_as_sealed).toEqual([]);
  await database.sql`delete from labels_snapshots where as_of = ${february} and user_id = 'u1'`;
  expect((await compared()).not_as_sealed).toEqual([
    { table: "labels_snapshots", as_of: february, rows: 3, sealed: 4 },
  ]);
  for (const table of (await tablesOf(database.sql)).filter(isFrozen)) {
    await database.sql`delete from ${database.sql(table.snapshot.table.name)} where as_of = ${january}`;
  }
  expect(await failure(compared())).toMatchObject({ code: "seal_broken", title: expect.stringContaining(january) });
});

test("what cannot be compared is said", async () => {
  const compare = (from: string, to: string) => failure(pipeline.call({ kind: "compare", from, to }));
  expect(await compare(january, february)).toMatchObject({
    code: "unknown_snapshot",
    title: expect.stringContaining(february),
  });
  expect(await compare("2024-02-30", january)).toMatchObject({ code: "usage", exitCode: 2 });
});

/** Put seals of an older kind in the place of those that the month got. */
async function sealedAsBefore(hashing: "text" | "cells"): Promise<void> {
  const { sql } = database;
  for (const table of (await tablesOf(sql)).filter(isFrozen)) {
    const { fingerprint, groups } = await sealSnapshot(sql, table, january, { ...newestSealing(table), hashing });
    await sql`
      update console.seals set fingerprint = ${fingerprint}, groups = ${sql.json(groups)}, columns = null
       where table_name = ${table.snapshot.table.name}`;
  }
}

const states = async () =>
  (await pipeline.call({ kind: "verify", as_of: null })).seals.map(({ state }) => state).sort();
const weakOnes = async () => (await pipeline.call({ kind: "snapshots" })).snapshots.filter(isWeak).length;

describe.each(["text", "cells"] as const)("seals of rows hashed as %s, as they once were", (hashing) => {
  beforeEach(() => sealedAsBefore(hashing));

  test("hold, and still show what they can", async () => {
    expect(await weakOnes()).toBe(5);
    expect(await states()).toEqual(Array(5).fill("intact"));
    await database.sql`update labels_snapshots set churn_label = not churn_label where user_id = 'u2'`;
    expect(await states()).toEqual(["broken", ...Array(4).fill("intact")]);
  });

  test("hold when a column was added since, which they do not cover", async () => {
    await database.sql`alter table support_agg_90d_snapshots add column escalations int`;
    await database.sql`alter table support_agg_90d add column escalations int`;
    const pipelineNow = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
    const { seals } = await pipelineNow.call({ kind: "verify", as_of: null });
    await pipelineNow.close();
    await database.sql`alter table support_agg_90d_snapshots drop column escalations`;
    await database.sql`alter table support_agg_90d drop column escalations`;
    expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
  });

  test("are renewed by one command while rows and drop agree; the old ones stay in the ledger", async () => {
    const request = runRequest(["month_000"], { backfill: true, force: true });
    expect(lastOf(await run("month_000", request), "run.finished")?.status).toBe("published");
    expect([await weakOnes(), await states()]).toEqual([0, Array(5).fill("intact")]);
    const lifted = await database.sql`select reason, count(*) as seals from console.lifted_seals group by 1`;
    expect([...lifted]).toEqual([{ reason: "renewal", seals: 5 }]);
  });

  test("are not renewed over rows that they fail to tell from the drop's", async () => {
    await database.sql`update usage_agg_30d_snapshots set watch_hours_30d = -watch_hours_30d`;
    const seesIt = hashing === "text";
    expect(await states()).toEqual([...(seesIt ? ["broken"] : []), ...Array(seesIt ? 4 : 5).fill("intact")]);
    const refused = lastOf(await run("month_000", { force: true }), "run.failed");
    expect(refused?.code).toBe("snapshot_differs");
    expect(await weakOnes()).toBe(5);
    expect(lastOf(await run("month_000", { restamp: true }), "run.finished")?.status).toBe("published");
    const [row] =
      await database.sql`select count(*) as negative from usage_agg_30d_snapshots where watch_hours_30d < 0`;
    expect([row?.negative, await weakOnes()]).toEqual([0, 0]);
  });
});
