import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startPipeline } from "../../src/client/pipeline.ts";
import { notLookedAt } from "../../src/client/run-words.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { secondsOf } from "../../src/core/messages/listings.ts";
import type { Settings } from "../../src/core/settings.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { tryLock } from "../../src/postgres/connection/lock.ts";
import { listRuns } from "../../src/postgres/ledger/queries.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { closePipelines, digest, lastOf, runMonths, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

// On machines that may be busy with others.
setDefaultTimeout(30_000);

const users = ["u1", "u2", "u3", "u4"];
let database: TestDatabase;
let drops: DropFolder;
let settings: Settings;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
});
afterAll(async () => {
  await closePipelines();
  drops.remove();
  await database.drop();
});
beforeEach(async () => {
  await emptied(database.sql);
  drops.empty();
  drops.write("month_000", smallDrop(users));
});

async function rowsIn(table: string, schema = "public"): Promise<number> {
  const { sql } = database;
  const [row] = await sql`select count(*) as rows from ${sql(schema)}.${sql(table)}`;
  return row?.rows;
}

test("a month is loaded, counted, sealed, and recorded with the data", async () => {
  const { exitCode, events } = await runMonths(settings, ["month_000"]);
  expect(exitCode).toBe(0);
  const staged = events.flatMap((event) => (event.event === "stage.finished" ? [event.stage] : []));
  expect(staged).toEqual(["ingest", "upsert", "validate", "snapshot"]);
  const end = lastOf(events, "run.finished");
  expect(end).toMatchObject({ status: "published", as_of: "2024-01-31" });
  expect(end?.tables).toContainEqual({ table: "labels", rows: 4, inserted: 4, updated: 0, unchanged: 0, absent: 0 });
  expect(await rowsIn("subscriptions_profile_snapshots")).toBe(4);
  const [usage] = await database.sql`select watch_hours_30d, as_of from usage_agg_30d_snapshots where user_id = 'u2'`;
  expect(usage).toEqual({ watch_hours_30d: "1.483650766787413", as_of: "2024-01-31" });
  expect([...(await database.sql`select status from console.runs`)]).toEqual([{ status: "published" }]);
  expect(await rowsIn("users", "stage")).toBe(0);
});

test("the seconds that a run tells are those that the ledger lists", async () => {
  for (const wishes of [{ dry_run: true }, {}]) {
    const { events } = await runMonths(settings, ["month_000"], wishes);
    const [kept] = await listRuns(database.sql, "streamflow", null);
    expect(kept && secondsOf(kept)).toBeGreaterThan(0);
    expect(lastOf(events, "run.finished")?.seconds).toBe(kept && (secondsOf(kept) ?? undefined));
  }
});

test("a run may be cancelled as soon as it was asked for, before the database has answered", async () => {
  const pipeline = startPipeline(settings);
  const events: RunEvent[] = [];
  const [ran, cancel] = await Promise.all([
    pipeline.call(runRequest(["month_000"]), (event) => events.push(event)),
    pipeline.call({ kind: "cancel" }),
  ]);
  await pipeline.close();
  expect([ran, cancel]).toEqual([{ exit_code: 130 }, { cancelled: true }]);
  expect(lastOf(events, "run.failed")).toMatchObject({ code: "interrupted" });
  expect(await rowsIn("users")).toBe(0);
});

test("a second file of a table beside those that were published is a fault, not nothing to do", async () => {
  await runMonths(settings, ["month_000"]);
  const file = join(drops.path, "month_000", "users.csv");
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  const { exitCode, events } = await runMonths(settings, ["month_000"]);
  expect(exitCode).toBe(1);
  expect(lastOf(events, "run.failed")?.faults?.map(({ file, code }) => [file, code])).toEqual([
    ["users.csv", "file_ambiguous"],
  ]);
});

test("the same files again: nothing to do; forced: nothing changes", async () => {
  await runMonths(settings, ["month_000"]);
  const before = await digest(database.sql);
  const again = await runMonths(settings, ["month_000"]);
  expect(again.exitCode).toBe(0);
  expect(lastOf(again.events, "run.finished")).toMatchObject({ status: "unchanged", run: 1 });
  drops.write("month_000", smallDrop(users));
  expect(lastOf((await runMonths(settings, ["month_000"])).events, "run.finished")?.status).toBe("unchanged");
  const forced = await runMonths(settings, ["month_000"], { force: true });
  expect(lastOf(forced.events, "run.finished")).toMatchObject({ status: "published" });
  expect(lastOf(forced.events, "run.finished")?.tables[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 4 });
  expect(await digest(database.sql)).toBe(before);
});

