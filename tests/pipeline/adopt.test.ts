import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startPipeline } from "../../src/client/pipeline.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { psql } from "../helpers/psql.ts";

/** What an older flow left is looked at, sealed as it is, and gone on from; while both run, neither loses anything. */

setDefaultTimeout(60_000);
const january = "2024-01-31";
const february = "2024-02-29";
const users = ["u1", "u2", "u3"];
const files = (month: number) => smallDrop(users, month * 7);

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
  drops.empty();
  for (const month of [0, 1, 2]) drops.write(`month_00${month}`, files(month));
});

const run = (month: string, flags?: RunFlags) => ranIn(pipeline, [month], flags);

const endOf = async (...args: Parameters<typeof run>) => {
  const events = await run(...args);
  return lastOf(events, "run.finished")?.status ?? lastOf(events, "run.failed")?.code;
};
const stateOf = async (month: string) =>
  (await pipeline.call({ kind: "months" })).months.find((one) => one.month === month)?.state;
const sealStates = async () =>
  new Set((await pipeline.call({ kind: "verify", as_of: null })).seals.map(({ state }) => state));

const frozen = {
  subscriptions_profile_snapshots:
    "subscriptions: months_active, monthly_fee, paperless_billing, plan_stream_tv, plan_stream_movies, net_service",
  usage_agg_30d_snapshots:
    "usage_agg_30d: watch_hours_30d, avg_session_mins_7d, unique_devices_30d, skips_7d, rebuffer_events_7d",
  payments_agg_90d_snapshots: "payments_agg_90d: failed_payments_90d",
  support_agg_90d_snapshots: "support_agg_90d: support_tickets_90d, ticket_avg_resolution_hrs_90d",
};

/** What the older flow does at a month's end: numbers pass through floats, and live tables are copied under the date. */
async function olderFlowFreezes(asOf: string): Promise<void> {
  const { sql } = database;
  await sql`update usage_agg_30d set watch_hours_30d = watch_hours_30d::float8::numeric`;
  for (const [table, source] of Object.entries(frozen)) {
    const [live, columns] = source.split(": ");
    await sql.unsafe(`insert into ${table} (user_id, as_of, ${columns}) select user_id, '${asOf}', ${columns} from ${live}
                      on conflict (user_id, as_of) do nothing`);
  }
}

/** A database that the older flow filled with so many months, and that the console never saw. */
async function olderDatabase(months: number): Promise<void> {
  const { sql } = database;
  for (const [month, asOf] of [january, february].slice(0, months).entries()) {
    expect(await endOf(`month_00${month}`)).toBe("published");
    for (const table of Object.keys(frozen)) await sql`delete from ${sql(table)} where as_of = ${asOf}`;
    await olderFlowFreezes(asOf);
  }
  await sql`delete from labels_snapshots`;
  await sql`truncate console.runs, console.seals, console.lifted_seals restart identity cascade`;
}

async function countsByDate(): Promise<Record<string, number>> {
  const rows = await database.sql<{ as_of: string; rows: number }[]>`
    select as_of::text as as_of, count(*) as rows from usage_agg_30d_snapshots group by 1 order by 1`;
  return Object.fromEntries(rows.map(({ as_of, rows: count }) => [as_of, count]));
}

describe.each([1, 2])("a database that an older flow filled with months, %d of them,", (months) => {
  beforeEach(() => olderDatabase(months));

  test("is looked at: rows by date and table, and how they compare with the drops", async () => {
    const before = await digest(database.sql);
    const { dates, adopted, live } = await pipeline.call({ kind: "adopt", confirmed: false });
    expect(adopted).toBe(false);
    expect(live).toContainEqual({ table: "users", rows: 3 });
    expect(dates.map(({ as_of, month, snapshots }) => [as_of, month, snapshots.length])).toEqual(
      [
        [january, "month_000", 4],
        [february, "month_001", 4],
      ].slice(0, months),
    );
    const newest = dates.at(-1)?.drop;
    const usage = newest?.state === "compared" ? newest.tables.find(({ table }) => table.startsWith("usage")) : null;
    // The first user's hours of January, 0.48…, have no more digits than a float keeps.
    const rounded = months === 1 ? 2 : 3;
    expect(usage).toMatchObject({ equal: 3 - rounded, rounded, different: 0, only_here: 0, only_in_drop: 0 });
    expect(usage?.columns).toEqual([{ column: "watch_hours_30d", rounded, different: 0 }]);
    expect(await digest(database.sql)).toBe(before);
    expect((await pipeline.call({ kind: "snapshots" })).snapshots).toEqual([]);
  });

  test("is adopted as it is, and goes on with the next month", async () => {
    const before = await digest(database.sql);
    const counts = await countsByDate();
    for (let month = 0; month < months; month++) expect(await stateOf(`month_00${month}`)).toBe("unsealed");
    const { dates } = await pipeline.call({ kind: "adopt", confirmed: true });
    expect(dates.map(({ run: number }) => number)).toEqual(Array.from({ length: months }, (_, index) => index + 1));
    expect(await digest(database.sql)).toBe(before);
    expect(await stateOf(`month_00${months - 1}`)).toBe("adopted");
    const { checks } = await pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "months")).toMatchObject({ state: "ok", remedy: null });
    expect((await pipeline.call({ kind: "snapshots" })).unsealed).toEqual([]);
    expect(await endOf("month_000", { restamp: months === 2 })).toBe(months === 2 ? "out_of_order" : "published");
    expect(await endOf(`month_00${months}`)).toBe("published");
    expect(await sealStates()).toEqual(new Set(["intact"]));
    expect(await countsByDate()).toMatchObject(counts);
    const [run0] =
      await database.sql`select mode, operator <> '' as by_somebody, warnings from console.runs where run = 1`;
    expect(run0).toMatchObject({ mode: "adopt", by_somebody: true });
    expect(JSON.stringify(run0?.warnings)).toContain("Adopted as it stood");
  });

  test("gets its labels from the drops, and is exported then", async () => {
    await pipeline.call({ kind: "adopt", confirmed: true });
    for (let month = 0; month < months; month++)
      expect(await endOf(`month_00${month}`, { backfill: true })).toBe("published");
    expect(await endOf(`month_00${months}`)).toBe("published");
    const out = `${drops.path}/training.csv`;
    const report = await pipeline.call({ kind: "export", as_of: january, labels_from: null, out });
    expect(report).toMatchObject({ rows: 3, labelled: 3, labels_from: february });
    const [kept] = await database.sql`
      select count(*) as rounded from usage_agg_30d_snapshots
       where as_of = ${january} and watch_hours_30d = watch_hours_30d::float8::numeric`;
    expect(kept?.rounded).toBe(3);
  });
});

test("a stray date that was adopted, and dropped, keeps no month away", async () => {
  await olderDatabase(2);
  const { sql } = database;
  await sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', '2024-12-31', 'month_011')`;
  expect((await pipeline.call({ kind: "adopt", confirmed: false })).live_as_of).toBe("2024-12-31");
  await pipeline.call({ kind: "adopt", confirmed: true });
  expect(await endOf("month_002")).toBe("out_of_order");
  await pipeline.call({ kind: "retire", as_of: "2024-12-31" });
  expect(await stateOf("month_002")).toBe("new");
  expect(await endOf("month_002")).toBe("published");
});

test("dates that are no days are told by doctor, and adopted by nobody", async () => {
  await olderDatabase(1);
  const { sql } = database;
  for (const day of ["infinity", "0044-03-15 BC"]) {
    await sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', ${day}, 'month_000')`;
  }
  const { dates } = await pipeline.call({ kind: "adopt", confirmed: true });
  expect(dates.map(({ as_of }) => as_of)).toEqual([january]);
  const { checks } = await pipeline.call({ kind: "doctor" });
  const origin = checks.find(({ name }) => name === "origin");
  expect(origin?.state).toBe("warn");
  expect(origin?.detail).toMatch(/as of (infinity, 0044-03-15 BC|0044-03-15 BC, infinity), which/);
  expect(await endOf("month_001")).toBe("published");
});

test("waits for whoever is writing, whose rows are sealed with the others", async () => {
  await olderDatabase(1);
  const { sql } = database;
  const other = connect(database.url);
  await other`begin`;
  await other`insert into payments_agg_90d_snapshots (user_id, as_of, failed_payments_90d) values ('late', ${january}, 1)`;
  const adopting = pipeline.call({ kind: "adopt", confirmed: true });
  await whoWaits(sql, "Lock");
  await other`commit`;
  await other.end();
  const { adopted, dates } = await adopting;
  expect(adopted).toBe(true);
  expect(dates[0]?.snapshots).toContainEqual({ table: "payments_agg_90d_snapshots", rows: 4 });
  expect(await sealStates()).toEqual(new Set(["intact"]));
  const [sealed] = await sql`select rows from console.seals where table_name = 'payments_agg_90d_snapshots'`;
  expect(sealed?.rows).toBe(4);
});

test("what differs by more than rounding is told, and not taken for the same", async () => {
  await olderDatabase(1);
  await database.sql`update payments_agg_90d_snapshots set failed_payments_90d = 50 where user_id = 'u2'`;
  const { dates } = await pipeline.call({ kind: "adopt", confirmed: false });
  const drop = dates[0]?.drop;
  const payments = drop?.state === "compared" ? drop.tables.find(({ table }) => table.startsWith("pay")) : null;
  expect(payments).toMatchObject({
    equal: 2,
    different: 1,
    columns: [{ column: "failed_payments_90d", different: 1 }],
  });
  await pipeline.call({ kind: "adopt", confirmed: true });
  const refused = lastOf(await run("month_000", { backfill: true }), "run.failed");
  expect(refused).toMatchObject({ code: "snapshot_differs" });
  expect(refused?.title).toContain("payments_agg_90d_snapshots: 0 rows added, 0 removed, 1 changed");
});