test("a month with nothing to do does not say that live rows are as they were, and what it names tells of those", async () => {
  await runMonths(settings, ["month_000"]);
  await database.sql`delete from labels where user_id = 'u1'`;
  await database.sql`update usage_agg_30d set skips_7d = 99 where user_id = 'u2'`;
  const again = lastOf((await runMonths(settings, ["month_000"])).events, "run.finished");
  expect(again).toMatchObject({ status: "unchanged" });
  const names = (again?.tables ?? []).map(({ table }) => table);
  expect(again?.tables).toEqual(names.map((table) => ({ table, rows: 4, inserted: 0, updated: 0 })));
  expect(notLookedAt(again?.tables ?? [])).toContain("`--dry-run --force` and `snapshots --verify`");
  const told = lastOf(
    (await runMonths(settings, ["month_000"], { dry_run: true, force: true })).events,
    "run.finished",
  );
  const differing = told?.tables.filter(({ unchanged }) => unchanged !== 4);
  expect(differing).toEqual([
    { table: "usage_agg_30d", rows: 4, inserted: 0, updated: 1, unchanged: 3, absent: 0 },
    { table: "labels", rows: 4, inserted: 1, updated: 0, unchanged: 3, absent: 0 },
  ]);
});

test("the next month writes only what is new or changed; absent rows stay live and out of its snapshot", async () => {
  await runMonths(settings, ["month_000"]);
  drops.write("month_001", smallDrop(["u1", "u2", "u3", "new"], 1));
  const { events } = await runMonths(settings, ["month_001"]);
  expect(lastOf(events, "run.finished")?.tables).toEqual([
    { table: "users", rows: 4, inserted: 1, updated: 0, unchanged: 3, absent: 1 },
    { table: "subscriptions", rows: 4, inserted: 1, updated: 0, unchanged: 3, absent: 1 },
    { table: "usage_agg_30d", rows: 4, inserted: 1, updated: 3, unchanged: 0, absent: 1 },
    { table: "payments_agg_90d", rows: 4, inserted: 1, updated: 3, unchanged: 0, absent: 1 },
    { table: "support_agg_90d", rows: 4, inserted: 1, updated: 0, unchanged: 3, absent: 1 },
    { table: "labels", rows: 4, inserted: 1, updated: 3, unchanged: 0, absent: 1 },
  ]);
  expect(await rowsIn("users")).toBe(5);
  const frozen = await database.sql`select user_id from usage_agg_30d_snapshots where as_of = '2024-02-29' order by 1`;
  expect(frozen.map((row) => row.user_id)).toEqual(["new", "u1", "u2", "u3"]);
});

test("a dry run counts the same and changes nothing but the ledger", async () => {
  const before = await digest(database.sql);
  const { exitCode, events } = await runMonths(settings, ["month_000"], { dry_run: true });
  expect(exitCode).toBe(0);
  expect(lastOf(events, "run.finished")).toMatchObject({ status: "dry_run" });
  expect(lastOf(events, "run.finished")?.tables[0]).toMatchObject({ inserted: 4 });
  expect(await digest(database.sql)).toBe(before);
  expect([...(await database.sql`select status, mode from console.runs`)]).toEqual([
    { status: "dry_run", mode: "dry_run" },
  ]);
});