test("a drop that is not there, or faulty, is said, and stands in nobody's way", async () => {
  await olderDatabase(2);
  drops.empty();
  drops.write("month_001", {
    ...files(1),
    "labels.csv": [
      ["user_id", "churn_label"],
      ["u1", "maybe"],
    ],
  });
  const { dates } = await pipeline.call({ kind: "adopt", confirmed: false });
  expect(dates.map(({ drop }) => drop?.state)).toEqual(["absent", "faulty"]);
  await pipeline.call({ kind: "adopt", confirmed: true });
  expect(await sealStates()).toEqual(new Set(["intact"]));
});

test("where nothing stands without a seal there is nothing to adopt", async () => {
  expect(await endOf("month_000")).toBe("published");
  const { dates, adopted } = await pipeline.call({ kind: "adopt", confirmed: true });
  expect({ dates, adopted }).toEqual({ dates: [], adopted: false });
});

test("of two dates of a month the later is taken for what is live", async () => {
  await olderDatabase(1);
  const { sql } = database;
  await sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', '2024-01-15', 'month_000')`;
  expect((await pipeline.call({ kind: "adopt", confirmed: false })).live_as_of).toBe(january);
});

describe("an older flow that went on by itself, and whose rows were adopted", () => {
  beforeEach(async () => {
    expect(await endOf("month_000")).toBe("published");
    await database.sql`update payments_agg_90d set failed_payments_90d = (failed_payments_90d + 1) % 3`;
    await olderFlowFreezes("2024-03-31");
    await pipeline.call({ kind: "adopt", confirmed: true });
  });

  test("keeps older months away", async () => {
    expect(await endOf("month_001")).toBe("out_of_order");
  });

  test("does so still when they were dropped: nothing tells any more how new the live rows are", async () => {
    await pipeline.call({ kind: "retire", as_of: "2024-03-31" });
    expect(await endOf("month_001")).toBe("out_of_order");
  });
});

describe("an older flow that runs beside the console", () => {
  beforeEach(async () => {
    expect(await endOf("month_000")).toBe("published");
    // It goes on to the next month by itself.
    await database.sql`update payments_agg_90d set failed_payments_90d = (failed_payments_90d + 1) % 3`;
    await olderFlowFreezes(february);
  });

  test("has a place for its rows, which are told as unsealed, and keep older months away", async () => {
    expect(await countsByDate()).toEqual({ [january]: 3, [february]: 3 });
    const { snapshots, unsealed } = await pipeline.call({ kind: "snapshots" });
    expect(snapshots.map(({ as_of }) => as_of)).toEqual(Array(5).fill(january));
    expect(unsealed).toHaveLength(4);
    expect(unsealed[0]).toEqual({ table: "subscriptions_profile_snapshots", as_of: february, rows: 3 });
    expect((await pipeline.call({ kind: "months" })).unsealed_dates).toEqual([february]);
    expect([await stateOf("month_000"), await stateOf("month_001")]).toEqual(["ok", "unsealed"]);
    expect(await endOf("month_000", { force: true })).toBe("out_of_order");
    expect(await sealStates()).toEqual(new Set(["intact"]));
  });

  test("is taken over in the middle of a month without a restamp, and again when it ran once more", async () => {
    await pipeline.call({ kind: "adopt", confirmed: true });
    expect(await endOf("month_002")).toBe("published");
    const before = await countsByDate();
    await olderFlowFreezes(february);
    expect(await countsByDate()).toEqual(before);
    expect(await sealStates()).toEqual(new Set(["intact"]));
    await olderFlowFreezes("2024-04-30");
    expect((await pipeline.call({ kind: "snapshots" })).unsealed.map(({ as_of }) => as_of)).toEqual(
      Array(4).fill("2024-04-30"),
    );
  });
});

test("the way back leaves plain tables with all rows, no schema of ours, and a past that can be adopted", async () => {
  expect(await endOf("month_000")).toBe("published");
  await olderFlowFreezes(february);
  const { sql } = database;
  const before = await digest(sql);
  await pipeline.close();
  const wayBack = await Bun.file(new URL("../../db/way-back.sql", import.meta.url)).text();
  psql(database.url, `set client_min_messages = warning;\n${wayBack}`);
  expect(await digest(sql)).toBe(before);
  const kinds = await sql`
    select distinct relkind from pg_class where relnamespace = 'public'::regnamespace and relname like '%_snapshots'`;
  expect([...kinds]).toEqual([{ relkind: "r" }]);
  const [ours] = await sql`select count(*) as schemas from pg_namespace where nspname in ('console', 'stage')`;
  expect(ours?.schemas).toBe(0);
  await olderFlowFreezes("2024-03-31");
  expect(await countsByDate()).toEqual({ [january]: 3, [february]: 3, "2024-03-31": 3 });
  const again = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  expect((await again.call({ kind: "adopt", confirmed: false })).dates).toHaveLength(3);
  await again.close();
});