describe("a month that cannot be published leaves the database as it was", () => {
  beforeEach(async () => {
    await runMonths(settings, ["month_000"]);
  });

  async function refused(month: string, exitCode: number, code: string, flags = {}) {
    const before = await digest(database.sql);
    const ran = await runMonths(settings, [month], flags);
    const end = lastOf(ran.events, "run.failed");
    expect({ exitCode: ran.exitCode, code: end?.code }).toEqual({ exitCode, code });
    expect(await digest(database.sql)).toBe(before);
    // The ledger calls it what it was; one that never got the lock has no line there.
    if (end?.run) {
      const kept = await database.sql`select status from console.runs where run = ${end.run}`;
      expect([...kept]).toEqual([{ status: exitCode === 1 ? "rejected" : "refused" }]);
    }
    return end;
  }

  test("a bad cell", async () => {
    const drop = smallDrop(users, 1);
    drops.write("month_001", {
      ...drop,
      "payments_agg_90d.csv": [
        ["user_id", "failed_payments_90d"],
        ["u1", "1.5"],
      ],
    });
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults).toContainEqual(
      expect.objectContaining({ file: "payments_agg_90d.csv", line: 2, column: "failed_payments_90d", value: "1.5" }),
    );
    expect([...(await database.sql`select status, fault_count from console.runs order by run desc limit 1`)]).toEqual([
      { status: "rejected", fault_count: end?.fault_count },
    ]);
  });

  test("a missing file", async () => {
    const { "labels.csv": _, ...drop } = smallDrop(users, 1);
    drops.write("month_001", drop);
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults).toMatchObject([{ file: "labels.csv", code: "file_missing" }]);
  });

  test("an archive that is cut short is a fault, also when its first rows can be read", async () => {
    const { "users.csv": _, ...drop } = smallDrop([...users, "last"], 1);
    const many = Array.from({ length: 4000 }, (_, index) => `user ${index}`);
    const { "users.csv": parents = [] } = smallDrop([...users, ...many, "last"], 1);
    drops.write("month_001", drop);
    const archive = Bun.gzipSync(`${parents.join("\n")}\n`);
    await Bun.write(`${drops.path}/month_001/users.csv.gz`, archive.subarray(0, archive.length - 100));
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults).toContainEqual(expect.objectContaining({ file: "users.csv.gz", code: "file_cut" }));
    expect(end?.faults?.filter(({ code }) => code === "key_orphaned")).toEqual([]);
  });

  test("a repeated key, new or known, names both lines", async () => {
    for (const user of ["u2", "new"]) {
      drops.write("month_001", smallDrop(["u1", user, "u3", user], 1));
      const end = await refused("month_001", 1, "drop_rejected");
      const fault = end?.faults?.find((one) => one.file === "users.csv");
      expect(fault).toMatchObject({ line: 5, column: "user_id", value: user, code: "key_repeated" });
      expect(fault?.reason).toContain("line 3");
    }
  });

  test("a row whose user is neither in the drop nor live", async () => {
    const drop = smallDrop(users, 1);
    const labels = [...(drop["labels.csv"] ?? []), ["ghost", "True"]];
    drops.write("month_001", { ...drop, "labels.csv": labels });
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults).toMatchObject([{ file: "labels.csv", line: 6, value: "ghost", code: "key_orphaned" }]);
  });

  test("a truncated file", async () => {
    drops.write("month_001", smallDrop(["u1"], 1));
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults?.map((fault) => fault.code)).toEqual(Array(6).fill("row_count"));
  });

  test("a truncated file beside a faulty one, both at once, and by a check as well", async () => {
    const labels = [["user_id", "churn_label"], ...users.map((user) => [user, user === "u3" ? "perhaps" : "True"])];
    const { "users.csv": parents = [] } = smallDrop(["u1"], 1);
    drops.write("month_001", { ...smallDrop(users, 1), "users.csv": parents, "labels.csv": labels });
    const wanted = [
      { file: "users.csv", code: "row_count", reason: expect.stringContaining("1 rows, 4 the month before") },
      { file: "labels.csv", line: 4, column: "churn_label", value: "perhaps", code: "not_boolean" },
    ];
    const end = await refused("month_001", 1, "drop_rejected");
    expect(end?.faults).toMatchObject(wanted);
    const pipeline = startPipeline(settings);
    const { drops: checked } = await pipeline.call({ kind: "check", selection: { months: ["month_001"] } });
    await pipeline.close();
    expect(checked[0]?.faults).toMatchObject(wanted);
  });

  test("a failed expectation", async () => {
    const drop = smallDrop(users, 1);
    const [header, first, ...rest] = drop["usage_agg_30d.csv"] ?? [];
    drops.write("month_001", {
      ...drop,
      "usage_agg_30d.csv": [header ?? [], ["u1", "-3.2", "1", "1", "1", "1"], ...rest],
    });
    expect(first?.[0]).toBe("u1");
    const end = await refused("month_001", 1, "expectation_failed");
    expect(end).toMatchObject({
      stage: "validate",
      faults: [{ file: "usage_agg_30d.csv", line: 2, column: "watch_hours_30d", value: "-3.2", code: "unexpected" }],
    });
    const [broken] = await database.sql`select table_name, column_name, unexpected_count from console.run_expectations
      where not success`;
    expect(broken).toEqual({ table_name: "usage_agg_30d", column_name: "watch_hours_30d", unexpected_count: 1 });
  });

  test("a sealed snapshot that would change, unless it is restamped", async () => {
    drops.write("month_000", smallDrop(users, 7));
    const end = await refused("month_000", 4, "snapshot_differs");
    expect(end?.title).toContain("4 changed");
    const restamped = await runMonths(settings, ["month_000"], { restamp: true });
    expect(restamped.exitCode).toBe(0);
    expect(await rowsIn("lifted_seals", "console")).toBe(3);
  });

  test("a month older than the newest, unless it is backfilled", async () => {
    drops.write("month_002", smallDrop(users, 2));
    drops.write("month_001", smallDrop(["u1", "u2", "late"], 1));
    await runMonths(settings, ["month_002"]);
    await refused("month_001", 4, "out_of_order");
    const live = await database.sql`select * from usage_agg_30d order by user_id`;
    const { exitCode } = await runMonths(settings, ["month_001"], { backfill: true });
    expect(exitCode).toBe(0);
    expect([...(await database.sql`select * from usage_agg_30d order by user_id`)]).toEqual([...live]);
    const rows =
      await database.sql`select user_id from payments_agg_90d_snapshots where as_of = '2024-02-29' order by 1`;
    expect(rows.map((row) => row.user_id)).toEqual(["late", "u1", "u2"]);
  });

  test("a lock that another console holds: refused, and told who", async () => {
    drops.write("month_001", smallDrop(users, 1));
    const other = connect(database.url);
    expect(await tryLock(other, "streamflow")).toBe(true);
    await other`insert into console.runs (dataset, month, as_of, mode, operator, host, process)
                values ('streamflow', 'month_009', '2024-10-31', 'publish', 'ada', 'elsewhere', 42)`;
    const end = await refused("month_001", 4, "locked");
    expect(end?.title).toContain("ada on elsewhere (process 42) is running month_009 since");
    await other.end();
  });
});
